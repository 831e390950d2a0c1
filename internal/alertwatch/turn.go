package alertwatch

import (
	"context"
	"strings"

	"steward/internal/alert"
	"steward/internal/db"
)

// turn is one look, in its transaction.
type turn struct {
	*Watch
	tx *db.Tx
	seen
	standing []db.Alert
	// found are the findings by kind and key.
	found map[string]alert.Finding
	order []string
}

func keyOf(k alert.Kind, key string) string { return string(k) + "\n" + key }

func (t *turn) do(ctx context.Context) error {
	var err error
	if t.standing, err = t.tx.StandingAlerts(ctx, t.view.Tenant); err != nil {
		return err
	}
	t.find()
	if err := t.open(ctx); err != nil {
		return err
	}
	if t.standing, err = t.tx.StandingAlerts(ctx, t.view.Tenant); err != nil {
		return err
	}
	if err := t.end(ctx); err != nil {
		return err
	}
	if err := t.tellStanding(ctx); err != nil {
		return err
	}
	return t.tellOver(ctx)
}

// find collects what there is to warn of now.
func (t *turn) find() {
	stand := map[string]bool{}
	for _, a := range t.standing {
		stand[keyOf(a.Kind, a.Key)] = true
	}
	keep := func(all []alert.Finding) {
		for _, f := range all {
			key := keyOf(f.Kind, f.Key)
			if _, twice := t.found[key]; !twice {
				t.order = append(t.order, key)
			}
			t.found[key] = f
		}
	}
	for _, p := range t.plans {
		keep(p.Findings(t.cfg.Rules, t.tx.Now))
	}
	for _, m := range t.models {
		keep(m.Findings(t.cfg.Rules, func(k alert.Kind) bool { return stand[keyOf(k, m.ID)] }))
	}
}

// open opens an alert for each finding that has none.
func (t *turn) open(ctx context.Context) error {
	stand := map[string]db.Alert{}
	for _, a := range t.standing {
		stand[keyOf(a.Kind, a.Key)] = a
	}
	for _, key := range t.order {
		f := t.found[key]
		link := linkTo(t.cfg.Tenant, f)
		if a, ok := stand[key]; ok {
			if err := t.tx.AlertGoesOn(ctx, a.ID, f, link, a.Untold); err != nil {
				return err
			}
			continue
		}
		if err := t.tx.OpenAlert(ctx, t.view.Tenant, f, link); err != nil {
			return err
		}
	}
	return nil
}

// end ends the alerts of which it is known that they are over.
func (t *turn) end(ctx context.Context) error {
	var left []db.Alert
	for _, a := range t.standing {
		if _, still := t.found[keyOf(a.Kind, a.Key)]; still {
			left = append(left, a)
			continue
		}
		why, err := t.over(ctx, a)
		if err != nil {
			return err
		}
		if why == "" {
			left = append(left, a)
			continue
		}
		if err := t.tx.EndAlert(ctx, a.ID, why); err != nil {
			return err
		}
	}
	t.standing = left
	return nil
}

// over says why an alert that was not found again is over; empty while that is
// not known.
func (t *turn) over(ctx context.Context, a db.Alert) (string, error) {
	if a.Plan != "" {
		for _, p := range t.plans {
			if p.ID == a.Plan {
				if a.Kind == alert.NodeFailed && !p.Sure(strings.TrimPrefix(a.Key, p.ID+" ")) {
					return "", nil
				}
				return a.Kind.Over(), nil
			}
		}
		return t.planGone(ctx, a)
	}
	state, there, err := t.cfg.DB.Reader().AssessedState(ctx, t.view, a.Item)
	switch {
	case err != nil:
		return "", err
	case !there:
		return "It is not there any more.", nil
	case !(alert.Model{State: state}).Known():
		return "", nil
	}
	return a.Kind.Over(), nil
}

// planGone tells a plan that was deleted from one that cannot be read.
func (t *turn) planGone(ctx context.Context, a db.Alert) (string, error) {
	p, err := t.cfg.DB.Reader().RefreshPlan(ctx, a.Plan)
	if err != nil || p.Ended.IsZero() {
		return "", err
	}
	return "The plan was deleted.", nil
}
