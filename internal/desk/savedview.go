package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Bounds of saved views.
const (
	viewTitle = 80
	viewQuery = 4000
	viewsMost = 200
)

// ViewWish is what somebody wants kept of a list, as typed.
type ViewWish struct{ Title, Report, Query, Role string }

// SaveView keeps a list with its filters and order under a name. The caller has
// looked that there is such a list. Invalid names the field.
func (d *Desk) SaveView(ctx context.Context, by By, w ViewWish) (db.SavedView, error) {
	v := db.SavedView{ID: d.newID(), TenantID: by.TenantID, ObjectID: by.ObjectID, Owner: by.Name, Report: w.Report}
	var err error
	if v.Query, err = settledQuery(w.Query); err != nil {
		return v, err
	}
	if v, err = titled(v, w); err != nil {
		return v, err
	}
	return v, d.db.Write(ctx, func(tx *db.Tx) error {
		if n, err := tx.CountSavedViews(ctx, by.TenantID, by.ObjectID); err != nil || n >= viewsMost {
			return orFull(err)
		}
		if err := tx.KeepView(ctx, v); err != nil {
			return err
		}
		return tx.Record(ctx, viewEntry(by, ledger.ViewSave, v))
	})
}

func orFull(err error) error {
	if err != nil {
		return err
	}
	return refuseView("title", "You have 200 views, which is as many as are kept. Delete one first.")
}

// ChangeView gives a view another name, or shares it otherwise. Only its owner
// may; to all others it is not there.
func (d *Desk) ChangeView(ctx context.Context, by By, id string, w ViewWish) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		v, err := tx.SavedView(ctx, id)
		if err != nil {
			return err
		}
		if !v.Of(by.TenantID, by.ObjectID) {
			return fault.New(fault.NotFound, "There is no such saved view, or it is not yours.")
		}
		if v, err = titled(v, w); err != nil {
			return err
		}
		if err := tx.KeepView(ctx, v); err != nil {
			return err
		}
		return tx.Record(ctx, viewEntry(by, ledger.ViewChange, v))
	})
}

// DropView deletes a view: its owner's, or anybody's for an admin.
func (d *Desk) DropView(ctx context.Context, by By, id string) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		v, err := tx.SavedView(ctx, id)
		if err != nil {
			return err
		}
		if !v.Of(by.TenantID, by.ObjectID) && !LooksAfterViews(by.Person) {
			return fault.New(fault.NotFound, "There is no such saved view, or it is not yours.")
		}
		if err := tx.DropView(ctx, id); err != nil {
			return err
		}
		return tx.Record(ctx, viewEntry(by, ledger.ViewDelete, v))
	})
}

// LooksAfterViews reports whether the person may delete what others saved.
func LooksAfterViews(p auth.Person) bool { return auth.May(p, auth.RevokeSessions, auth.Object{}) }

func viewEntry(by By, a ledger.Action, v db.SavedView) ledger.Entry {
	details := map[ledger.Detail]string{ledger.Report: v.Report}
	if v.Role != "" {
		details[ledger.Recipient] = v.Role
	}
	return ledger.Entry{Action: a, Outcome: ledger.Done, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP,
		Object: ledger.Object{Kind: "view", ID: v.ID, Name: v.Title}, Details: details}
}

func refuseView(field, sentence string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Sentence: sentence}
}

// titled puts the wished name and role on a view.
func titled(v db.SavedView, w ViewWish) (db.SavedView, error) {
	v.Title, v.Role = strings.TrimSpace(w.Title), w.Role
	switch {
	case v.Title == "":
		return v, refuseView("title", "Say what the view is called.")
	case !utf8.ValidString(v.Title) || strings.ContainsFunc(v.Title, unicode.IsControl):
		return v, refuseView("title", "A name is one line of text.")
	case utf8.RuneCountInString(v.Title) > viewTitle:
		return v, refuseView("title", "A name has at most 80 characters.")
	case v.Role != "" && !slices.Contains(auth.AllRoles, auth.Role(v.Role)):
		return v, refuseView("role", "Choose one of the roles, or nobody.")
	}
	return v, nil
}

// settledQuery is the part of an address that says what a list shows: where one
// was within it, and how it was downloaded, is left out.
func settledQuery(text string) (string, error) {
	q, err := url.ParseQuery(strings.TrimPrefix(text, "?"))
	if err != nil || len(text) > viewQuery || !utf8.ValidString(text) {
		return "", refuseView("query", "The address of this list cannot be kept. Open the list again, with fewer filters.")
	}
	for _, key := range []string{"cursor", "limit", "header"} {
		q.Del(key)
	}
	for key, values := range q {
		if values = slices.DeleteFunc(values, func(s string) bool { return s == "" }); len(values) == 0 {
			q.Del(key)
		}
	}
	return q.Encode(), nil
}
