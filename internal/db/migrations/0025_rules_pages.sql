-- +goose Up
-- What the pages of the rules read besides violations, and two things that
-- people decide there.

-- The order of the list of violations: the worst first, the oldest first.
CREATE INDEX violation_by_rank ON violation (tenant, (CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END), first_seen, id);
CREATE INDEX waiver_by_asked   ON waiver (asked_at, id);

-- An owner's word on a workspace: it is kept, because …, or it may go. The
-- newest row of a workspace counts; earlier ones stay.
CREATE TABLE ownership_answer (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  ws          INTEGER NOT NULL REFERENCES ident(id),
  answer      TEXT    NOT NULL CHECK (answer IN ('keep','remove')),
  reason      TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  due         INTEGER NOT NULL CHECK (due > at)   -- when to ask again, or by when it should be gone
) STRICT;
CREATE INDEX ownership_answer_by_ws ON ownership_answer (ws, id);

-- What a person found about a control that no rule can check.
CREATE TABLE control_evidence (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  baseline    TEXT    NOT NULL,
  control     TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('pass','fail')),
  note        TEXT    NOT NULL CHECK (length(trim(note)) >= 5),
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  due         INTEGER NOT NULL CHECK (due > at)   -- evidence is not for ever
) STRICT;
CREATE INDEX control_evidence_by_control ON control_evidence (tenant, baseline, control, id);

-- +goose StatementBegin
CREATE TRIGGER ownership_answer_is_fixed BEFORE UPDATE ON ownership_answer
BEGIN SELECT RAISE(ABORT, 'an answer is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER control_evidence_is_fixed BEFORE UPDATE ON control_evidence
BEGIN SELECT RAISE(ABORT, 'evidence is not rewritten'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
