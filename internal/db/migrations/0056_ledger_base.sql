-- +goose Up
-- Where the ledger begins in this file. Entries up to it were written out as a
-- whole signed segment and removed, and an entry after them says so; without
-- such an entry nothing is removed.
CREATE TABLE ledger_base (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  seq  INTEGER NOT NULL CHECK (seq >= 0),   -- the last entry that was removed
  hash BLOB    CHECK (hash IS NULL OR length(hash) = 32)
) STRICT;
INSERT INTO ledger_base (one, seq, hash) VALUES (1, 0, NULL);

-- +goose StatementBegin
CREATE TRIGGER ledger_base_moves BEFORE UPDATE ON ledger_base
WHEN NEW.one <> 1 OR NEW.seq <= OLD.seq
  OR NEW.hash IS NOT (SELECT hash FROM ledger WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM ledger_checkpoint WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM ledger WHERE seq = (SELECT max(seq) FROM ledger) AND action = 'ledger.archive'
       AND CAST(body ->> '$.details.sequence' AS INTEGER) = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the ledger is shortened by whole signed segments, recorded, and only forwards');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_base_stays BEFORE DELETE ON ledger_base BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its beginning');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_base_once BEFORE INSERT ON ledger_base
WHEN EXISTS (SELECT 1 FROM ledger_base) BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its beginning');
END;
-- +goose StatementEnd

DROP TRIGGER ledger_no_delete;
-- +goose StatementBegin
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
WHEN OLD.seq > (SELECT seq FROM ledger_base) BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

