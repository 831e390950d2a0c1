-- +goose Up
-- What programs send instead of a session. The program holds the token, this
-- table only its SHA-256: who reads the file can ask for nothing with it.

CREATE TABLE api_token (
  hash    BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  id      TEXT    NOT NULL UNIQUE CHECK (length(id) = 16), -- how pages and the ledger call it: the hash's beginning
  tid     TEXT    NOT NULL,            -- with oid the owner's key, as sessions have it
  oid     TEXT    NOT NULL CHECK (oid <> ''),
  name    TEXT    NOT NULL,            -- of the owner when it was made
  address TEXT    NOT NULL,
  purpose TEXT    NOT NULL CHECK (purpose <> ''),
  tenants TEXT    NOT NULL CHECK (json_valid(tenants)), -- array of names; empty for each that the owner may see
  grants  TEXT    NOT NULL CHECK (json_valid(grants)),  -- array of words: read, ask, scan
  made    INTEGER NOT NULL,
  ends    INTEGER NOT NULL,
  used    INTEGER,                     -- last use, kept to the minute
  used_ip TEXT    NOT NULL DEFAULT '',
  ended   INTEGER,                     -- revoked; null while it is good, or until its day has passed
  why     TEXT    NOT NULL DEFAULT '', -- who revoked it, or what ended it
  CHECK (ends > made)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_token_by_owner ON api_token (tid, oid, made);
CREATE INDEX api_token_by_made  ON api_token (made, id);

-- +goose StatementBegin
CREATE TRIGGER api_token_is_fixed BEFORE UPDATE ON api_token
WHEN NEW.hash <> OLD.hash OR NEW.id <> OLD.id OR NEW.tid <> OLD.tid OR NEW.oid <> OLD.oid OR NEW.purpose <> OLD.purpose
  OR NEW.tenants <> OLD.tenants OR NEW.grants <> OLD.grants OR NEW.made <> OLD.made OR NEW.ends <> OLD.ends
  OR OLD.ended IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a token is never widened, and one that ended stays so'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER api_token_stays BEFORE DELETE ON api_token
BEGIN SELECT RAISE(ABORT, 'tokens are kept: the ledger names them'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE api_token;
