-- +goose Up
-- Orders in which requests are read, and the outbox: who was to be told what,
-- and why. Nothing here sends; what does takes from it and notes how it went.

CREATE INDEX request_by_change  ON request (tenant, changed, id);
CREATE INDEX request_by_created ON request (tenant, created, id);

CREATE TABLE notice (
  id       INTEGER PRIMARY KEY,
  request  TEXT    NOT NULL REFERENCES request(id),
  at       INTEGER NOT NULL,
  what     TEXT    NOT NULL CHECK (what IN ('decide','remind','escalate','decided','returned','expired','withdrawn','commented')),
  tid      TEXT    NOT NULL DEFAULT '' CHECK (tid = lower(tid)),  -- empty for an address of the configuration
  oid      TEXT    NOT NULL DEFAULT '' CHECK (oid = lower(oid)),
  name     TEXT    NOT NULL DEFAULT '',
  address  TEXT    NOT NULL DEFAULT '',
  why      TEXT    NOT NULL,             -- why they are told, as a sentence
  says     TEXT    NOT NULL,             -- what they are told
  plan_hash TEXT   NOT NULL DEFAULT '',
  sent     INTEGER,                      -- when something took it away
  outcome  TEXT    NOT NULL DEFAULT '',  -- how that went
  CHECK (oid <> '' OR address <> '')
) STRICT;
CREATE INDEX notice_by_request ON notice (request, id);
CREATE INDEX notice_waiting    ON notice (id) WHERE sent IS NULL;

-- +goose StatementBegin
CREATE TRIGGER notice_is_fixed BEFORE UPDATE ON notice
WHEN OLD.sent IS NOT NULL OR NEW.sent IS NULL OR NEW.id <> OLD.id OR NEW.request <> OLD.request OR NEW.at <> OLD.at OR NEW.what <> OLD.what
  OR NEW.tid <> OLD.tid OR NEW.oid <> OLD.oid OR NEW.address <> OLD.address OR NEW.why <> OLD.why OR NEW.says <> OLD.says
BEGIN SELECT RAISE(ABORT, 'what somebody was to be told is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER notice_stays BEFORE DELETE ON notice
BEGIN SELECT RAISE(ABORT, 'notices are kept'); END;
-- +goose StatementEnd
