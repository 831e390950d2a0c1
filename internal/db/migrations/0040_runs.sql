-- +goose Up
-- What is being done in a tenant: one run for each agreed request, one row for
-- each of its writes. A run belongs to its request by id; the plan is kept here
-- as the bytes that were agreed to.

CREATE TABLE run (
  id         TEXT PRIMARY KEY,          -- the request's; request:step for one that has its own time
  request    TEXT NOT NULL,
  later      TEXT NOT NULL DEFAULT '',  -- that step
  tenant     TEXT NOT NULL,
  title      TEXT NOT NULL,
  plan_hash  TEXT NOT NULL CHECK (length(plan_hash) = 64),
  plan       TEXT NOT NULL,
  for_tenant TEXT NOT NULL,
  for_id     TEXT NOT NULL,
  for_name   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
  paused     INTEGER,
  cancel     INTEGER,
  asked_by   TEXT NOT NULL DEFAULT '', -- who paused or cancelled, for reading
  waits      TEXT NOT NULL DEFAULT '', -- why it does not go on, as a sentence
  wake       INTEGER,                  -- when it goes on by itself
  note       TEXT NOT NULL DEFAULT '',
  started    INTEGER NOT NULL,
  finished   INTEGER,
  CHECK ((finished IS NOT NULL) = (state <> 'running'))
) STRICT;
CREATE INDEX run_by_state ON run (state, wake);
CREATE INDEX run_by_request ON run (request);

-- +goose StatementBegin
CREATE TRIGGER run_sealed BEFORE UPDATE ON run
WHEN NEW.id <> OLD.id OR NEW.plan <> OLD.plan OR NEW.plan_hash <> OLD.plan_hash OR NEW.tenant <> OLD.tenant
  OR (OLD.state <> 'running' AND NEW.state <> OLD.state) BEGIN
  SELECT RAISE(ABORT, 'a run keeps its plan, and its end');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_kept BEFORE DELETE ON run BEGIN
  SELECT RAISE(ABORT, 'runs are kept');
END;
-- +goose StatementEnd

-- One run at a time changes a target. The fence goes up at each intent: what
-- was sent under an older one can no longer be written down as ours.
CREATE TABLE target_lock (
  tenant TEXT NOT NULL,
  key    TEXT NOT NULL,
  run    TEXT REFERENCES run (id),
  fence  INTEGER NOT NULL CHECK (fence >= 0),
  taken  INTEGER,
  PRIMARY KEY (tenant, key)
) STRICT;
CREATE INDEX target_lock_by_run ON target_lock (run) WHERE run IS NOT NULL;

-- +goose StatementBegin
CREATE TRIGGER target_lock_forward BEFORE UPDATE ON target_lock
WHEN NEW.fence < OLD.fence OR (OLD.run IS NOT NULL AND NEW.run IS NOT NULL AND NEW.run <> OLD.run) BEGIN
  SELECT RAISE(ABORT, 'a lock is given back before another takes it, and its fence only rises');
END;
-- +goose StatementEnd

CREATE TABLE run_step (
  run         TEXT NOT NULL REFERENCES run (id),
  id          TEXT NOT NULL,             -- of the plan; undo:… takes that one back
  seq         INTEGER NOT NULL,
  undoes      TEXT NOT NULL DEFAULT '',
  line        INTEGER NOT NULL DEFAULT 0, -- of a bulk request
  says        TEXT NOT NULL,
  operation   TEXT NOT NULL,
  call        TEXT NOT NULL,
  lock        TEXT NOT NULL,
  marker      TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL CHECK (state IN ('ready', 'intent', 'settling', 'in_doubt', 'done', 'failed', 'skipped', 'undone')),
  wake        INTEGER,                   -- next try, look or poll
  attempt     INTEGER NOT NULL DEFAULT 0,
  tries       INTEGER NOT NULL DEFAULT 0, -- waits in a row without a write
  looks       INTEGER NOT NULL DEFAULT 0, -- since it is in doubt
  fence       INTEGER NOT NULL DEFAULT 0,
  digest      TEXT NOT NULL DEFAULT '' CHECK (digest = '' OR length(digest) = 64),
  made        INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1)), -- the effect is this run's
  operator    INTEGER NOT NULL DEFAULT 0 CHECK (operator IN (0, 1)), -- a person must decide
  choice      TEXT NOT NULL DEFAULT '' CHECK (choice IN ('', 'adopt', 'redo', 'stop')),
  chosen_id   TEXT NOT NULL DEFAULT '',
  sent        TEXT NOT NULL DEFAULT '',
  answered    TEXT NOT NULL DEFAULT '',
  status      INTEGER NOT NULL DEFAULT 0,
  request_ids TEXT NOT NULL DEFAULT '', -- Microsoft's, newest last
  results     TEXT NOT NULL DEFAULT '{}',
  note        TEXT NOT NULL DEFAULT '',
  intended    INTEGER,
  answered_at INTEGER,
  finished    INTEGER,
  PRIMARY KEY (run, id),
  CHECK ((finished IS NOT NULL) = (state IN ('done', 'failed', 'skipped', 'undone'))),
  CHECK (state NOT IN ('intent', 'settling', 'in_doubt') OR (fence > 0 AND attempt > 0 AND digest <> '' AND intended IS NOT NULL)),
  CHECK (operator = 0 OR state = 'in_doubt')
) STRICT;
CREATE UNIQUE INDEX run_step_by_seq ON run_step (run, seq);
CREATE INDEX run_step_open ON run_step (state) WHERE state IN ('intent', 'settling', 'in_doubt');

-- The moves of a step; internal/fulfil/doc.go draws them.
-- +goose StatementBegin
CREATE TRIGGER run_step_moves BEFORE UPDATE OF state ON run_step
WHEN OLD.state <> NEW.state AND NOT (
     (OLD.state = 'ready'    AND NEW.state IN ('intent', 'skipped', 'failed'))
  OR (OLD.state = 'intent'   AND NEW.state IN ('done', 'failed', 'skipped', 'in_doubt', 'settling', 'ready'))
  OR (OLD.state = 'settling' AND NEW.state IN ('done', 'failed', 'in_doubt'))
  OR (OLD.state = 'in_doubt' AND NEW.state IN ('done', 'failed', 'settling', 'ready'))
  OR (OLD.state = 'done'     AND NEW.state = 'undone')) BEGIN
  SELECT RAISE(ABORT, 'no such move of a step');
END;
-- +goose StatementEnd
-- A write is intended only by the run that holds the target, and its outcome
-- is written down only under the fence it was sent with.
-- +goose StatementBegin
CREATE TRIGGER run_step_fenced BEFORE UPDATE OF state ON run_step
WHEN OLD.state <> NEW.state AND (NEW.state = 'intent' OR OLD.state IN ('intent', 'settling', 'in_doubt'))
 AND NOT EXISTS (SELECT 1 FROM target_lock l JOIN run r ON r.id = NEW.run
      WHERE l.tenant = r.tenant AND l.key = NEW.lock AND l.run = NEW.run AND l.fence = NEW.fence) BEGIN
  SELECT RAISE(ABORT, 'another worker holds the target');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_step_kept BEFORE DELETE ON run_step BEGIN
  SELECT RAISE(ABORT, 'steps are kept');
END;
-- +goose StatementEnd

-- The switch that stops every write to a tenant.
CREATE TABLE executor_hold (
  tenant TEXT PRIMARY KEY,
  since  INTEGER NOT NULL,
  by     TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
