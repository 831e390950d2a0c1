-- +goose Up
-- Lists as people want them again: the address of a report with its filters and
-- its order, under a name. It holds no row of the list: whoever opens it reads
-- the list as they may see it.

CREATE TABLE saved_view (
  id        TEXT    PRIMARY KEY CHECK (length(id) BETWEEN 10 AND 64),
  tid       TEXT    NOT NULL CHECK (tid = lower(tid)),
  oid       TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  owner     TEXT    NOT NULL,
  title     TEXT    NOT NULL CHECK (title <> ''),
  title_key TEXT    NOT NULL,         -- tenant.Fold(title)
  report    TEXT    NOT NULL,
  query     TEXT    NOT NULL,         -- of the address, encoded
  role      TEXT    NOT NULL DEFAULT '', -- who sees it besides its owner; empty: nobody
  made      INTEGER NOT NULL,
  changed   INTEGER NOT NULL,
  UNIQUE (tid, oid, title_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_view_by_role ON saved_view (role, title_key) WHERE role <> '';

-- +goose Down
DROP TABLE saved_view;
