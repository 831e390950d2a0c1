-- +goose Up
-- Plans of refreshes: what goes in which order. A plan is changed by agreed
-- requests only; each makes a version, which is kept.

CREATE TABLE refresh_plan (
  id       TEXT PRIMARY KEY,  -- the request's that made it
  tenant   TEXT NOT NULL,
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL,
  version  INTEGER NOT NULL CHECK (version > 0),
  made     INTEGER NOT NULL,
  changed  INTEGER NOT NULL,
  ended    INTEGER,           -- when it was deleted
  looked   INTEGER NOT NULL   -- moments of its schedule until here were dealt with
) STRICT;
CREATE UNIQUE INDEX refresh_plan_by_name ON refresh_plan (tenant, name_key) WHERE ended IS NULL;
CREATE INDEX refresh_plan_by_tenant ON refresh_plan (tenant, ended, name_key, id);

CREATE TABLE refresh_plan_version (
  plan    TEXT NOT NULL REFERENCES refresh_plan (id),
  version INTEGER NOT NULL,
  yaml    TEXT NOT NULL,       -- empty: the version that deleted it
  request TEXT NOT NULL,       -- that was agreed to
  by_name TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (plan, version)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER refresh_plan_version_kept BEFORE UPDATE ON refresh_plan_version BEGIN
  SELECT RAISE(ABORT, 'versions of a plan are kept as they were agreed to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER refresh_plan_version_stays BEFORE DELETE ON refresh_plan_version BEGIN
  SELECT RAISE(ABORT, 'versions of a plan are kept as they were agreed to');
END;
-- +goose StatementEnd

-- One run of a plan. A plan runs once at a time.
CREATE TABLE plan_run (
  id         TEXT PRIMARY KEY,
  plan       TEXT NOT NULL REFERENCES refresh_plan (id),
  version    INTEGER NOT NULL,
  tenant     TEXT NOT NULL,
  cause      TEXT NOT NULL CHECK (cause IN ('schedule', 'person', 'api', 'plan', 'resume')),
  cause_by   TEXT NOT NULL DEFAULT '',  -- a person's or a program's name, or the run before
  note       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'partial', 'failed', 'cancelled')),
  cancel     INTEGER,
  cancel_by  TEXT NOT NULL DEFAULT '',
  cancel_why TEXT NOT NULL DEFAULT '',
  waits      TEXT NOT NULL DEFAULT '',
  wake       INTEGER,
  started    INTEGER NOT NULL,
  finished   INTEGER,
  CHECK ((finished IS NOT NULL) = (state <> 'running'))
) STRICT;
CREATE UNIQUE INDEX plan_run_one ON plan_run (plan) WHERE state = 'running';
CREATE INDEX plan_run_by_plan ON plan_run (plan, started DESC, id);
CREATE INDEX plan_run_by_tenant ON plan_run (tenant, started DESC, id);

CREATE TABLE plan_node (
  run       TEXT NOT NULL REFERENCES plan_run (id),
  name      TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('model', 'dataflow')),
  ws        TEXT NOT NULL,
  item      TEXT NOT NULL,
  capacity  TEXT NOT NULL DEFAULT '',
  phase     TEXT NOT NULL CHECK (phase IN ('waiting', 'starting', 'running', 'cancelling', 'checking', 'retrying', 'done', 'skipped', 'failed', 'lost')),
  tries     INTEGER NOT NULL DEFAULT 0,
  since     INTEGER,
  wake      INTEGER,
  answer    TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'yes', 'no')),
  refreshed INTEGER NOT NULL DEFAULT 0 CHECK (refreshed IN (0, 1)),
  lingers   INTEGER NOT NULL DEFAULT 0 CHECK (lingers IN (0, 1)),
  reason    TEXT NOT NULL DEFAULT '',
  finished  INTEGER,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- Every start, written down before it is sent. A model or dataflow has one that
-- is open at a time, in whichever run.
CREATE TABLE plan_try (
  run        TEXT NOT NULL,
  name       TEXT NOT NULL,
  try        INTEGER NOT NULL,
  tenant     TEXT NOT NULL,
  item       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('intent', 'in_doubt', 'running', 'done', 'failed', 'cancelled', 'refused')),
  known      TEXT NOT NULL DEFAULT '',  -- the newest entry of the history before it was sent
  sent       TEXT NOT NULL,
  answered   TEXT NOT NULL DEFAULT '',
  status     INTEGER NOT NULL DEFAULT 0,
  request_id TEXT NOT NULL DEFAULT '',  -- Microsoft's, in lower case
  stopped    TEXT NOT NULL DEFAULT '',  -- what was sent to stop it, and answered
  looks      INTEGER NOT NULL DEFAULT 0,
  wake       INTEGER,
  intended   INTEGER NOT NULL,
  began      INTEGER,
  ended      INTEGER,
  error_code TEXT NOT NULL DEFAULT '',
  error_text TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run, name, try),
  FOREIGN KEY (run, name) REFERENCES plan_node (run, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX plan_try_open ON plan_try (tenant, item) WHERE state IN ('intent', 'in_doubt', 'running');
CREATE UNIQUE INDEX plan_try_by_request ON plan_try (tenant, request_id) WHERE request_id <> '';
CREATE INDEX plan_try_by_item ON plan_try (tenant, item, intended);
-- +goose StatementBegin
CREATE TRIGGER plan_try_kept BEFORE DELETE ON plan_try BEGIN
  SELECT RAISE(ABORT, 'what was sent is kept');
END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
