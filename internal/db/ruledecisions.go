package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/policy"
)

// RuleDecision is what was decided about a rule, by whom and why.
type RuleDecision struct {
	ID   int64
	Rule string
	policy.Decision
	Reason string
	Author Actor
	At     time.Time
}

// DecideRule switches a rule on or off or gives its parameters other values.
// The caller has compiled the rules with the decision: what is kept here must
// be fit to be put in force.
func (t *Tx) DecideRule(ctx context.Context, by Actor, rule string, d policy.Decision, reason string) error {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < 5 {
		return &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "Say why, in a few words: whoever looks at this in a year will want to know."}
	}
	params := "{}"
	if len(d.Parameters) > 0 {
		params = jsonText(d.Parameters)
	}
	if _, err := t.ExecContext(ctx, `INSERT INTO rule_decision (rule, is_on, params, reason, author, author_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		rule, bit(d.On), params, reason, by.Subject, by.Name, t.Millis()); err != nil {
		return fmt.Errorf("decide rule %s: %w", rule, err)
	}
	return nil
}

// RuleDecisions returns the decision that counts for each rule: the newest.
func (r *Reader) RuleDecisions(ctx context.Context) (map[string]policy.Decision, error) {
	all, err := r.ruleDecisions(ctx, `SELECT id, rule, is_on, params, reason, author, author_name, at FROM rule_decision
		WHERE id IN (SELECT max(id) FROM rule_decision GROUP BY rule)`)
	if err != nil {
		return nil, err
	}
	out := make(map[string]policy.Decision, len(all))
	for _, d := range all {
		out[d.Rule] = d.Decision
	}
	return out, nil
}

// RuleHistory returns every decision about a rule, newest first.
func (r *Reader) RuleHistory(ctx context.Context, rule string) ([]RuleDecision, error) {
	return r.ruleDecisions(ctx, `SELECT id, rule, is_on, params, reason, author, author_name, at FROM rule_decision WHERE rule = $1 ORDER BY id DESC`, rule)
}

func (r *Reader) ruleDecisions(ctx context.Context, query string, args ...any) ([]RuleDecision, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("rule decisions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []RuleDecision
	for rows.Next() {
		var d RuleDecision
		var params string
		var at int64
		if err := rows.Scan(&d.ID, &d.Rule, &d.On, &params, &d.Reason, &d.Author.Subject, &d.Author.Name, &at); err != nil {
			return nil, fmt.Errorf("rule decisions: %w", classify(err))
		}
		if err := json.Unmarshal([]byte(params), &d.Parameters); err != nil {
			return nil, fmt.Errorf("parameters of rule %s: %w", d.Rule, err)
		}
		d.At = Time(at)
		all = append(all, d)
	}
	return all, classify(rows.Err())
}
