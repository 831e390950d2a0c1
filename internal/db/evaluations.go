package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/policy"
	"steward/internal/violation"
)

// Evaluation is one judging of one published scan.
type Evaluation struct {
	ID, Tenant, Scan, RuleSet int64
	RuleSetHash               string
	Mode                      string // full or incremental
	State                     string // running, done, failed
	// Day is the UTC day, since 1970-01-01, that ages were counted to.
	Day                        int64
	Workspaces, Verdicts       int64
	Raised, Resolved, Reopened int64
	Started, Finished          time.Time
	// Error is the sentence a user may see.
	Error string
}

// StoredSet is a set of rules as the database knows it.
type StoredSet struct {
	ID       int64
	Versions map[string]int64 // Active.Version → rule_version.id
	Rules    map[int64]string // rule_version.id → rule
}

// SaveRuleSet keeps the versions of a set's rules and the set, once each, and
// marks which violations belong to rules in force.
func (d *DB) SaveRuleSet(ctx context.Context, set *policy.Set) (StoredSet, error) {
	stored := StoredSet{Versions: map[string]int64{}, Rules: map[int64]string{}}
	packHash := map[string]string{}
	for _, p := range set.Packs() {
		packHash[p.Name] = p.Hash
	}
	err := d.Write(ctx, func(tx *Tx) error {
		ids := make([]int64, 0, len(set.Rules()))
		for _, r := range set.Rules() {
			id, err := saveRuleVersion(ctx, tx, r, packHash[r.Pack])
			if err != nil {
				return fmt.Errorf("rule %s: %w", r.ID, err)
			}
			stored.Versions[r.Version], stored.Rules[id] = id, r.ID
			ids = append(ids, id)
		}
		for _, r := range set.Off() {
			if err := saveOffRule(ctx, tx, r, packHash[r.Pack]); err != nil {
				return fmt.Errorf("rule %s: %w", r.ID, err)
			}
		}
		return tx.QueryRowContext(ctx, `INSERT INTO rule_set (hash, versions, since) VALUES ($1, $2, $3)
			ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id`, set.Hash, jsonText(ids), tx.Millis()).Scan(&stored.ID)
	})
	if err != nil {
		return stored, fmt.Errorf("keep rule set: %w", err)
	}
	return stored, nil
}

// saveOffRule keeps a rule that never was in force, so that lists know it.
func saveOffRule(ctx context.Context, tx *Tx, r *policy.Rule, packHash string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rule_version (version, rule, rule_hash, pack, pack_hash, kind, severity, title, body, params, since)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10 WHERE NOT EXISTS (SELECT 1 FROM rule_version WHERE rule = $2 AND rule_hash = $3)
		ON CONFLICT (version) DO NOTHING`,
		"off "+r.Hash, r.ID, r.Hash, r.Pack, packHash, string(r.Kind), string(r.Severity), r.Title, string(r.Canonical()), tx.Millis())
	return err
}

func saveRuleVersion(ctx context.Context, tx *Tx, r *policy.Active, packHash string) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO rule_version (version, rule, rule_hash, pack, pack_hash, kind, severity, title, body, params, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (version) DO UPDATE SET version = excluded.version RETURNING id`,
		r.Version, r.ID, r.Hash, r.Pack, packHash, string(r.Kind), string(r.Severity), r.Title, string(r.Canonical()), jsonText(r.Params), tx.Millis()).Scan(&id)
	return id, err
}

// LastEvaluation returns the newest judging of a tenant that came to its end;
// ok is false before the first.
func (r *Reader) LastEvaluation(ctx context.Context, tenant int64) (e Evaluation, ok bool, err error) {
	var started, finished int64
	err = r.QueryRow(ctx, `SELECT e.id, e.tenant, e.scan, e.rule_set, s.hash, e.mode, e.state, e.day, e.workspaces, e.verdicts, e.raised, e.resolved,
			e.reopened, e.started, e.finished
		FROM evaluation e JOIN rule_set s ON s.id = e.rule_set WHERE e.tenant = $1 AND e.state = 'done' ORDER BY e.id DESC LIMIT 1`, tenant).
		Scan(&e.ID, &e.Tenant, &e.Scan, &e.RuleSet, &e.RuleSetHash, &e.Mode, &e.State, &e.Day, &e.Workspaces, &e.Verdicts, &e.Raised, &e.Resolved,
			&e.Reopened, &started, &finished)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("last evaluation: %w", classify(err))
	}
	e.Started, e.Finished = Time(started), Time(finished)
	return e, true, nil
}

// CutOff reports whether a judging after the one given came to no end: what it
// wrote is true, and not in the figures.
func (r *Reader) CutOff(ctx context.Context, after Evaluation) (cut bool, err error) {
	err = r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM evaluation WHERE tenant = $1 AND id > $2)`, after.Tenant, after.ID).Scan(&cut)
	return cut, classify(err)
}

// StartEvaluation opens the record of a judging. One that was cut off is
// closed as failed. When the rules changed, violations of rules that are no
// longer judged are taken out of the lists, and those that are again, put back.
func (d *DB) StartEvaluation(ctx context.Context, e Evaluation, judged []string) (Evaluation, error) {
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE evaluation SET state = 'failed', finished = $2, error = 'It was cut off and started again.'
			WHERE tenant = $1 AND state = 'running'`, e.Tenant, tx.Millis()); err != nil {
			return err
		}
		rules := jsonText(judged)
		if _, err := tx.ExecContext(ctx, `UPDATE violation SET in_force = 1 - in_force, rev = rev + 1 WHERE tenant = $1
			AND in_force <> (rule IN (SELECT value FROM json_each($2)))`, e.Tenant, rules); err != nil {
			return err
		}
		e.State, e.Started = "running", tx.Now
		return tx.QueryRowContext(ctx, `INSERT INTO evaluation (tenant, scan, rule_set, mode, state, day, started)
			VALUES ($1, $2, $3, $4, 'running', $5, $6) RETURNING id`, e.Tenant, e.Scan, e.RuleSet, e.Mode, e.Day, tx.Millis()).Scan(&e.ID)
	})
	if err != nil {
		return e, fmt.Errorf("start evaluation of scan %d: %w", e.Scan, err)
	}
	return e, nil
}

// FailEvaluation ends a judging that could not be finished. What it wrote is
// true and stays; the next one does the rest.
func (d *DB) FailEvaluation(ctx context.Context, e Evaluation, sentence string) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE evaluation SET state = 'failed', finished = $2, error = $3 WHERE id = $1 AND state = 'running'`, e.ID, tx.Millis(), sentence)
		return err
	})
}

// FinishEvaluation ends a judging and writes the figures of its scan. What was
// raised can be searched for from then on.
func (d *DB) FinishEvaluation(ctx context.Context, e Evaluation, set *policy.Set, tallies map[string]policy.Tally) error {
	if err := d.IndexNames(ctx); err != nil {
		return fmt.Errorf("finish evaluation of scan %d: %w", e.Scan, err)
	}
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM rule_figure WHERE scan = $1`, e.Scan); err != nil {
			return err
		}
		for _, r := range set.Rules() {
			t := tallies[r.ID]
			if _, err := tx.ExecContext(ctx, `INSERT INTO rule_figure (scan, rule, severity, passed, failed, unknown, open, in_progress, waived, false_positive, raised, resolved, reopened)
				SELECT $1, $3, $4, $5, $6, $7,
					count(CASE WHEN state = 'open' THEN 1 END), count(CASE WHEN state = 'in_progress' THEN 1 END),
					count(CASE WHEN state = 'waived' THEN 1 END), count(CASE WHEN state = 'false_positive' THEN 1 END),
					count(CASE WHEN first_scan = $1 THEN 1 END), count(CASE WHEN resolved_scan = $1 THEN 1 END),
					count(CASE WHEN state <> 'resolved' AND reopened > 0 AND moved_scan = $1 THEN 1 END)
				FROM violation WHERE tenant = $2 AND rule = $3`,
				e.Scan, e.Tenant, r.ID, string(r.Severity), t.Passed, t.Failed, t.Unknown); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE evaluation SET state = 'done', finished = $2, workspaces = $3, verdicts = $4, raised = $5, resolved = $6, reopened = $7
			WHERE id = $1`, e.ID, tx.Millis(), e.Workspaces, e.Verdicts, e.Raised, e.Resolved, e.Reopened)
		if err != nil {
			return err
		}
		return recordEvaluation(ctx, tx, e)
	})
	if err != nil {
		return fmt.Errorf("finish evaluation of scan %d: %w", e.Scan, err)
	}
	return nil
}

// RuleFigures returns the figures of a scan by rule: what passed, failed, is
// unknown and waived.
func (r *Reader) RuleFigures(ctx context.Context, scan int64) (map[string]policy.Tally, error) {
	rows, err := r.Query(ctx, `SELECT rule, passed, failed, unknown, waived FROM rule_figure WHERE scan = $1`, scan)
	if err != nil {
		return nil, fmt.Errorf("figures of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]policy.Tally{}
	for rows.Next() {
		var rule string
		var t policy.Tally
		if err := rows.Scan(&rule, &t.Passed, &t.Failed, &t.Unknown, &t.Waived); err != nil {
			return nil, fmt.Errorf("figures of scan %d: %w", scan, classify(err))
		}
		out[rule] = t
	}
	return out, classify(rows.Err())
}

// Standing is a stored violation as reconciling needs it.
type Standing struct {
	ID    int64
	Label string
	violation.Record
}

const standingColumns = `v.id, v.label, v.rule, v.kind, v.ws, v.object, v.principal, v.word, v.state, r.version, v.digest,
	coalesce((SELECT ends FROM waiver WHERE violation = v.id AND state = 'approved'), 0)`

// StandingIn returns the violations, resolved ones included, of the given
// workspaces, at most some hundreds; of the rest of the tenant for no
// workspace.
func (r *Reader) StandingIn(ctx context.Context, tenant int64, spaces []int64) ([]Standing, error) {
	if len(spaces) == 0 {
		spaces = []int64{0}
	}
	if len(spaces) > 2*factChunk {
		return nil, fmt.Errorf("standing violations: %d workspaces at once", len(spaces))
	}
	marks, args := make([]string, len(spaces)), make([]any, len(spaces), len(spaces)+1)
	for i, ws := range spaces {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), ws
	}
	return r.standing(ctx, `v.ws IN (`+strings.Join(marks, ",")+`) AND v.tenant = $`+fmt.Sprint(len(spaces)+1), append(args, tenant)...)
}

// StandingOf returns the violations of a rule that stand.
func (r *Reader) StandingOf(ctx context.Context, tenant int64, rule string) ([]Standing, error) {
	return r.standing(ctx, `v.tenant = $1 AND v.rule = $2 AND v.state <> 'resolved'`, tenant, rule)
}

func (r *Reader) standing(ctx context.Context, where string, args ...any) ([]Standing, error) {
	rows, err := r.Query(ctx, `SELECT `+standingColumns+` FROM violation v JOIN rule_version r ON r.id = v.version WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("standing violations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Standing
	for rows.Next() {
		var s Standing
		var kind, state string
		var until int64
		if err := rows.Scan(&s.ID, &s.Label, &s.Rule, &kind, &s.Ref.Workspace, &s.Ref.Object, &s.Ref.Principal, &s.Ref.Text, &state, &s.Version, &s.Digest, &until); err != nil {
			return nil, fmt.Errorf("standing violations: %w", classify(err))
		}
		s.Ref.Kind, s.State = policy.Kind(kind), violation.State(state)
		if until != 0 {
			s.WaivedUntil = Time(until)
		}
		all = append(all, s)
	}
	return all, classify(rows.Err())
}

// ViewsSince returns the published scans of the view's tenant from a moment
// on, up to the view, oldest first: for previews over time.
func (r *Reader) ViewsSince(ctx context.Context, v View, since time.Time) ([]View, error) {
	rows, err := r.Query(ctx, `SELECT id, published FROM scan WHERE tenant = $1 AND published >= $2 AND id <= $3 ORDER BY id`, v.Tenant, Millis(since), v.Scan)
	if err != nil {
		return nil, fmt.Errorf("scans since %s: %w", since.Format(time.DateOnly), err)
	}
	defer func() { _ = rows.Close() }()
	var all []View
	for rows.Next() {
		past := v
		var taken int64
		if err := rows.Scan(&past.Scan, &taken); err != nil {
			return nil, fmt.Errorf("scans since %s: %w", since.Format(time.DateOnly), classify(err))
		}
		past.Taken, past.Past = Time(taken), past.Scan != v.Scan
		all = append(all, past)
	}
	return all, classify(rows.Err())
}

// SpacesWithStanding returns the workspaces that have violations which stand.
func (r *Reader) SpacesWithStanding(ctx context.Context, tenant int64) ([]int64, error) {
	return list(ctx, r.pool, number, `SELECT DISTINCT ws FROM violation WHERE tenant = $1 AND ws <> 0 AND state <> 'resolved'`, tenant)
}

// numbers runs a query of one integer column.
