-- +goose Up
-- What runs last made of a workspace, fact by fact: what the next scans should
-- see. A later run overwrites it; deleting the workspace forgets it. The rule
-- portal.otherwise compares it with what is there.
CREATE TABLE provisioned (
  tenant TEXT    NOT NULL,
  ws     TEXT    NOT NULL CHECK (ws <> '' AND ws = lower(ws)), -- Microsoft's id
  aspect TEXT    NOT NULL CHECK (aspect IN ('name', 'capacity', 'role')),
  key    TEXT    NOT NULL DEFAULT '',  -- of a role: whose; Microsoft's id
  value  TEXT    NOT NULL,             -- of a role: empty for none; of a capacity: its id, empty for shared
  run    TEXT    NOT NULL REFERENCES run (id),
  step   TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, ws, aspect, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX provisioned_by_run ON provisioned (run);

-- +goose Down
SELECT 1;
