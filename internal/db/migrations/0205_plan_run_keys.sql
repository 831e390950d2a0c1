-- +goose Up
-- What programs call the runs that they begin: sent again with the same key,
-- nothing is begun twice.
CREATE TABLE plan_run_key (
  tid TEXT NOT NULL,
  oid TEXT NOT NULL,
  key TEXT NOT NULL CHECK (key <> ''),
  run TEXT NOT NULL REFERENCES plan_run (id),
  PRIMARY KEY (tid, oid, key)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE plan_run_key;
