-- +goose Up
-- Mapping sets: what the target of a promotion needs after content came. A set
-- belongs to a pair, of stages or of workspaces; each change is a version that
-- somebody agreed to, and none is ever rewritten.
CREATE TABLE mapping_set (
  id       INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  pair     TEXT    NOT NULL,              -- promotion.Pair.Key
  pipeline INTEGER REFERENCES ident(id),  -- null for a pair of workspaces
  stage    INTEGER NOT NULL,              -- the stage content comes from
  source   INTEGER NOT NULL REFERENCES ident(id), -- the workspaces when it was last changed
  target   INTEGER NOT NULL REFERENCES ident(id),
  version  INTEGER NOT NULL,              -- the newest
  UNIQUE (tenant, pair)
) STRICT;
CREATE INDEX mapping_set_by_target   ON mapping_set (target);
CREATE INDEX mapping_set_by_source   ON mapping_set (source);
CREATE INDEX mapping_set_by_pipeline ON mapping_set (pipeline) WHERE pipeline IS NOT NULL;

CREATE TABLE mapping_version (
  mapping     INTEGER NOT NULL REFERENCES mapping_set(id),
  version     INTEGER NOT NULL CHECK (version > 0),
  hash        TEXT    NOT NULL CHECK (length(hash) = 64), -- SHA-256 of body
  body        TEXT    NOT NULL,           -- promotion.Mapping.Canonical
  things      INTEGER NOT NULL,           -- how many things it sets; 0 sets nothing any more
  request     TEXT    NOT NULL,           -- the request that asked for it
  reason      TEXT    NOT NULL,
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (mapping, version)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER mapping_version_is_fixed BEFORE UPDATE ON mapping_version
BEGIN SELECT RAISE(ABORT, 'a version of a mapping is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER mapping_version_is_kept BEFORE DELETE ON mapping_version
BEGIN SELECT RAISE(ABORT, 'a version of a mapping is not deleted'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
