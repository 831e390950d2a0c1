-- +goose Up
-- Whose a session was, for a day after it ended: a form that was sent from it
-- afterwards is given back to that person and to nobody else.
CREATE TABLE ended_session (
  hash   BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  tenant TEXT    NOT NULL,
  person TEXT    NOT NULL,
  seen   INTEGER NOT NULL  -- the last use
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_session_by_seen ON ended_session (seen);

-- +goose StatementBegin
CREATE TRIGGER session_ends AFTER DELETE ON session BEGIN
  INSERT INTO ended_session (hash, tenant, person, seen) VALUES (OLD.hash, OLD.tenant, OLD.person, OLD.seen)
    ON CONFLICT (hash) DO NOTHING;
END;
-- +goose StatementEnd
