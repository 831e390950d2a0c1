package desk

import (
	"context"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Edit writes a changed form at the version the form was opened at. A request
// that waits or is approved becomes a draft again by it, and its approvals no
// longer count. Whoever edits is from then on nobody who decides.
func (d *Desk) Edit(ctx context.Context, by By, id string, version int64, in In) (request.Request, error) {
	var r request.Request
	if err := in.check(); err != nil {
		return r, err
	}
	err := d.write(ctx, by, ledger.RequestEdit, id, func(tx *db.Tx) error {
		var err error
		if r, err = d.editable(ctx, tx, by, id); err != nil {
			return err
		}
		if in.Params.Kind() != r.Kind {
			return fault.New(fault.Invalid, "A request keeps its kind. Begin another one.")
		}
		if r.Version != version {
			return fault.New(fault.Conflict, "Somebody changed this request in the meantime. Reload it and look again; nothing was stored.")
		}
		before := r
		if r.State != request.Draft {
			if err := back(ctx, tx, &r, by.Party(), "edited", "Edited after it was submitted: approvals given so far no longer count."); err != nil {
				return err
			}
		}
		if r.Params, err = request.EncodeParams(in.Params); err != nil {
			return err
		}
		r.Reason, r.Editor, r.NotBefore = strings.TrimSpace(in.Reason), by.Party(), in.NotBefore
		if err := tx.SaveDraft(ctx, r); err != nil {
			return err
		}
		r.Version++
		return tx.Record(ctx, moved(by.entry(ledger.RequestEdit, before), before, request.Draft, ""))
	})
	return r, err
}

// editable reads a request that the person may edit: their own, or one whose
// places are all in their scope as a requester.
func (d *Desk) editable(ctx context.Context, tx *db.Tx, by By, id string) (request.Request, error) {
	r, err := tx.Request(ctx, id)
	if err != nil {
		return r, err
	}
	places, err := tx.RequestPlaces(ctx, id)
	if err != nil {
		return r, err
	}
	if !inTenant(by.Person, auth.EditRequest, r.Tenant) || !own(by, r) && (len(places) == 0 || mayAll(by.Person, Asks(r.Kind), r.Tenant, places) != nil) {
		return r, auth.Hidden()
	}
	if r.State != request.Draft {
		return r, request.CheckMove(r.State, request.Draft)
	}
	return r, nil
}

// back makes a request a draft again; r is as it stands afterwards.
func back(ctx context.Context, tx *db.Tx, r *request.Request, by request.Party, what, note string) error {
	told := telling(tx, *r, by)
	if err := tx.MoveRequest(ctx, *r, request.Draft, by, what, note); err != nil {
		return err
	}
	r.State, r.Version, r.Plan, r.Note, r.Stages = request.Draft, r.Version+1, "", note, nil
	return told.returned(ctx, note)
}
