-- +goose Up
-- The record of who did what. An entry is its canonical JSON; the columns that
-- lists filter by are generated from it, so they cannot say something else.
-- The triggers guard against our own bugs; the hashes and the checkpoints kept
-- elsewhere guard against people who have the file.

CREATE TABLE ledger (
  seq           INTEGER PRIMARY KEY,
  hash          BLOB NOT NULL CHECK (length(hash) = 32),
  body          TEXT NOT NULL,
  time          TEXT GENERATED ALWAYS AS (body ->> 'time') VIRTUAL,
  action        TEXT GENERATED ALWAYS AS (body ->> 'action') VIRTUAL,
  outcome       TEXT GENERATED ALWAYS AS (body ->> 'outcome') VIRTUAL,
  actor_tenant  TEXT GENERATED ALWAYS AS (body ->> 'actor_tenant') VIRTUAL,
  actor_id      TEXT GENERATED ALWAYS AS (body ->> 'actor_id') VIRTUAL,
  object_kind   TEXT GENERATED ALWAYS AS (body ->> 'object_kind') VIRTUAL,
  object_id     TEXT GENERATED ALWAYS AS (body ->> 'object_id') VIRTUAL,
  object_tenant TEXT GENERATED ALWAYS AS (body ->> 'object_tenant') VIRTUAL
) STRICT;
CREATE INDEX ledger_by_time   ON ledger (time, seq);
CREATE INDEX ledger_by_action ON ledger (action, seq);
CREATE INDEX ledger_by_actor  ON ledger (actor_id, seq);
CREATE INDEX ledger_by_object ON ledger (object_kind, object_id, seq);
CREATE INDEX ledger_by_tenant ON ledger (object_tenant, seq);
CREATE INDEX ledger_by_outcome ON ledger (outcome, seq);

-- +goose StatementBegin
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd
-- INSERT OR REPLACE deletes without firing the delete trigger: an entry may
-- only be the next one.
-- +goose StatementBegin
CREATE TRIGGER ledger_only_next BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger) BEGIN
  SELECT RAISE(ABORT, 'a ledger entry must be the next one');
END;
-- +goose StatementEnd

-- Which ledger this is. The epoch goes up by one when a backup is restored.
CREATE TABLE ledger_identity (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  database TEXT    NOT NULL,
  epoch    INTEGER NOT NULL CHECK (epoch >= 1),
  created  INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_identity (one, database, epoch, created)
VALUES (1, lower(hex(randomblob(16))), 1, unixepoch() * 1000);

-- +goose StatementBegin
CREATE TRIGGER ledger_identity_sealed BEFORE UPDATE ON ledger_identity
WHEN NEW.one <> OLD.one OR NEW.database <> OLD.database OR NEW.created <> OLD.created OR NEW.epoch <> OLD.epoch + 1 BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity; the epoch goes up by one');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_identity_stays BEFORE DELETE ON ledger_identity BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_identity_once BEFORE INSERT ON ledger_identity
WHEN EXISTS (SELECT 1 FROM ledger_identity) BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity');
END;
-- +goose StatementEnd

-- Copies of the checkpoints that reached the second place, so that a file
-- there which lost its end is noticed too.
CREATE TABLE ledger_checkpoint (
  id   INTEGER PRIMARY KEY,
  seq  INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  note TEXT    NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoint_only_next BEFORE INSERT ON ledger_checkpoint
WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE id >= NEW.id) BEGIN
  SELECT RAISE(ABORT, 'a checkpoint must be the next one');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE ledger_checkpoint;
DROP TABLE ledger_identity;
DROP TABLE ledger;
