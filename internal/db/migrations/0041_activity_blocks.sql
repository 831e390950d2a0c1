-- +goose Up
-- The activity log as sent is by far the largest thing a portal keeps: about a
-- kilobyte an event, of which nine tenths are the same as in the event before.
-- Events that are written together are packed together.
CREATE TABLE activity_block (
  id     INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  body   BLOB    NOT NULL              -- gzip of a JSON array of events as sent
) STRICT;

-- block and place say where the event as sent is; without a block it is in raw,
-- as everything was that older versions wrote.
ALTER TABLE activity ADD COLUMN block INTEGER;
ALTER TABLE activity ADD COLUMN place INTEGER;
-- digest is that of the event as sent: one that is read again and is the same
-- is not written again.
ALTER TABLE activity ADD COLUMN digest INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
