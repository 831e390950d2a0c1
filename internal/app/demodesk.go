package app

import (
	"context"
	"strings"
	"time"

	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/workflow"
)

// asked has one of the demo's people ask for something, and others decide: a
// note that begins with - rejects it, one that ends in a question mark asks back,
// none leaves it waiting. What the tenant does not allow (it may be of another
// seed, or smaller) is left out; the request is zero then.
func (l *demoLife) asked(ctx context.Context, who, reason, note string, params request.Params) (request.Request, error) {
	by := l.by(who)
	r, err := l.p.desk.Draft(ctx, by, l.tenant, desk.In{Params: params, Reason: reason})
	if err != nil {
		return r, err
	}
	id, version := r.ID, r.Version
	r, preview, err := l.p.desk.Submit(ctx, by, id, version)
	if err != nil {
		l.p.log.Warn("the demo's past goes without a request", "kind", params.Kind(), "error", err, "fields", preview.Errors)
		_, err = l.p.desk.Withdraw(ctx, by, id, version, "The tenant does not allow it.")
		return request.Request{}, err
	}
	return l.decided(ctx, r, note)
}

// decided lets people decide as the note says.
func (l *demoLife) decided(ctx context.Context, r request.Request, note string) (request.Request, error) {
	if note == "" {
		return r, nil
	}
	for _, name := range []string{"Tomás", "Ada", "Priya"} {
		l.clock.Advance(7 * time.Minute)
		var err error
		next, by := r, l.by(name)
		switch says, rejects := strings.CutPrefix(note, "-"); {
		case rejects:
			next, err = l.p.desk.Reject(ctx, by, r.ID, r.Plan, says)
		case strings.HasSuffix(note, "?"):
			next, err = l.p.desk.AskBack(ctx, by, r.ID, r.Plan, note)
		default:
			next, err = l.p.desk.Approve(ctx, by, r.ID, r.Plan, note)
		}
		if fault.Is(err, fault.Denied) {
			continue // they have a part in it
		}
		if err != nil || next.State != request.Pending {
			return next, err
		}
		r = next
	}
	return r, nil
}

// drive carries out what is due, with the clock moved on instead of waiting, as
// far as it gets by itself until the moment.
func (l *demoLife) drive(ctx context.Context, w workflow.Work, until time.Time) error {
	due, err := w.Due(ctx)
	if err != nil {
		return err
	}
	for _, id := range due {
		for {
			next, err := w.Advance(ctx, id)
			if err != nil {
				return err
			}
			if next.Ended || next.At.After(until) {
				break
			}
			if next.At.After(l.clock.Now()) {
				l.clock.Set(next.At)
			}
		}
	}
	return nil
}

// carriedOut is asked, and what was agreed to is done; it may take two hours.
func (l *demoLife) carriedOut(ctx context.Context, who, reason, note string, params request.Params) error {
	r, err := l.asked(ctx, who, reason, note, params)
	if err != nil || r.State != request.Approved {
		return err
	}
	return l.drive(ctx, l.engine, l.clock.Now().Add(2*time.Hour))
}
