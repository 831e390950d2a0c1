package audit

import (
	"context"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// Control is one control of a baseline with how a tenant stands against it.
type Control struct {
	policy.Control
	Baseline string
	State    policy.ControlState
	Tally    policy.Tally
	Rules    []*policy.Rule
	// Findings are the first violations that stand; More is how many there are
	// besides.
	Findings []ControlFinding
	More     int64
	// Attested is what a person found last about a control that no rule
	// answers; nil when nobody did. Earlier is what was found before, the
	// newest first.
	Attested *Attested
	Earlier  []Attested
}

// ControlFinding is one violation as evidence.
type ControlFinding struct {
	ID          int64
	Label, Says string
	State       string
}

// Attested is what a person found about a control.
type Attested struct {
	Pass     bool
	Note, By string
	// Link is where the evidence is kept, an https address; empty when not said.
	Link       string
	At, Until  time.Time
	Superseded bool // Until has passed
}

// BaselineReport is one baseline as an auditor reads it.
type BaselineReport struct {
	policy.Baseline
	// Judged is false before the first judging.
	Judged   bool
	Controls []Control
}

// controlFindings is how many violations a control shows as evidence.
const controlFindings = 5

// BaselinesOf judges the controls of every baseline in the set by the figures
// of the last judging. It is about the whole tenant: ask for it only for who
// may see all of it.
func BaselinesOf(ctx context.Context, reader *db.Reader, q Query, set *policy.Set, now time.Time) ([]BaselineReport, error) {
	tallies, judged, err := lastFigures(ctx, reader, q)
	if err != nil {
		return nil, err
	}
	attested, err := attestations(ctx, reader, q, now)
	if err != nil {
		return nil, err
	}
	var out []BaselineReport
	for _, b := range set.Baselines() {
		r := BaselineReport{Baseline: b, Judged: judged}
		for _, c := range b.Controls {
			one := Control{Control: c, Baseline: b.ID, State: set.Control(b.ID, c, tallies), Rules: set.RulesFor(b.ID, c.ID)}
			if found := attested[b.ID+" "+c.ID]; len(found) > 0 {
				one.Attested, one.Earlier = &found[0], found[1:]
			}
			for _, rule := range one.Rules {
				t := tallies[rule.ID]
				one.Tally.Passed += t.Passed
				one.Tally.Failed += t.Failed
				one.Tally.Unknown += t.Unknown
				one.Tally.Waived += t.Waived
				if err := one.readFindings(ctx, reader, q, rule.ID); err != nil {
					return nil, err
				}
			}
			r.Controls = append(r.Controls, one)
		}
		out = append(out, r)
	}
	return out, nil
}

// lastFigures are the tallies of the last judging up to the view.
func lastFigures(ctx context.Context, reader *db.Reader, q Query) (map[string]policy.Tally, bool, error) {
	e := newExpander(q)
	rows, err := reader.Query(ctx, e.sql(`SELECT e.scan FROM evaluation e WHERE e.id = `+judging), e.args...)
	if err != nil {
		return nil, false, fmt.Errorf("last judging: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return map[string]policy.Tally{}, false, rows.Err()
	}
	var scan int64
	if err := rows.Scan(&scan); err != nil {
		return nil, false, fmt.Errorf("last judging: %w", err)
	}
	if err := rows.Close(); err != nil {
		return nil, false, fmt.Errorf("last judging: %w", err)
	}
	t, err := reader.RuleFigures(ctx, scan)
	return t, true, err
}

func (c *Control) readFindings(ctx context.Context, reader *db.Reader, q Query, rule string) error {
	e := newExpander(q)
	if err := stateAt(ctx, nil, e); err != nil {
		return err
	}
	query := e.sql(`SELECT v.id, v.label, v.says, @state, count(*) OVER () FROM violation v
		WHERE v.tenant = @tenant AND v.rule = ? AND @state <> 'resolved' AND v.in_force = 1 AND v.first_seen <= @until ORDER BY v.first_seen, v.id LIMIT ?`, rule, controlFindings)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return fmt.Errorf("findings of %s: %w", rule, err)
	}
	defer func() { _ = rows.Close() }()
	var n, total int64
	for rows.Next() {
		var f ControlFinding
		if err := rows.Scan(&f.ID, &f.Label, &f.Says, &f.State, &total); err != nil {
			return fmt.Errorf("findings of %s: %w", rule, err)
		}
		c.Findings = append(c.Findings, f)
		n++
	}
	c.More += total - n
	return rows.Err()
}

// attestations are what people found up to the view, by baseline and control,
// the newest first.
func attestations(ctx context.Context, reader *db.Reader, q Query, now time.Time) (map[string][]Attested, error) {
	e := newExpander(q)
	query := e.sql(`SELECT baseline || ' ' || control, state = 'pass', note, author_name, link, at, due FROM control_evidence WHERE tenant = @tenant AND at <= @until ORDER BY id DESC`)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if q.View.Past {
		now = q.View.Taken
	}
	out := map[string][]Attested{}
	for rows.Next() {
		var key string
		var a Attested
		var at, until int64
		if err := rows.Scan(&key, &a.Pass, &a.Note, &a.By, &a.Link, &at, &until); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
		a.At, a.Until = db.Time(at), db.Time(until)
		a.Superseded = !a.Until.After(now)
		out[key] = append(out[key], a)
	}
	return out, rows.Err()
}
