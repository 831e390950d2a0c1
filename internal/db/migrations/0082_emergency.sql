-- +goose Up
-- Emergency access ("break-glass"): for at most an hour somebody may have their
-- own plans carried out without waiting for those who would have to agree.
-- Somebody else agreed to the access, each use names the plan it is for, and
-- all of it is reviewed by another person. internal/desk has the rules; the
-- triggers hold them once more.

CREATE TABLE emergency (
  request  TEXT    PRIMARY KEY REFERENCES request(id), -- that asked for it
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  tid      TEXT    NOT NULL CHECK (tid = lower(tid)),  -- who holds it
  oid      TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  name     TEXT    NOT NULL,
  address  TEXT    NOT NULL,
  given_by TEXT    NOT NULL,               -- names, for reading; request and approval have the ids
  prefix   TEXT    NOT NULL DEFAULT '',    -- of workspaces; empty for the whole tenant
  prefix_key TEXT  NOT NULL DEFAULT '',    -- tenant.Fold(prefix)
  starts   INTEGER NOT NULL,
  ends     INTEGER NOT NULL,
  ended    INTEGER,                        -- before its time
  ended_by TEXT    NOT NULL DEFAULT '',
  reminded INTEGER,                        -- that nobody has reviewed it
  reviewed INTEGER,
  reviewer_tid  TEXT NOT NULL DEFAULT '' CHECK (reviewer_tid = lower(reviewer_tid)),
  reviewer_oid  TEXT NOT NULL DEFAULT '' CHECK (reviewer_oid = lower(reviewer_oid)),
  reviewer_name TEXT NOT NULL DEFAULT '',
  verdict  TEXT    NOT NULL DEFAULT '' CHECK (verdict IN ('', 'justified', 'not justified')),
  review   TEXT    NOT NULL DEFAULT '',
  CHECK (ends > starts AND ends <= starts + 3600000),
  CHECK ((reviewed IS NULL) = (verdict = '') AND (reviewed IS NULL) = (review = '') AND (reviewed IS NULL) = (reviewer_oid = ''))
) STRICT, WITHOUT ROWID;
CREATE INDEX emergency_by_holder  ON emergency (tid, oid, ends);
CREATE INDEX emergency_by_start   ON emergency (tenant, starts, request);
CREATE INDEX emergency_unreviewed ON emergency (ends) WHERE reviewed IS NULL;

-- A plan that was carried out under it: in the place of approvals, with the
-- hash, as they have.
CREATE TABLE emergency_use (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  emergency TEXT    NOT NULL REFERENCES emergency(request),
  at        INTEGER NOT NULL,
  reason    TEXT    NOT NULL CHECK (reason <> ''),
  PRIMARY KEY (request, plan_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX emergency_use_by_access ON emergency_use (emergency, at);

-- +goose StatementBegin
CREATE TRIGGER emergency_is_agreed BEFORE INSERT ON emergency
BEGIN
  SELECT RAISE(ABORT, 'this emergency access is there already') WHERE EXISTS (SELECT 1 FROM emergency WHERE request = NEW.request);
  SELECT RAISE(ABORT, 'an emergency access was asked for by its holder and agreed to by somebody else') WHERE NOT EXISTS (
    SELECT 1 FROM request r JOIN request_agreed a ON a.id = r.id WHERE r.id = NEW.request AND r.kind = 'emergency' AND r.state = 'running'
      AND r.tenant = NEW.tenant AND r.requester_tid = NEW.tid AND r.requester_oid = NEW.oid AND a.agreed AND r.need >= 1);
  SELECT RAISE(ABORT, 'an emergency access is reviewed before the next') WHERE EXISTS (
    SELECT 1 FROM emergency e WHERE e.tid = NEW.tid AND e.oid = NEW.oid AND e.reviewed IS NULL);
  SELECT RAISE(ABORT, 'an emergency access begins when it is agreed to') WHERE NEW.ended IS NOT NULL OR NEW.reviewed IS NOT NULL
    OR NEW.starts <> (SELECT decided FROM request WHERE id = NEW.request);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER emergency_is_fixed BEFORE UPDATE ON emergency
BEGIN
  SELECT RAISE(ABORT, 'an emergency access is not rewritten') WHERE OLD.request <> NEW.request OR OLD.tenant <> NEW.tenant OR OLD.tid <> NEW.tid OR OLD.oid <> NEW.oid
    OR OLD.prefix <> NEW.prefix OR OLD.prefix_key <> NEW.prefix_key OR OLD.starts <> NEW.starts OR OLD.ends <> NEW.ends OR (OLD.ended IS NOT NULL AND OLD.ended IS NOT NEW.ended)
    OR (OLD.reviewed IS NOT NULL AND (OLD.reviewed IS NOT NEW.reviewed OR OLD.verdict <> NEW.verdict OR OLD.review <> NEW.review OR OLD.reviewer_oid <> NEW.reviewer_oid));
  SELECT RAISE(ABORT, 'whoever held the emergency access does not review it') WHERE NEW.reviewed IS NOT NULL AND NEW.reviewer_tid = OLD.tid AND NEW.reviewer_oid = OLD.oid;
  SELECT RAISE(ABORT, 'an emergency access is reviewed when it is over') WHERE OLD.reviewed IS NULL AND NEW.reviewed IS NOT NULL AND NEW.reviewed < coalesce(NEW.ended, NEW.ends);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER emergency_stays BEFORE DELETE ON emergency
BEGIN SELECT RAISE(ABORT, 'emergency accesses are kept'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER emergency_use_is_fit BEFORE INSERT ON emergency_use
BEGIN
  SELECT RAISE(ABORT, 'this use is there already') WHERE EXISTS (SELECT 1 FROM emergency_use WHERE request = NEW.request AND plan_hash = NEW.plan_hash);
  SELECT RAISE(ABORT, 'an emergency access is used on what waits, on its plan, in time') WHERE NOT EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND state = 'pending' AND plan_hash = NEW.plan_hash AND NEW.at < expires);
  SELECT RAISE(ABORT, 'an emergency access is no way to change the rules of the house') WHERE EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND kind IN ('emergency', 'waiver', 'rule-change', 'mapping'));
  SELECT RAISE(ABORT, 'an emergency access is used by its holder, on their own request, while it lasts') WHERE NOT EXISTS (
    SELECT 1 FROM emergency e JOIN request r ON r.id = NEW.request AND r.tenant = e.tenant WHERE e.request = NEW.emergency
      AND e.tid = r.requester_tid AND e.oid = r.requester_oid AND e.tid = r.editor_tid AND e.oid = r.editor_oid
      AND e.ended IS NULL AND e.starts <= NEW.at AND NEW.at < e.ends);
  SELECT RAISE(ABORT, 'this plan lies outside the emergency access') WHERE EXISTS (
    SELECT 1 FROM emergency e WHERE e.request = NEW.emergency AND e.prefix_key <> '' AND (
      NOT EXISTS (SELECT 1 FROM request_place p WHERE p.request = NEW.request)
      OR EXISTS (SELECT 1 FROM request_place p WHERE p.request = NEW.request AND substr(p.name_key, 1, length(e.prefix_key)) <> e.prefix_key)));
  SELECT RAISE(ABORT, 'who agreed to the emergency access gains by this') WHERE EXISTS (
    SELECT 1 FROM request e JOIN approval a ON a.request = e.id AND a.plan_hash = e.plan_hash AND a.approves = 1 WHERE e.id = NEW.emergency AND (
      EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = NEW.plan_hash AND ((p.tid = a.tid AND p.oid = a.oid) OR (a.for_oid <> '' AND p.tid = a.for_tid AND p.oid = a.for_oid)))
      OR (a.address <> '' AND EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = NEW.plan_hash AND l.address = a.address))));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER emergency_use_is_fixed BEFORE UPDATE ON emergency_use
BEGIN SELECT RAISE(ABORT, 'a use of the emergency access is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER emergency_use_stays BEFORE DELETE ON emergency_use
BEGIN SELECT RAISE(ABORT, 'uses of the emergency access are kept'); END;
-- +goose StatementEnd

-- Who holds the emergency access anywhere decides nothing.
-- +goose StatementBegin
CREATE TRIGGER approval_not_by_holder BEFORE INSERT ON approval
WHEN EXISTS (SELECT 1 FROM emergency e WHERE e.ended IS NULL AND e.starts <= NEW.at AND NEW.at < e.ends
  AND ((e.tid = NEW.tid AND e.oid = NEW.oid) OR (NEW.for_oid <> '' AND e.tid = NEW.for_tid AND e.oid = NEW.for_oid)))
BEGIN SELECT RAISE(ABORT, 'who holds the emergency access does not decide'); END;
-- +goose StatementEnd

-- What approved and running ask for: a full count of approvals, or a use of the
-- emergency access on exactly this plan; and no rejection.
DROP VIEW request_agreed;
-- +goose StatementBegin
CREATE VIEW request_agreed AS
  SELECT r.id, r.plan_hash,
    NOT EXISTS (SELECT 1 FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 0)
    AND (EXISTS (SELECT 1 FROM emergency_use u WHERE u.request = r.id AND u.plan_hash = r.plan_hash)
      OR NOT EXISTS (SELECT 1 FROM request_stage s WHERE s.plan_hash = r.plan_hash AND s.count > (
        SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1 AND a.stage = s.ord
          AND NOT EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = r.plan_hash
            AND ((p.tid = a.tid AND p.oid = a.oid) OR (a.for_oid <> '' AND p.tid = a.for_tid AND p.oid = a.for_oid)))
          AND NOT EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = r.plan_hash AND l.address = a.address)))
      AND r.need <= (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1)
      AND r.need = (SELECT coalesce(sum(s.count), 0) FROM request_stage s WHERE s.plan_hash = r.plan_hash)) AS agreed
  FROM request r;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
