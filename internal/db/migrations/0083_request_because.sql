-- +goose Up
-- The violation that a request was begun from: what it should mend.
CREATE TABLE request_because (
  request   TEXT    PRIMARY KEY REFERENCES request(id),
  violation INTEGER NOT NULL REFERENCES violation(id)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_because_by_violation ON request_because (violation, request);

-- +goose Down
SELECT 1;
