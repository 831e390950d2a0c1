-- +goose Up
-- Files that the portal made by the clock, and to whom each of them went: one
-- row for each way and recipient. It is a record, and is kept.
CREATE TABLE sending (
  id       INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  name     TEXT    NOT NULL,              -- in the configuration
  slot     INTEGER NOT NULL,              -- the moment of the schedule
  report   TEXT    NOT NULL,
  rule     TEXT    NOT NULL DEFAULT '',   -- of a pack of evidence
  file     TEXT    NOT NULL,              -- its name
  bytes    INTEGER NOT NULL,
  sha256   TEXT    NOT NULL,
  as_of    INTEGER NOT NULL,              -- of what it tells
  channel  TEXT    NOT NULL CHECK (channel IN ('folder', 'mail')),
  place    TEXT    NOT NULL CHECK (place <> ''), -- the folder or the address
  at       INTEGER NOT NULL,              -- when it was made
  state    TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER NOT NULL,              -- the next attempt is not earlier
  ended    INTEGER,
  error    TEXT    NOT NULL DEFAULT '',   -- the sentence of the last attempt
  UNIQUE (tenant, name, slot, channel, place),
  CHECK ((state = 'waiting') = (ended IS NULL))
) STRICT;
CREATE INDEX sending_waiting ON sending (due) WHERE state = 'waiting';
CREATE INDEX sending_by_at   ON sending (tenant, at, id);

-- +goose StatementBegin
CREATE TRIGGER sending_stays BEFORE DELETE ON sending
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is kept'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sending_is_fixed BEFORE UPDATE ON sending
WHEN OLD.state <> 'waiting' OR NEW.place <> OLD.place OR NEW.channel <> OLD.channel OR NEW.file <> OLD.file OR NEW.sha256 <> OLD.sha256 OR NEW.slot <> OLD.slot
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is not rewritten'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
