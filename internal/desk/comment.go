package desk

import (
	"context"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Comment adds a text to a request that the person may see. It changes
// nothing else; final requests can be commented on too.
func (d *Desk) Comment(ctx context.Context, by By, id, text string) error {
	text = strings.TrimSpace(text)
	if err := checkText("text", text); err != nil {
		return err
	}
	return d.write(ctx, by, ledger.RequestEdit, id, func(tx *db.Tx) error {
		r, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		places, err := tx.RequestPlaces(ctx, id)
		if err != nil {
			return err
		}
		writes := mayAll(by.Person, auth.DecideRequest, r.Tenant, places) == nil || mayAll(by.Person, auth.MakeRequest, r.Tenant, places) == nil ||
			mayAll(by.Person, auth.ResolveStep, r.Tenant, places) == nil
		if !own(by, r) && !writes {
			return auth.Hidden()
		}
		if err := tx.AddRequestEvent(ctx, db.RequestEvent{Request: id, By: by.Party(), What: "commented", From: r.State, To: r.State, Note: text}); err != nil {
			return err
		}
		told := telling(tx, r, by.Party())
		if err := told.asker(ctx, "commented", by.Name+" wrote: "+text); err != nil {
			return err
		}
		if err := told.voters(ctx, "commented", by.Name+" wrote: "+text); err != nil {
			return err
		}
		e := by.entry(ledger.RequestEdit, r)
		e.Reason, e.Details[ledger.State] = text, string(r.State)
		e.Details[ledger.StateBefore] = string(r.State)
		return tx.Record(ctx, e)
	})
}
