-- +goose Up
-- How the roles on workspaces were spread over kinds of holders as of a scan:
-- counting them reads every role of the tenant, so the scan does it once.
CREATE TABLE role_count (
  scan       INTEGER NOT NULL REFERENCES scan(id),
  role       TEXT    NOT NULL,
  kind       TEXT    NOT NULL,  -- of the holder; empty when it is unknown
  guest      INTEGER NOT NULL,
  roles      INTEGER NOT NULL,
  workspaces INTEGER NOT NULL,
  holders    INTEGER NOT NULL,
  PRIMARY KEY (scan, role, kind, guest)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE role_count;
