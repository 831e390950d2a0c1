-- +goose Up
-- When Microsoft's list of unused items of a workspace was last asked for: it
-- is asked for a few workspaces at a time, the oldest first.
CREATE TABLE unused_read (
  tenant INTEGER NOT NULL,
  ws     INTEGER NOT NULL REFERENCES ident(id),
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, ws)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
