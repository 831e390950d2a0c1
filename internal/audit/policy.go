package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// RuleStanding is how a tenant stands against one rule.
type RuleStanding struct {
	// Judged is false when no judging used the rule yet; Tally is empty then.
	Judged bool
	// Tally counts verdicts of the whole tenant; Whole is false for a reader of
	// a part, who is not told them.
	Tally policy.Tally
	Whole bool
	// Open, Waived and Standing count what the reader may see.
	Open, Waived, Standing int64
	Versions               []RuleVersion
}

// RuleVersion is one version of a rule that was once in force.
type RuleVersion struct {
	Version, Params string
	Since           time.Time
	Findings        int64
}

// RuleStandingOf reads how the view's tenant stands against a rule.
func RuleStandingOf(ctx context.Context, reader *db.Reader, q Query, rule string) (RuleStanding, error) {
	s := RuleStanding{Whole: q.Scope.All}
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		query := e.sql(`SELECT f.passed, f.failed, f.unknown, f.waived FROM rule_figure f JOIN evaluation e ON e.scan = f.scan WHERE e.id = `+judging+` AND f.rule = ?`, rule)
		if err := eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
			s.Judged = true
			return scan(&s.Tally.Passed, &s.Tally.Failed, &s.Tally.Unknown, &s.Tally.Waived)
		}); err != nil {
			return err
		}
		if !s.Whole {
			s.Tally = policy.Tally{}
		}
		e = newExpander(q)
		query = e.sql(`SELECT count(CASE WHEN v.state IN ('open','in_progress') THEN 1 END), count(CASE WHEN v.state = 'waived' THEN 1 END), count(*)
			FROM violation v WHERE v.tenant = @tenant AND v.rule = ? AND v.state <> 'resolved' AND v.in_force + 0 = 1 AND inscope(v.ws)`, rule)
		if err := tx.QueryRowContext(ctx, query, e.args...).Scan(&s.Open, &s.Waived, &s.Standing); err != nil {
			return err
		}
		return s.readVersions(ctx, tx, q, rule)
	})
	if err != nil {
		return s, fmt.Errorf("standing of rule %s: %w", rule, err)
	}
	return s, nil
}

func (s *RuleStanding) readVersions(ctx context.Context, tx *sql.Tx, q Query, rule string) error {
	e := newExpander(q)
	query := e.sql(`SELECT r.version, r.params, r.since, (SELECT count(*) FROM violation v WHERE v.tenant = @tenant AND v.rule = r.rule AND v.version = r.id AND v.state <> 'resolved' AND inscope(v.ws))
		FROM rule_version r WHERE r.rule = ? ORDER BY r.since DESC, r.id DESC LIMIT 50`, rule)
	return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
		var v RuleVersion
		var since int64
		if err := scan(&v.Version, &v.Params, &since, &v.Findings); err != nil {
			return err
		}
		v.Since = db.Time(since)
		s.Versions = append(s.Versions, v)
		return nil
	})
}
