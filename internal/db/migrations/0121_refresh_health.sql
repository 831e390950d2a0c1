-- +goose Up
-- What the refreshes of each model and dataflow come to, written anew whenever
-- its runs are read: pages and reports sort and filter these rows.
CREATE TABLE refresh_health (
  item       INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  state      TEXT    NOT NULL,
  rank       INTEGER NOT NULL,           -- of the state: the worst is the highest
  runs       INTEGER NOT NULL,
  completed  INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  cancelled  INTEGER NOT NULL,
  success    REAL,                       -- 0 to 1; null when nothing ended
  mean_s REAL, median_s REAL, slow_s REAL, longest_s REAL, spread_s REAL,
  trend      REAL,                       -- growth of the duration in a week, as a share
  slower     REAL,                       -- last week against the time before
  wait_s REAL, longest_wait_s REAL,
  in_row     INTEGER NOT NULL,           -- failures in a row by now
  last_run   TEXT    NOT NULL DEFAULT '',
  last_status TEXT   NOT NULL DEFAULT '',
  last_start INTEGER, last_end INTEGER, last_good INTEGER,
  trouble    TEXT    NOT NULL DEFAULT '', -- of the last failure, or the most frequent one
  code       TEXT    NOT NULL DEFAULT '',
  cause      TEXT    NOT NULL DEFAULT '', -- normalised text
  advice     TEXT    NOT NULL DEFAULT '[]', -- JSON
  advised    INTEGER NOT NULL,
  owner      TEXT    NOT NULL DEFAULT '',
  owner_key  TEXT    NOT NULL DEFAULT '',
  owner_gone INTEGER NOT NULL,
  gateway    TEXT    NOT NULL DEFAULT '',
  slots      INTEGER NOT NULL,           -- times a day by the schedule; 0 without one
  source     TEXT    NOT NULL,
  known_since INTEGER,
  reason     TEXT    NOT NULL DEFAULT '',
  assessed   INTEGER NOT NULL
) STRICT;
CREATE INDEX refresh_health_by_rank    ON refresh_health (tenant, rank, item);
CREATE INDEX refresh_health_by_success ON refresh_health (tenant, success, item);
CREATE INDEX refresh_health_by_failed  ON refresh_health (tenant, failed, item);
CREATE INDEX refresh_health_by_mean    ON refresh_health (tenant, mean_s, item);
CREATE INDEX refresh_health_stale      ON refresh_health (tenant, assessed);

-- Why the refreshes of an item failed in the days looked at.
CREATE TABLE refresh_cause (
  item     INTEGER NOT NULL REFERENCES ident(id),
  place    INTEGER NOT NULL,             -- the most frequent first
  code     TEXT    NOT NULL,
  cause    TEXT    NOT NULL,
  trouble  TEXT    NOT NULL,
  failures INTEGER NOT NULL,
  last_run TEXT    NOT NULL,
  last_start INTEGER NOT NULL,
  PRIMARY KEY (item, place)
) STRICT, WITHOUT ROWID;

-- Refreshes by day: of each workspace, and of the whole tenant under ws 0.
CREATE TABLE refresh_day (
  tenant    INTEGER NOT NULL,
  ws        INTEGER NOT NULL,
  day       INTEGER NOT NULL,            -- days since 1970-01-01 UTC
  completed INTEGER NOT NULL,
  failed    INTEGER NOT NULL,
  took_ms   INTEGER NOT NULL,            -- of those that completed
  PRIMARY KEY (tenant, ws, day)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
