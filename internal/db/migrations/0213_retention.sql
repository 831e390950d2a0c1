-- +goose Up
-- What time takes away, and what it took: the proof is an entry of the ledger
-- for each sweep that deleted something; these rows are for the page.

-- Since which scan the history of a tenant is kept whole: a moment before it is
-- answered as one before the first scan, never with what happens to be left.
CREATE TABLE history_horizon (
  tenant INTEGER PRIMARY KEY REFERENCES tenant(id),
  scan   INTEGER NOT NULL REFERENCES scan(id)
) STRICT;

CREATE TABLE retention_sweep (
  id      INTEGER PRIMARY KEY,
  rule    TEXT    NOT NULL CHECK (rule IN ('history', 'activity')),
  before  INTEGER NOT NULL,           -- what was older went
  deleted INTEGER NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX retention_sweep_by_rule ON retention_sweep (rule, id);

-- What was closed is found without reading the rest.
CREATE INDEX edge_by_to   ON edge (tenant, to_scan) WHERE to_scan IS NOT NULL;

-- +goose Down
SELECT 1;
