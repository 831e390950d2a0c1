-- +goose Up
-- The owner's loop: who is asked whether a workspace is kept, reminded when,
-- and whom the silence reaches. And what people are to be told, whether or not
-- anything can send it.

-- One question to the owner of a workspace, from when it arose until it was
-- answered or fell away. owner is the id of a person, empty when nobody could
-- be named.
CREATE TABLE owner_question (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  ws         INTEGER NOT NULL REFERENCES ident(id),
  cause      TEXT    NOT NULL CHECK (cause IN ('unused','kept long ago','should be gone')),
  says       TEXT    NOT NULL,
  owner      TEXT    NOT NULL DEFAULT '',
  owner_name TEXT    NOT NULL DEFAULT '',
  asked      INTEGER NOT NULL,
  reminders  INTEGER NOT NULL DEFAULT 0,
  reminded   INTEGER,
  remind_at  INTEGER,                      -- the next reminder, by the periods in force at the last turn
  escalate_at INTEGER,                     -- when others are told, likewise; null when they were
  escalated  INTEGER,
  escalated_to TEXT  NOT NULL DEFAULT '',  -- names, for reading
  closed     INTEGER,
  outcome    TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('','answered','used again','gone')),
  CHECK ((closed IS NULL) = (outcome = '')),
  CHECK ((reminders = 0) = (reminded IS NULL))
) STRICT;
CREATE UNIQUE INDEX owner_question_one_open ON owner_question (tenant, ws) WHERE closed IS NULL;
CREATE INDEX owner_question_by_ws    ON owner_question (ws, id);
CREATE INDEX owner_question_by_asked ON owner_question (tenant, asked, id);

-- What somebody is to be told: what, whom, why, and where in the portal it is.
-- sent is set by whatever sends, and stays empty while nothing does.
CREATE TABLE outbox (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL REFERENCES tenant(id),
  what      TEXT    NOT NULL CHECK (what IN ('owner asked','owner reminded','owner silent','waiver ends','waiver ended')),
  ws        INTEGER NOT NULL DEFAULT 0,    -- the workspace it is about; 0 for the tenant
  question  INTEGER REFERENCES owner_question(id),
  waiver    INTEGER REFERENCES waiver(id),
  recipient TEXT    NOT NULL CHECK (recipient <> ''), -- a person's id or address, or role:NAME
  name      TEXT    NOT NULL,
  address   TEXT    NOT NULL DEFAULT '',
  why       TEXT    NOT NULL CHECK (why <> ''),
  link      TEXT    NOT NULL CHECK (substr(link, 1, 1) = '/'), -- within the portal
  at        INTEGER NOT NULL,
  sent      INTEGER
) STRICT;
CREATE INDEX outbox_by_at        ON outbox (tenant, at, id);
CREATE INDEX outbox_by_recipient ON outbox (tenant, recipient, at);
CREATE INDEX outbox_unsent       ON outbox (id) WHERE sent IS NULL;
CREATE INDEX outbox_by_question  ON outbox (question) WHERE question IS NOT NULL;
CREATE INDEX outbox_by_waiver    ON outbox (waiver) WHERE waiver IS NOT NULL;

-- +goose StatementBegin
CREATE TRIGGER outbox_is_fixed BEFORE UPDATE ON outbox
BEGIN
  SELECT RAISE(ABORT, 'what was to be told is not rewritten')
    WHERE OLD.sent IS NOT NULL OR OLD.what <> NEW.what OR OLD.recipient <> NEW.recipient OR OLD.why <> NEW.why OR OLD.link <> NEW.link OR OLD.at <> NEW.at;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owner_question_ends_once BEFORE UPDATE ON owner_question WHEN OLD.closed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a question that is over is not rewritten'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
