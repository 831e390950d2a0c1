package desk

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// What people do to the carrying out: each verb is one transaction with its
// entry in the ledger, and takes effect between two steps. Who may see a run
// is whoever may see its request; who may do something to it is in the table
// of package auth.

// mostReason is how long a reason may be, in characters.
const mostReason = 2000

// reasonFor checks a reason that a person must give.
func reasonFor(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "Say why. The reason stands in the ledger and on the page."}
	case utf8.RuneCountInString(text) > mostReason:
		return "", &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: fmt.Sprintf("The reason is longer than %d characters.", mostReason)}
	}
	return text, nil
}

// onRun runs one verb on a run that the person may see and act on; all but
// letting it go on need a reason. A refusal changes nothing and is recorded by
// itself, but for what was typed wrongly.
func (d *Desk) onRun(ctx context.Context, by By, id string, may auth.Action, what ledger.Action, reason string, do func(ledger.Entry) error) error {
	e := ledger.Entry{Action: what, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP, Reason: reason, Details: map[ledger.Detail]string{}}
	err := d.mayRun(ctx, by, id, may)
	if err == nil && what != ledger.Release {
		e.Reason, err = reasonFor(reason)
	}
	if err == nil {
		err = do(e)
	}
	return d.recorded(ctx, e, ledger.Object{Kind: "run", ID: id}, err)
}

func (d *Desk) mayRun(ctx context.Context, by By, id string, may auth.Action) error {
	r, err := d.db.Reader().Run(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return auth.Hidden()
	}
	if err != nil {
		return err
	}
	places, err := d.db.Reader().RequestPlaces(ctx, r.Request)
	if err != nil {
		return err
	}
	return mayAll(by.Person, may, r.Tenant, places)
}

// recorded writes a refusal down, and passes the error on.
func (d *Desk) recorded(ctx context.Context, e ledger.Entry, o ledger.Object, err error) error {
	if err == nil {
		return nil
	}
	kind := fault.KindOf(err)
	if kind != fault.Denied && kind != fault.Conflict && kind != fault.NotFound {
		return fmt.Errorf("%s of %s %s: %w", e.Action, o.Kind, o.ID, err)
	}
	e.Outcome, e.Reason, e.Object = ledger.Refused, fault.Sentence(err), o
	e.Details = map[ledger.Detail]string{ledger.ErrorKind: string(kind)}
	if rec := d.db.Record(context.WithoutCancel(ctx), e); rec != nil {
		return fmt.Errorf("%s of %s %s was refused, which could not be recorded: %w", e.Action, o.Kind, o.ID, rec)
	}
	return err
}
