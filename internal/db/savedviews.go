package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/tenant"
)

// SavedView is a list as somebody wants it again.
type SavedView struct {
	ID string
	// TenantID and ObjectID are whose it is, Owner what they are called.
	TenantID, ObjectID, Owner string
	// Title is its name, different among one's own. Report and Query are the
	// list's name and the query of its address.
	Title, Report, Query string
	// Role is who sees it besides its owner; empty for nobody.
	Role          string
	Made, Changed time.Time
}

// Of reports whether the view is that person's.
func (v SavedView) Of(tid, oid string) bool {
	return strings.EqualFold(v.TenantID, tid) && strings.EqualFold(v.ObjectID, oid)
}

// Href is the address of the list that it is.
func (v SavedView) Href() string {
	if v.Query == "" {
		return "/" + v.Report
	}
	return "/" + v.Report + "?" + v.Query
}

const savedViewColumns = `id, tid, oid, owner, title, report, query, role, made, changed`

func readSavedView(rows *sql.Rows) (v SavedView, err error) {
	var made, changed int64
	err = rows.Scan(&v.ID, &v.TenantID, &v.ObjectID, &v.Owner, &v.Title, &v.Report, &v.Query, &v.Role, &made, &changed)
	v.Made, v.Changed = Time(made), Time(changed)
	return v, err
}

// SavedViews returns a person's own views and those shared with one of their
// roles, own ones first, by name.
func (r *Reader) SavedViews(ctx context.Context, tid, oid string, roles []string) ([]SavedView, error) {
	args := []any{fold(tid), fold(oid)}
	marks := "''"
	for i, role := range roles {
		marks += fmt.Sprintf(", $%d", i+3)
		args = append(args, role)
	}
	all, err := list(ctx, r.pool, readSavedView, `SELECT `+savedViewColumns+` FROM saved_view WHERE tid = $1 AND oid = $2
		UNION SELECT `+savedViewColumns+` FROM saved_view WHERE role <> '' AND role IN (`+marks+`) ORDER BY 5`, args...)
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	var own, shared []SavedView
	for _, v := range all {
		if v.Of(tid, oid) {
			own = append(own, v)
		} else {
			shared = append(shared, v)
		}
	}
	return append(own, shared...), nil
}

// EverySavedView returns all there are, by owner, for who looks after them.
func (r *Reader) EverySavedView(ctx context.Context) ([]SavedView, error) {
	all, err := list(ctx, r.pool, readSavedView, `SELECT `+savedViewColumns+` FROM saved_view ORDER BY owner, title_key`)
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	return all, nil
}

// SavedView returns one; NotFound when there is none.
func (r *Reader) SavedView(ctx context.Context, id string) (SavedView, error) {
	return oneSavedView(ctx, r.pool, id)
}

// SavedView is Reader.SavedView in the transaction that will change it.
func (t *Tx) SavedView(ctx context.Context, id string) (SavedView, error) {
	return oneSavedView(ctx, t, id)
}

func oneSavedView(ctx context.Context, q asker, id string) (SavedView, error) {
	all, err := list(ctx, q, readSavedView, `SELECT `+savedViewColumns+` FROM saved_view WHERE id = $1`, id)
	if err != nil {
		return SavedView{}, fmt.Errorf("saved view: %w", err)
	}
	if len(all) == 0 {
		return SavedView{}, fault.New(fault.NotFound, "There is no such saved view, or it is not shared with you.")
	}
	return all[0], nil
}

// CountSavedViews is how many a person has.
func (t *Tx) CountSavedViews(ctx context.Context, tid, oid string) (n int, err error) {
	err = t.QueryRowContext(ctx, `SELECT count(*) FROM saved_view WHERE tid = $1 AND oid = $2`, fold(tid), fold(oid)).Scan(&n)
	return n, classify(err)
}

// KeepView writes a view, new or changed. Invalid at "title" when the person
// has another one of that name.
func (t *Tx) KeepView(ctx context.Context, v SavedView) error {
	key := tenant.Fold(v.Title)
	var other string
	err := t.QueryRowContext(ctx, `SELECT id FROM saved_view WHERE tid = $1 AND oid = $2 AND title_key = $3 AND id <> $4`, fold(v.TenantID), fold(v.ObjectID), key, v.ID).Scan(&other)
	switch {
	case err == nil:
		return &fault.Error{Kind: fault.Invalid, Field: "title", Sentence: "You have a view of this name. Choose another name, or delete that one first."}
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("keep view: %w", classify(err))
	}
	_, err = t.ExecContext(ctx, `INSERT INTO saved_view (id, tid, oid, owner, title, title_key, report, query, role, made, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_key = excluded.title_key, role = excluded.role, changed = excluded.changed`,
		v.ID, fold(v.TenantID), fold(v.ObjectID), v.Owner, v.Title, key, v.Report, v.Query, v.Role, t.Millis())
	if err != nil {
		return fmt.Errorf("keep view: %w", err)
	}
	return nil
}

// DropView deletes a view.
func (t *Tx) DropView(ctx context.Context, id string) error {
	_, err := t.ExecContext(ctx, `DELETE FROM saved_view WHERE id = $1`, id)
	return classify(err)
}
