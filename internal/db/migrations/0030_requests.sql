-- +goose Up
-- What people ask for, the plans they agree to, and who agreed. The moves and
-- the rules of deciding are internal/request's; the triggers here hold them
-- once more, against our own mistakes. People are (tid, oid) in lower case.

CREATE TABLE request (
  id         TEXT    PRIMARY KEY CHECK (length(id) BETWEEN 10 AND 64),
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  kind       TEXT    NOT NULL,
  title      TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('draft','pending','approved','running','done','failed','cancelled','rejected','withdrawn','expired')),
  version    INTEGER NOT NULL DEFAULT 1,  -- every change counts it up
  revision   INTEGER NOT NULL DEFAULT 0,  -- every submission counts it up
  params     TEXT    NOT NULL,            -- JSON, as typed
  reason     TEXT    NOT NULL,
  requester_tid TEXT NOT NULL CHECK (requester_tid = lower(requester_tid)),
  requester_oid TEXT NOT NULL CHECK (requester_oid = lower(requester_oid) AND requester_oid <> ''),
  requester_name TEXT NOT NULL,
  requester_address TEXT NOT NULL,
  editor_tid TEXT    NOT NULL CHECK (editor_tid = lower(editor_tid)),
  editor_oid TEXT    NOT NULL CHECK (editor_oid = lower(editor_oid) AND editor_oid <> ''),
  editor_name TEXT   NOT NULL,
  editor_address TEXT NOT NULL,
  plan_hash  TEXT    REFERENCES request_plan(hash),
  risk       TEXT    NOT NULL DEFAULT '' CHECK (risk IN ('','none','normal','high')),
  rule       TEXT    NOT NULL DEFAULT '', -- name of the approval rule
  need       INTEGER,                     -- how many people in all
  rules_hash TEXT    NOT NULL DEFAULT '', -- of the policies that judged
  created    INTEGER NOT NULL,
  changed    INTEGER NOT NULL,
  submitted  INTEGER,
  decided    INTEGER,
  expires    INTEGER,                     -- falls if undecided by then
  window_ends INTEGER,                    -- falls if not started by then
  not_before INTEGER,                     -- does not start earlier
  reminded   INTEGER,
  escalated  INTEGER,
  note       TEXT    NOT NULL DEFAULT '',
  CHECK (state NOT IN ('draft') OR (plan_hash IS NULL AND need IS NULL AND expires IS NULL AND window_ends IS NULL)),
  CHECK (state IN ('draft','withdrawn') OR (plan_hash IS NOT NULL AND need IS NOT NULL AND expires IS NOT NULL)),
  CHECK (state NOT IN ('approved','running') OR window_ends IS NOT NULL)
) STRICT;
CREATE INDEX request_by_tenant    ON request (tenant, state, changed);
CREATE INDEX request_by_state     ON request (state, expires);
CREATE INDEX request_by_requester ON request (requester_tid, requester_oid, changed);

-- The canonical bytes that were agreed to, kept for good.
CREATE TABLE request_plan (
  hash     TEXT    PRIMARY KEY CHECK (length(hash) = 64),
  request  TEXT    NOT NULL REFERENCES request(id),
  revision INTEGER NOT NULL,
  body     BLOB    NOT NULL,
  at       INTEGER NOT NULL,
  UNIQUE (request, revision)
) STRICT;

-- Who must agree to a plan, in which order.
CREATE TABLE request_stage (
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  ord       INTEGER NOT NULL CHECK (ord >= 1),
  count     INTEGER NOT NULL CHECK (count >= 1),
  role      TEXT    NOT NULL,
  grp       TEXT    NOT NULL,
  PRIMARY KEY (plan_hash, ord),
  CHECK ((role = '') <> (grp = ''))
) STRICT, WITHOUT ROWID;

-- Who is connected with a plan, and so does not decide it.
CREATE TABLE request_party (
  plan_hash TEXT NOT NULL REFERENCES request_plan(hash),
  tid       TEXT NOT NULL CHECK (tid = lower(tid)),
  oid       TEXT NOT NULL CHECK (oid = lower(oid)),
  why       TEXT NOT NULL CHECK (why IN ('requester','editor','beneficiary','break-glass')),
  name      TEXT NOT NULL,
  PRIMARY KEY (plan_hash, tid, oid, why)
) STRICT, WITHOUT ROWID;

-- Their addresses, folded: somebody invited anew has another oid.
CREATE TABLE request_alias (
  plan_hash TEXT NOT NULL REFERENCES request_plan(hash),
  address   TEXT NOT NULL CHECK (address <> '' AND address = lower(address)),
  why       TEXT NOT NULL,
  PRIMARY KEY (plan_hash, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE approval (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  tid       TEXT    NOT NULL CHECK (tid = lower(tid)),
  oid       TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  name      TEXT    NOT NULL,
  address   TEXT    NOT NULL,             -- folded
  stage     INTEGER NOT NULL,
  approves  INTEGER NOT NULL CHECK (approves IN (0, 1)),
  note      TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  for_tid   TEXT    NOT NULL DEFAULT '' CHECK (for_tid = lower(for_tid)),
  for_oid   TEXT    NOT NULL DEFAULT '' CHECK (for_oid = lower(for_oid)),
  for_name  TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (request, plan_hash, tid, oid)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_by_person ON approval (tid, oid, at);

-- The workspaces a request is about, for the scope of who sees and decides.
CREATE TABLE request_place (
  request TEXT NOT NULL REFERENCES request(id),
  name    TEXT NOT NULL,
  name_key TEXT NOT NULL,                 -- tenant.Fold(name)
  domain  TEXT NOT NULL,
  domain_key TEXT NOT NULL,
  PRIMARY KEY (request, name, domain)
) STRICT, WITHOUT ROWID;

-- What happened, for the page of the request. The ledger has it too.
CREATE TABLE request_event (
  id         INTEGER PRIMARY KEY,
  request    TEXT    NOT NULL REFERENCES request(id),
  at         INTEGER NOT NULL,
  tid        TEXT    NOT NULL DEFAULT '', -- empty when the portal did it
  oid        TEXT    NOT NULL DEFAULT '',
  name       TEXT    NOT NULL DEFAULT '',
  what       TEXT    NOT NULL,
  from_state TEXT    NOT NULL DEFAULT '',
  to_state   TEXT    NOT NULL DEFAULT '',
  plan_hash  TEXT    NOT NULL DEFAULT '',
  note       TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX request_event_by_request ON request_event (request, id);

-- Who decides in whose place, until when.
CREATE TABLE delegation (
  id        INTEGER PRIMARY KEY,
  from_tid  TEXT    NOT NULL,
  from_oid  TEXT    NOT NULL CHECK (from_oid <> ''),
  from_name TEXT    NOT NULL,
  from_address TEXT NOT NULL,
  to_tid    TEXT    NOT NULL,
  to_oid    TEXT    NOT NULL CHECK (to_oid <> ''),
  to_name   TEXT    NOT NULL,
  starts    INTEGER NOT NULL,
  ends      INTEGER NOT NULL,
  ended     INTEGER,                      -- taken back before its time
  reason    TEXT    NOT NULL,
  CHECK (ends > starts AND ends <= starts + 7776000000),
  CHECK (from_tid <> to_tid OR from_oid <> to_oid)
) STRICT;
CREATE INDEX delegation_by_to ON delegation (to_tid, to_oid, ends);

-- Steps that were agreed to with the plan and have a time of their own.
CREATE TABLE request_later (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  step      TEXT    NOT NULL,
  due       INTEGER NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('waiting','running','done','failed','void')),
  note      TEXT    NOT NULL DEFAULT '',
  changed   INTEGER NOT NULL,
  PRIMARY KEY (request, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_later_by_due ON request_later (state, due);

-- A full count of approvals for the plan, by people who are no party, and no
-- rejection: what approved and running both ask for.
-- +goose StatementBegin
CREATE VIEW request_agreed AS
  SELECT r.id, r.plan_hash,
    NOT EXISTS (SELECT 1 FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 0)
    AND NOT EXISTS (SELECT 1 FROM request_stage s WHERE s.plan_hash = r.plan_hash AND s.count > (
      SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1 AND a.stage = s.ord
        AND NOT EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = r.plan_hash
          AND ((p.tid = a.tid AND p.oid = a.oid) OR (a.for_oid <> '' AND p.tid = a.for_tid AND p.oid = a.for_oid)))
        AND NOT EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = r.plan_hash AND l.address = a.address)))
    AND r.need <= (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1)
    AND r.need = (SELECT coalesce(sum(s.count), 0) FROM request_stage s WHERE s.plan_hash = r.plan_hash) AS agreed
  FROM request r;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_begins_draft BEFORE INSERT ON request
BEGIN
  SELECT RAISE(ABORT, 'a request begins as a draft') WHERE NEW.state <> 'draft' OR NEW.revision <> 0;
  SELECT RAISE(ABORT, 'this request is there already') WHERE EXISTS (SELECT 1 FROM request WHERE id = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_moves BEFORE UPDATE ON request
BEGIN
  SELECT RAISE(ABORT, 'a request keeps its id, tenant, kind and requester') WHERE OLD.id <> NEW.id OR OLD.tenant <> NEW.tenant
    OR OLD.kind <> NEW.kind OR OLD.requester_tid <> NEW.requester_tid OR OLD.requester_oid <> NEW.requester_oid OR OLD.created <> NEW.created;
  SELECT RAISE(ABORT, 'every change counts the version up') WHERE NEW.version <> OLD.version + 1;
  SELECT RAISE(ABORT, 'a request cannot move so') WHERE OLD.state <> NEW.state AND NOT (
    (OLD.state = 'draft'    AND NEW.state IN ('pending','withdrawn')) OR
    (OLD.state = 'pending'  AND NEW.state IN ('approved','rejected','withdrawn','expired','draft')) OR
    (OLD.state = 'approved' AND NEW.state IN ('running','draft','withdrawn','expired')) OR
    (OLD.state = 'running'  AND NEW.state IN ('done','failed','cancelled')));
  SELECT RAISE(ABORT, 'what was submitted is not changed') WHERE OLD.state <> 'draft' AND (OLD.revision <> NEW.revision OR OLD.params <> NEW.params
    OR OLD.reason <> NEW.reason OR OLD.editor_tid <> NEW.editor_tid OR OLD.editor_oid <> NEW.editor_oid);
  SELECT RAISE(ABORT, 'plan and approval rule are frozen') WHERE OLD.state <> 'draft' AND NEW.state <> 'draft' AND (OLD.plan_hash IS NOT NEW.plan_hash
    OR OLD.need IS NOT NEW.need OR OLD.rule <> NEW.rule OR OLD.risk <> NEW.risk OR OLD.rules_hash <> NEW.rules_hash OR OLD.not_before IS NOT NEW.not_before OR NEW.expires > OLD.expires
    OR (OLD.window_ends IS NOT NULL AND NEW.window_ends > OLD.window_ends));
  SELECT RAISE(ABORT, 'a submission has a plan of its own') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (NEW.revision <> OLD.revision + 1
    OR NOT EXISTS (SELECT 1 FROM request_plan p WHERE p.hash = NEW.plan_hash AND p.request = NEW.id AND p.revision = NEW.revision));
  SELECT RAISE(ABORT, 'a submission says who must agree') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (
    NEW.need <> (SELECT coalesce(sum(count), 0) FROM request_stage WHERE plan_hash = NEW.plan_hash)
    OR NEW.need < CASE NEW.risk WHEN 'none' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END OR NEW.expires > NEW.submitted + 259200000
    OR NEW.not_before > NEW.submitted + 259200000);
  SELECT RAISE(ABORT, 'requester and editor are parties') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (
    NOT EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.requester_tid AND oid = NEW.requester_oid) OR
    NOT EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.editor_tid AND oid = NEW.editor_oid));
  SELECT RAISE(ABORT, 'the approvals that are needed are not there') WHERE NEW.state IN ('approved','running') AND OLD.state <> NEW.state
    AND NOT EXISTS (SELECT 1 FROM request_agreed WHERE id = NEW.id AND plan_hash = NEW.plan_hash AND agreed);
  SELECT RAISE(ABORT, 'the time to start is at most 24 hours') WHERE NEW.state = 'approved' AND OLD.state = 'pending' AND NEW.window_ends > max(NEW.decided, coalesce(NEW.not_before, 0)) + 86400000;
  SELECT RAISE(ABORT, 'the time to start is over') WHERE NEW.state = 'running' AND OLD.state = 'approved' AND NEW.changed >= OLD.window_ends;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_stays BEFORE DELETE ON request
BEGIN SELECT RAISE(ABORT, 'requests are kept'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_plan_is_new BEFORE INSERT ON request_plan
BEGIN
  SELECT RAISE(ABORT, 'this plan is there already') WHERE EXISTS (SELECT 1 FROM request_plan WHERE hash = NEW.hash OR (request = NEW.request AND revision = NEW.revision));
  SELECT RAISE(ABORT, 'a plan is made for a draft') WHERE NOT EXISTS (SELECT 1 FROM request WHERE id = NEW.request AND state = 'draft' AND revision + 1 = NEW.revision);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_plan_is_fixed BEFORE UPDATE ON request_plan
BEGIN SELECT RAISE(ABORT, 'a plan is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_plan_stays BEFORE DELETE ON request_plan
BEGIN SELECT RAISE(ABORT, 'plans are kept'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_stage_is_new BEFORE INSERT ON request_stage
BEGIN
  SELECT RAISE(ABORT, 'this stage is there already') WHERE EXISTS (SELECT 1 FROM request_stage WHERE plan_hash = NEW.plan_hash AND ord = NEW.ord);
  SELECT RAISE(ABORT, 'stages are set when a draft is submitted') WHERE NOT EXISTS (SELECT 1 FROM request_plan p JOIN request r ON r.id = p.request
    WHERE p.hash = NEW.plan_hash AND r.state = 'draft' AND r.revision + 1 = p.revision);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_stage_is_fixed BEFORE UPDATE ON request_stage
BEGIN SELECT RAISE(ABORT, 'who must agree is frozen'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_stage_stays BEFORE DELETE ON request_stage
BEGIN SELECT RAISE(ABORT, 'who must agree is frozen'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_party_is_new BEFORE INSERT ON request_party
WHEN EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.tid AND oid = NEW.oid AND why = NEW.why)
BEGIN SELECT RAISE(ABORT, 'this party is there already'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_party_is_fixed BEFORE UPDATE ON request_party
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_party_stays BEFORE DELETE ON request_party
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_alias_is_fixed BEFORE UPDATE ON request_alias
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_alias_stays BEFORE DELETE ON request_alias
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER approval_is_fit BEFORE INSERT ON approval
BEGIN
  SELECT RAISE(ABORT, 'this person has decided already') WHERE EXISTS (SELECT 1 FROM approval a WHERE a.request = NEW.request AND a.plan_hash = NEW.plan_hash
    AND ((a.tid = NEW.tid AND a.oid = NEW.oid) OR (a.for_tid = NEW.tid AND a.for_oid = NEW.oid)
      OR (NEW.for_oid <> '' AND ((a.tid = NEW.for_tid AND a.oid = NEW.for_oid) OR (a.for_tid = NEW.for_tid AND a.for_oid = NEW.for_oid)))));
  SELECT RAISE(ABORT, 'only what is pending is decided, on the plan that is pending, in time') WHERE NOT EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND state = 'pending' AND plan_hash = NEW.plan_hash AND NEW.at < expires);
  SELECT RAISE(ABORT, 'a party does not decide') WHERE EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = NEW.plan_hash
    AND ((p.tid = NEW.tid AND p.oid = NEW.oid) OR (NEW.for_oid <> '' AND p.tid = NEW.for_tid AND p.oid = NEW.for_oid)));
  SELECT RAISE(ABORT, 'a party does not decide') WHERE NEW.address <> '' AND EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = NEW.plan_hash AND l.address = NEW.address);
  SELECT RAISE(ABORT, 'the stages are decided in order') WHERE NEW.stage <> coalesce((SELECT min(s.ord) FROM request_stage s WHERE s.plan_hash = NEW.plan_hash
    AND s.count > (SELECT count(*) FROM approval a WHERE a.request = NEW.request AND a.plan_hash = NEW.plan_hash AND a.approves = 1 AND a.stage = s.ord)), 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER approval_is_fixed BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'a decision is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER approval_stays BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'decisions are kept'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_is_fixed BEFORE UPDATE ON request_event
BEGIN SELECT RAISE(ABORT, 'what happened is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_event_stays BEFORE DELETE ON request_event
BEGIN SELECT RAISE(ABORT, 'what happened is kept'); END;
-- +goose StatementEnd

-- For people who read the file themselves.
CREATE VIEW request_view AS
  SELECT r.id, t.name AS tenant, r.kind, r.title, r.state, r.risk, r.need, r.rule, r.requester_name AS requester,
         (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1) AS approvals,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.created / 1000, 'unixepoch') AS created,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.submitted / 1000, 'unixepoch') AS submitted,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.decided / 1000, 'unixepoch') AS decided, r.note
  FROM request r JOIN tenant t ON t.id = r.tenant;

-- +goose Down
SELECT 1;
