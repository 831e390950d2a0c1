-- +goose Up
-- What rules found, what became of it, and what people decided about it.
-- Times are UTC milliseconds.

-- One version of a rule with the values of its parameters, kept for ever: a
-- finding says which version found it.
CREATE TABLE rule_version (
  id        INTEGER PRIMARY KEY,
  version   TEXT    NOT NULL UNIQUE,   -- SHA-256 of rule and values
  rule      TEXT    NOT NULL,
  rule_hash TEXT    NOT NULL,          -- SHA-256 of the rule alone
  pack      TEXT    NOT NULL,
  pack_hash TEXT    NOT NULL,
  kind      TEXT    NOT NULL,
  severity  TEXT    NOT NULL CHECK (severity IN ('critical','high','medium','low')),
  title     TEXT    NOT NULL,
  body      TEXT    NOT NULL,          -- the rule, canonical JSON
  params    TEXT    NOT NULL,          -- the values, JSON
  since     INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_version_by_rule ON rule_version (rule, since);

CREATE TABLE rule_set (
  id       INTEGER PRIMARY KEY,
  hash     TEXT    NOT NULL UNIQUE,
  versions TEXT    NOT NULL,           -- JSON array of rule_version ids
  since    INTEGER NOT NULL
) STRICT;

-- Switching a rule on or off, or changing its parameters, is a decision. The
-- newest row of a rule counts; earlier ones stay.
CREATE TABLE rule_decision (
  id          INTEGER PRIMARY KEY,
  rule        TEXT    NOT NULL,
  is_on       INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  params      TEXT    NOT NULL,        -- JSON object; {} = the pack's values
  reason      TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  author      TEXT    NOT NULL,
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_decision_by_rule ON rule_decision (rule, id);

-- One judging of a published scan. Units already done are done again without
-- harm, so one that was cut off is simply started again.
CREATE TABLE evaluation (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  scan       INTEGER NOT NULL REFERENCES scan(id),
  rule_set   INTEGER NOT NULL REFERENCES rule_set(id),
  mode       TEXT    NOT NULL CHECK (mode IN ('full','incremental')),
  state      TEXT    NOT NULL CHECK (state IN ('running','done','failed')),
  day        INTEGER NOT NULL,         -- UTC day that ages were counted to
  started    INTEGER NOT NULL,
  finished   INTEGER,
  workspaces INTEGER NOT NULL DEFAULT 0,
  verdicts   INTEGER NOT NULL DEFAULT 0,
  raised     INTEGER NOT NULL DEFAULT 0,
  resolved   INTEGER NOT NULL DEFAULT 0,
  reopened   INTEGER NOT NULL DEFAULT 0,
  error      TEXT    NOT NULL DEFAULT '',
  CHECK ((state = 'running') = (finished IS NULL))
) STRICT;
CREATE INDEX evaluation_by_tenant ON evaluation (tenant, id);

-- What one workspace (or, under 0, the rest of the tenant) counts for in the
-- figures, so that judging it again can replace its part of the sums.
CREATE TABLE evaluation_unit (
  tenant INTEGER NOT NULL,
  ws     INTEGER NOT NULL,
  scan   INTEGER NOT NULL,
  tally  BLOB    NOT NULL,
  PRIMARY KEY (tenant, ws)
) STRICT, WITHOUT ROWID;

-- Verdicts and states per rule as of a scan: pages and trends read these.
-- waived is part of failed: a waiver accepts a violation, it does not mend it.
CREATE TABLE rule_figure (
  scan           INTEGER NOT NULL REFERENCES scan(id),
  rule           TEXT    NOT NULL,
  severity       TEXT    NOT NULL,
  passed         INTEGER NOT NULL,
  failed         INTEGER NOT NULL,
  unknown        INTEGER NOT NULL,
  open           INTEGER NOT NULL,
  in_progress    INTEGER NOT NULL,
  waived         INTEGER NOT NULL,
  false_positive INTEGER NOT NULL,
  raised         INTEGER NOT NULL,
  resolved       INTEGER NOT NULL,
  reopened       INTEGER NOT NULL,
  PRIMARY KEY (scan, rule)
) STRICT, WITHOUT ROWID;

-- One rule failing on one object, as long as both exist. ws, object and
-- principal are numbers of ident, 0 for none; word tells apart what has no
-- number: a setting's name, a right, a kind of item.
CREATE TABLE violation (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  rule       TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  ws         INTEGER NOT NULL,
  object     INTEGER NOT NULL,
  principal  INTEGER NOT NULL,
  word       TEXT    NOT NULL,
  label      TEXT    NOT NULL,         -- the object's name when last seen
  severity   TEXT    NOT NULL CHECK (severity IN ('critical','high','medium','low')),
  state      TEXT    NOT NULL CHECK (state IN ('open','in_progress','false_positive','waived','resolved')),
  says       TEXT    NOT NULL,
  evidence   TEXT    NOT NULL,         -- JSON array of {fact, value}
  digest     TEXT    NOT NULL,
  version    INTEGER NOT NULL REFERENCES rule_version(id),
  owner      INTEGER,                  -- principal proposed as the one to ask
  assignee   TEXT    NOT NULL DEFAULT '',  -- subject of the person it was given to
  assignee_name TEXT NOT NULL DEFAULT '',
  reason     TEXT    NOT NULL DEFAULT '',  -- why it is a false positive
  first_seen INTEGER NOT NULL,
  first_scan INTEGER NOT NULL,
  changed    INTEGER NOT NULL,         -- last change of the state
  last_seen  INTEGER NOT NULL,         -- last change of what was seen; see violation_view
  last_scan  INTEGER NOT NULL,
  resolved   INTEGER,
  resolved_scan INTEGER,
  cause      TEXT    NOT NULL DEFAULT '' CHECK (cause IN ('','resolved','object gone')),
  reopened   INTEGER NOT NULL DEFAULT 0,
  moved_scan INTEGER,                  -- scan that made the last move; null when a person did
  in_force   INTEGER NOT NULL DEFAULT 1 CHECK (in_force IN (0, 1)), -- 0 while its rule is off
  rev        INTEGER NOT NULL DEFAULT 1,
  UNIQUE (tenant, rule, kind, ws, object, principal, word),
  CHECK ((state = 'resolved') = (resolved IS NOT NULL)),
  CHECK ((state = 'resolved') = (cause <> ''))
) STRICT;
CREATE INDEX violation_by_ws       ON violation (ws, state);
CREATE INDEX violation_by_state    ON violation (tenant, in_force, state, severity, id);
CREATE INDEX violation_by_rule     ON violation (tenant, rule, state, id);
CREATE INDEX violation_by_seen     ON violation (tenant, first_seen, id);
CREATE INDEX violation_by_resolved ON violation (tenant, resolved) WHERE resolved IS NOT NULL;
CREATE INDEX violation_by_owner    ON violation (tenant, owner, state) WHERE owner IS NOT NULL;
CREATE INDEX violation_by_assignee ON violation (tenant, assignee, state) WHERE assignee <> '';
CREATE INDEX violation_by_object   ON violation (object, state);

-- What happened to a violation, by scans and people: its time line.
CREATE TABLE violation_event (
  id         INTEGER PRIMARY KEY,
  violation  INTEGER NOT NULL REFERENCES violation(id),
  at         INTEGER NOT NULL,
  scan       INTEGER,                  -- null when a person did it
  actor      TEXT    NOT NULL DEFAULT '',
  actor_name TEXT    NOT NULL DEFAULT '',
  what       TEXT    NOT NULL,
  from_state TEXT    NOT NULL DEFAULT '',
  to_state   TEXT    NOT NULL DEFAULT '',
  note       TEXT    NOT NULL DEFAULT '',
  CHECK ((scan IS NULL) = (actor <> ''))
) STRICT;
CREATE INDEX violation_event_by_violation ON violation_event (violation, id);

CREATE TABLE violation_comment (
  id          INTEGER PRIMARY KEY,
  violation   INTEGER NOT NULL REFERENCES violation(id),
  at          INTEGER NOT NULL,
  author      TEXT    NOT NULL,
  author_name TEXT    NOT NULL,
  body        TEXT    NOT NULL CHECK (length(trim(body)) > 0)
) STRICT;
CREATE INDEX violation_comment_by_violation ON violation_comment (violation, id);

CREATE TABLE waiver (
  id           INTEGER PRIMARY KEY,
  violation    INTEGER NOT NULL REFERENCES violation(id),
  state        TEXT    NOT NULL CHECK (state IN ('asked','approved','rejected','withdrawn','ended','renewed','closed')),
  owner        TEXT    NOT NULL CHECK (length(trim(owner)) > 0),
  owner_name   TEXT    NOT NULL,
  reason       TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  ends         INTEGER NOT NULL,
  asked_by     TEXT    NOT NULL CHECK (asked_by <> ''),
  asked_name   TEXT    NOT NULL,
  asked_at     INTEGER NOT NULL,
  decided_by   TEXT    NOT NULL DEFAULT '',
  decided_name TEXT    NOT NULL DEFAULT '',
  decided_at   INTEGER,
  note         TEXT    NOT NULL DEFAULT '',
  renews       INTEGER REFERENCES waiver(id),
  reminded     INTEGER,                -- when the owner was told of the end
  CHECK (ends > asked_at AND ends <= asked_at + 31622400000),
  CHECK (state IN ('asked','withdrawn') OR decided_by <> ''),
  CHECK (decided_by = '' OR (decided_by <> asked_by AND decided_by <> owner))
) STRICT;
CREATE INDEX waiver_by_violation ON waiver (violation, id);
CREATE INDEX waiver_by_end       ON waiver (state, ends);
CREATE UNIQUE INDEX waiver_one_asked    ON waiver (violation) WHERE state = 'asked';
CREATE UNIQUE INDEX waiver_one_approved ON waiver (violation) WHERE state = 'approved';

-- The moves of internal/violation, guarded against our own mistakes.
-- +goose StatementBegin
CREATE TRIGGER violation_moves BEFORE UPDATE OF state ON violation WHEN OLD.state <> NEW.state
BEGIN
  SELECT RAISE(ABORT, 'a violation cannot move so') WHERE NOT (
    (OLD.state = 'open'           AND NEW.state IN ('in_progress','false_positive','waived','resolved')) OR
    (OLD.state = 'in_progress'    AND NEW.state IN ('open','false_positive','waived','resolved')) OR
    (OLD.state = 'false_positive' AND NEW.state IN ('open','resolved')) OR
    (OLD.state = 'waived'         AND NEW.state IN ('open','resolved')) OR
    (OLD.state = 'resolved'       AND NEW.state IN ('open','waived')));
  SELECT RAISE(ABORT, 'only a scan resolves or reopens a violation')
    WHERE 'resolved' IN (OLD.state, NEW.state) AND NEW.moved_scan IS NULL;
  SELECT RAISE(ABORT, 'a waived violation needs a waiver in force')
    WHERE NEW.state = 'waived' AND NOT EXISTS (SELECT 1 FROM waiver WHERE violation = NEW.id AND state = 'approved');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER violation_begins_open BEFORE INSERT ON violation WHEN NEW.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a violation begins open'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER violation_stays BEFORE DELETE ON violation
BEGIN SELECT RAISE(ABORT, 'violations are kept'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER violation_event_stays BEFORE DELETE ON violation_event
BEGIN SELECT RAISE(ABORT, 'the time line of a violation is kept'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER violation_event_is_fixed BEFORE UPDATE ON violation_event
BEGIN SELECT RAISE(ABORT, 'the time line of a violation is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER rule_decision_is_fixed BEFORE UPDATE ON rule_decision
BEGIN SELECT RAISE(ABORT, 'a decision is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER waiver_begins_asked BEFORE INSERT ON waiver WHEN NEW.state <> 'asked'
BEGIN SELECT RAISE(ABORT, 'a waiver begins asked'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER waiver_moves BEFORE UPDATE ON waiver
BEGIN
  SELECT RAISE(ABORT, 'a waiver cannot move so') WHERE OLD.state <> NEW.state AND NOT (
    (OLD.state = 'asked'    AND NEW.state IN ('approved','rejected','withdrawn')) OR
    (OLD.state = 'approved' AND NEW.state IN ('ended','withdrawn','renewed','closed')) OR
    (OLD.state = 'ended'    AND NEW.state IN ('renewed','closed','withdrawn')));
  SELECT RAISE(ABORT, 'what was asked for is not changed afterwards')
    WHERE OLD.violation <> NEW.violation OR OLD.owner <> NEW.owner OR OLD.reason <> NEW.reason OR OLD.ends <> NEW.ends
       OR OLD.asked_by <> NEW.asked_by OR OLD.asked_at <> NEW.asked_at;
END;
-- +goose StatementEnd

-- Refreshes are judged with their workspace.
CREATE INDEX refreshable_by_ws  ON refreshable (ws);

-- For people who read the file themselves.
CREATE VIEW violation_view AS
  SELECT v.id, t.name AS tenant, v.rule, v.kind, v.label, v.severity, v.state, v.says, v.evidence,
         i.guid AS object_id, wi.guid AS workspace_id,
         strftime('%Y-%m-%dT%H:%M:%SZ', v.first_seen / 1000, 'unixepoch') AS first_seen,
         strftime('%Y-%m-%dT%H:%M:%SZ', v.resolved / 1000, 'unixepoch') AS resolved,
         v.reopened, v.in_force
  FROM violation v JOIN tenant t ON t.id = v.tenant
  LEFT JOIN ident i ON i.id = v.object LEFT JOIN ident wi ON wi.id = v.ws;

-- +goose Down
SELECT 1;
