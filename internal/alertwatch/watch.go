package alertwatch

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"steward/internal/alert"
	"steward/internal/db"
)

// Config is what a Watch needs.
type Config struct {
	DB *db.DB
	// Tenant is the configured name.
	Tenant string
	Rules  alert.Rules
	// Mail says that there is a mail server.
	Mail bool
	Log  *slog.Logger
}

// Watch warns of the refreshes of one tenant.
type Watch struct{ cfg Config }

// New returns a Watch. It does nothing before Run.
func New(cfg Config) *Watch {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Watch{cfg: cfg}
}

// between is the time between two turns.
const between = time.Minute

// Run takes a turn every minute until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	for {
		if err := w.Turn(ctx); err != nil && ctx.Err() == nil {
			w.cfg.Log.Error("alerts were not looked at; the next turn does", "tenant", w.cfg.Tenant, "error", err)
		}
		timer := time.NewTimer(between)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// seen is what one turn knows.
type seen struct {
	view   db.View
	plans  []alert.Plan
	models []alert.Model
}

// Turn looks once.
func (w *Watch) Turn(ctx context.Context) error {
	s, err := w.read(ctx)
	if err != nil || s.view.Scan == 0 {
		return err
	}
	return w.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		t := &turn{Watch: w, tx: tx, seen: s, found: map[string]alert.Finding{}}
		return t.do(ctx)
	})
}

func (w *Watch) read(ctx context.Context) (s seen, err error) {
	r := w.cfg.DB.Reader()
	if s.view, err = r.ViewNow(ctx, w.cfg.Tenant); err != nil || s.view.Scan == 0 {
		return s, err
	}
	if s.plans, err = r.AlertPlans(ctx, s.view); err != nil {
		return s, err
	}
	s.models, err = r.AlertModels(ctx, s.view)
	return s, err
}

// linkTo is the page on which one sees what an alert is about.
func linkTo(tenant string, f alert.Finding) string {
	at := "/" + url.PathEscape(tenant) + "/"
	switch {
	case f.Plan != "" && f.Run != "":
		return "/refreshes/plans" + at + url.PathEscape(f.Plan) + "/runs/" + url.PathEscape(f.Run)
	case f.Plan != "":
		return "/refreshes/plans" + at + url.PathEscape(f.Plan)
	}
	return "/items" + at + url.PathEscape(f.Item) + "/refreshes"
}
