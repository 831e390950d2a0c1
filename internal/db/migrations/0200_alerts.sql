-- +goose Up
-- What people are warned of: a state of a model or of a plan that does not mend
-- itself. One row from when it was noticed until it is over; while it stands
-- there is no second one of it.
CREATE TABLE alert (
  id       INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  kind     TEXT    NOT NULL CHECK (kind IN ('node-failed', 'plan-late', 'success', 'duration', 'switch-off', 'owner-left', 'unused')),
  key      TEXT    NOT NULL CHECK (key <> ''),  -- what it is about, within its kind
  name     TEXT    NOT NULL,                    -- of the model, the node or the plan
  name_key TEXT    NOT NULL,
  ws       INTEGER NOT NULL DEFAULT 0,          -- ident of the workspace; 0 for a plan as a whole
  item     INTEGER NOT NULL DEFAULT 0,          -- ident of the model; 0 for a plan as a whole
  plan     TEXT    NOT NULL DEFAULT '',         -- of refresh_plan; empty for a model
  reason   TEXT    NOT NULL CHECK (reason <> ''),
  link     TEXT    NOT NULL CHECK (substr(link, 1, 1) = '/'),
  opened   INTEGER NOT NULL,
  ended    INTEGER CHECK (ended >= opened),
  end_why  TEXT    NOT NULL DEFAULT '',
  told     INTEGER,                             -- when somebody was told that it stands
  told_over INTEGER,                            -- when the same were told that it is over
  untold   TEXT    NOT NULL DEFAULT '',         -- why nobody was told yet
  quiet_from INTEGER NOT NULL DEFAULT 0 CHECK (quiet_from BETWEEN 0 AND 23), -- hours of the zone in which nobody is told; equal for none
  quiet_to   INTEGER NOT NULL DEFAULT 0 CHECK (quiet_to BETWEEN 0 AND 23),
  zone     TEXT    NOT NULL DEFAULT '',
  CHECK (told_over IS NULL OR told IS NOT NULL AND ended IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX alert_stands ON alert (tenant, kind, key) WHERE ended IS NULL;
CREATE INDEX alert_to_tell_over  ON alert (tenant, kind, key) WHERE ended IS NOT NULL AND told IS NOT NULL AND told_over IS NULL;
CREATE INDEX alert_by_opened ON alert (tenant, opened, id);
CREATE INDEX alert_by_state  ON alert (tenant, (ended IS NULL), opened, id);
CREATE INDEX alert_by_name   ON alert (tenant, name_key, id);
CREATE INDEX alert_by_item   ON alert (item, opened) WHERE item <> 0;
CREATE INDEX alert_by_plan   ON alert (plan, opened) WHERE plan <> '';

-- Who was told of an alert, by which way: over 0 that it stands, 1 that it is
-- over. Nobody is told the same twice.
CREATE TABLE alert_told (
  alert  INTEGER NOT NULL REFERENCES alert(id),
  over   INTEGER NOT NULL CHECK (over IN (0, 1)),
  way    TEXT    NOT NULL CHECK (way <> ''),    -- mail:ADDRESS, teams:NAME or webhook:NAME
  message INTEGER NOT NULL,                     -- of the outbox
  at     INTEGER NOT NULL,
  PRIMARY KEY (alert, over, way)
) STRICT, WITHOUT ROWID;

-- The outbox takes alerts: they go by one way each, and say more than why.
CREATE TABLE outbox_with_alerts (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL REFERENCES tenant(id),
  what      TEXT    NOT NULL CHECK (what IN ('owner asked','owner reminded','owner silent','waiver ends','waiver ended') OR what LIKE 'alert _%'),
  ws        INTEGER NOT NULL DEFAULT 0,    -- the workspace it is about; 0 for the tenant
  question  INTEGER REFERENCES owner_question(id),
  waiver    INTEGER REFERENCES waiver(id),
  recipient TEXT    NOT NULL CHECK (recipient <> ''), -- a person's id or address, or role:NAME
  name      TEXT    NOT NULL,
  address   TEXT    NOT NULL DEFAULT '',
  why       TEXT    NOT NULL CHECK (why <> ''),
  link      TEXT    NOT NULL CHECK (substr(link, 1, 1) = '/'), -- within the portal
  at        INTEGER NOT NULL,
  sent      INTEGER,
  says      TEXT    NOT NULL DEFAULT '',   -- empty: what why says
  way       TEXT    NOT NULL DEFAULT ''    -- the only way it goes: mail, teams:NAME or webhook:NAME; empty for all there are
) STRICT;
INSERT INTO outbox_with_alerts (id, tenant, what, ws, question, waiver, recipient, name, address, why, link, at, sent)
  SELECT id, tenant, what, ws, question, waiver, recipient, name, address, why, link, at, sent FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_with_alerts RENAME TO outbox;
CREATE INDEX outbox_by_at        ON outbox (tenant, at, id);
CREATE INDEX outbox_by_recipient ON outbox (tenant, recipient, at);
CREATE INDEX outbox_unsent       ON outbox (id) WHERE sent IS NULL;
CREATE INDEX outbox_by_question  ON outbox (question) WHERE question IS NOT NULL;
CREATE INDEX outbox_by_waiver    ON outbox (waiver) WHERE waiver IS NOT NULL;
-- +goose StatementBegin
CREATE TRIGGER outbox_is_fixed BEFORE UPDATE ON outbox
BEGIN
  SELECT RAISE(ABORT, 'what was to be told is not rewritten')
    WHERE OLD.sent IS NOT NULL OR OLD.what <> NEW.what OR OLD.recipient <> NEW.recipient OR OLD.why <> NEW.why OR OLD.says <> NEW.says
      OR OLD.way <> NEW.way OR OLD.link <> NEW.link OR OLD.at <> NEW.at;
END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
