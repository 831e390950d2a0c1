-- +goose Up
-- Refreshes as they happened. Microsoft forgets a run after three days once it
-- knows twenty newer ones; here they are kept as long as configured.

-- One run of a model or dataflow. The key puts an item's runs beside each
-- other in order of time, which is how everything reads them.
CREATE TABLE refresh_run (
  item       INTEGER NOT NULL REFERENCES ident(id),
  started    INTEGER NOT NULL,
  run        TEXT    NOT NULL CHECK (run <> ''),       -- request id in lower case, transaction, or event
  ended      INTEGER CHECK (ended >= started),         -- null: under way, or not told
  status     TEXT    NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled', 'disabled', 'unclear')),
  kind       TEXT    NOT NULL DEFAULT '',              -- Scheduled, OnDemand, ViaApi …
  error_code TEXT    NOT NULL DEFAULT '',
  error_text TEXT    NOT NULL DEFAULT '',              -- as Microsoft sent it: names of the tenant
  attempts   INTEGER NOT NULL DEFAULT 0,
  source     TEXT    NOT NULL CHECK (source IN ('history', 'transactions', 'refreshables', 'activity')),
  PRIMARY KEY (item, started, run),
  CHECK (status <> 'running' OR ended IS NULL)
) STRICT, WITHOUT ROWID;

-- How far an item's history was read, and when it is to be read next: what a
-- restart goes on with.
CREATE TABLE refresh_reading (
  item        INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  source      TEXT    NOT NULL CHECK (source IN ('history', 'transactions', 'refreshables', 'activity', 'none')),
  read_at     INTEGER NOT NULL,          -- when it was tried last
  known_since INTEGER,                   -- no run is missing since; null where the source tells only some
  due         INTEGER NOT NULL,          -- not to be read earlier
  reason      TEXT    NOT NULL DEFAULT '' -- why it cannot be read, as a sentence with the remedy
) STRICT;
CREATE INDEX refresh_reading_due ON refresh_reading (tenant, due);

CREATE VIEW v_refresh AS
SELECT t.name AS tenant, i.guid AS item, r.run, datetime(r.started / 1000, 'unixepoch') AS started,
  datetime(r.ended / 1000, 'unixepoch') AS ended, r.status, r.kind, r.error_code, r.error_text, r.attempts, r.source
FROM refresh_run r JOIN ident i ON i.id = r.item JOIN tenant t ON t.id = i.tenant;

-- +goose Down
SELECT 1;
