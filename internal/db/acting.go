package db

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Acting is what every engine holds that changes a tenant: where it writes down
// what it means to do and what came of it, and whom it asks first.
type Acting struct {
	DB *DB
	// Tenant is the configured name.
	Tenant string
	// Privileged says whether a privileged step may begin, Checkpoint is called
	// after each; see internal/witness. Nil means always, and nothing.
	Privileged func() error
	Checkpoint func(ctx context.Context) error
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
	// Hook is called at every point at which the program could end; tests end
	// it there. Nil in earnest.
	Hook func(point string)
}

// Ready fills in what may be absent, and refuses to go without the rest.
func (a *Acting) Ready() error {
	if a.DB == nil || a.Now == nil {
		return errors.New("whoever acts needs a database and a clock")
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Privileged == nil {
		a.Privileged = func() error { return nil }
	}
	if a.Checkpoint == nil {
		a.Checkpoint = func(context.Context) error { return nil }
	}
	if a.Hook == nil {
		a.Hook = func(string) {}
	}
	return nil
}

// Write is one transaction, with a point before its commit and one after.
func (a *Acting) Write(ctx context.Context, what string, fn func(*Tx) error) error {
	err := a.DB.Write(ctx, func(tx *Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		a.Hook("before commit: " + what)
		return nil
	})
	if err == nil {
		a.Hook("after commit: " + what)
	}
	return err
}

// lastWrite is how long the last word of a run that is being stopped may take.
const lastWrite = 5 * time.Second

// WriteLast is a transaction that must be tried although the run is being
// stopped: it keeps what the tenant answered.
func (a *Acting) WriteLast(ctx context.Context, what string, fn func(context.Context, *Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	return a.Write(ctx, what, func(tx *Tx) error { return fn(ctx, tx) })
}
