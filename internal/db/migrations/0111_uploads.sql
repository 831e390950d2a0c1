-- +goose Up
-- Files that people uploaded to have them imported. The bytes are kept beside
-- the database under their SHA-256; whoever uploaded a file may ask for its
-- import, and nobody else.
CREATE TABLE upload (
  tenant INTEGER NOT NULL REFERENCES tenant(id),
  tid    TEXT    NOT NULL,          -- who, by directory and object id
  oid    TEXT    NOT NULL,
  sum    TEXT    NOT NULL CHECK (length(sum) = 64),
  name   TEXT    NOT NULL CHECK (name <> ''),
  size   INTEGER NOT NULL CHECK (size > 0),
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, tid, oid, sum)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_by_sum ON upload (tenant, sum);

-- +goose Down
SELECT 1;
