package desk

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// In is what a form sends. Wrong values are kept in a draft: nothing that was
// typed is lost.
type In struct {
	Params request.Params
	// Reason is for the approver.
	Reason string
	// NotBefore delays the start; zero starts as soon as it is approved.
	NotBefore time.Time
	// Because is the number of the violation it was begun from; 0 for none. It is
	// kept with a draft that is new.
	Because int64
	// Key is the program's own name for the request: the same one again gives
	// the request that is there, and makes none. Empty for people.
	Key string
}

func lower(s string) string { return strings.ToLower(s) }

const maxReason = 2000

func (in In) check() error {
	if in.Params == nil {
		return fault.New(fault.Invalid, "Choose what you ask for.")
	}
	if utf8.RuneCountInString(in.Reason) > maxReason || !utf8.ValidString(in.Reason) {
		return &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "The reason is too long: at most 2,000 characters."}
	}
	return nil
}

// Draft begins a request in a tenant.
func (d *Desk) Draft(ctx context.Context, by By, tenant string, in In) (request.Request, error) {
	r := request.Request{ID: d.newID(), Tenant: tenant, State: request.Draft, Version: 1, Requester: by.Party(), Editor: by.Party(), NotBefore: in.NotBefore}
	if err := in.check(); err != nil {
		return r, err
	}
	if !inTenant(by.Person, Asks(in.Params.Kind()), tenant) {
		return r, auth.Hidden()
	}
	var err error
	if r.Params, err = request.EncodeParams(in.Params); err != nil {
		return r, fault.Wrap(err, fault.Invalid, "The form cannot be stored as it is.")
	}
	about, _ := request.AboutKind(in.Params.Kind())
	r.Kind, r.Reason, r.Title = about.Kind, strings.TrimSpace(in.Reason), about.Title
	view, err := d.db.Reader().ViewNow(ctx, tenant)
	if err != nil {
		return r, err
	}
	err = d.write(ctx, by, ledger.RequestDraft, r.ID, func(tx *db.Tx) error {
		switch known, err := tx.RequestOfKey(ctx, by.Party(), in.Key); {
		case err != nil:
			return err
		case known != "":
			r, err = tx.Request(ctx, known)
			return err
		}
		if err := tx.InsertRequest(ctx, view.Tenant, r); err != nil {
			return err
		}
		if err := tx.KeyRequest(ctx, by.Party(), in.Key, r.ID); err != nil {
			return err
		}
		if err := tx.AddRequestEvent(ctx, db.RequestEvent{Request: r.ID, By: by.Party(), What: "drafted", To: request.Draft}); err != nil {
			return err
		}
		if in.Because > 0 {
			if err := tx.SetBecause(ctx, r.ID, in.Because); err != nil {
				return err
			}
		}
		e := by.entry(ledger.RequestDraft, r)
		e.Details[ledger.State] = string(request.Draft)
		r.Created, r.Changed = tx.Now, tx.Now
		return tx.Record(ctx, e)
	})
	return r, err
}

// inTenant reports whether the person may do the action somewhere in the
// tenant: what places a request is about is known when it is submitted.
func inTenant(p auth.Person, a auth.Action, tenant string) bool {
	return len(auth.Tenants(p, a, []string{tenant})) == 1
}
