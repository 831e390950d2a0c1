-- +goose Up
-- Who is signed in. The cookie holds the id, this table only its SHA-256: who
-- reads the file cannot take over a session. Ending a session removes its row;
-- the ledger remembers.

CREATE TABLE session (
  hash       BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  tenant     TEXT    NOT NULL,        -- with id the person's key: (tid, oid) or (issuer, subject)
  person     TEXT    NOT NULL,
  issuer     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  address    TEXT    NOT NULL,        -- for reading and mail, never a key
  roles      TEXT    NOT NULL,        -- JSON array of the portal's roles
  started    INTEGER NOT NULL,        -- first sign-in: the absolute limit counts from here
  confirmed  INTEGER NOT NULL,        -- when the provider last saw the person prove who they are
  roles_read INTEGER NOT NULL,        -- when the provider last said the roles
  seen       INTEGER NOT NULL,        -- last request, kept to the minute
  ip         TEXT    NOT NULL,
  agent      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_person ON session (tenant, person, seen);
CREATE INDEX session_by_seen   ON session (seen);

-- Everyone who ever signed in, with what they were then: for lists of who may
-- approve, and for names beside ids.
CREATE TABLE signed_in (
  tenant  TEXT    NOT NULL,
  person  TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  address TEXT    NOT NULL,
  roles   TEXT    NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE signed_in;
DROP TABLE session;
