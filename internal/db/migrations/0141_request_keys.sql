-- +goose Up
-- What programs call their requests: sent again with the same key, nothing is
-- asked for twice.
CREATE TABLE request_key (
  tid     TEXT NOT NULL,
  oid     TEXT NOT NULL,
  key     TEXT NOT NULL CHECK (key <> ''),
  request TEXT NOT NULL REFERENCES request(id),
  PRIMARY KEY (tid, oid, key)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE request_key;
