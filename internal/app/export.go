package app

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"steward/internal/audit"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
)

// ExportRequest asks for one report as a file, as the command line has it.
type ExportRequest struct {
	Report, Tenant, Format string
	// AsOf and Since are a day or a moment; empty for the last scan, and a
	// week before it.
	AsOf, Since string
	Where       map[string][]string
	Sort        string
	Header      bool
}

// Export writes the report to w. It reads beside a running portal. Errors of
// the request are Invalid and name what is allowed.
func Export(ctx context.Context, cfg *config.Config, req ExportRequest, w io.Writer) error {
	r, err := audit.Lookup(req.Report)
	if err != nil {
		return err
	}
	f, err := audit.ParseFormat(req.Format)
	if err != nil {
		return err
	}
	name, err := tenantName(cfg, req.Tenant)
	if err != nil {
		return err
	}
	reader, closeReader, err := db.OpenReader(ctx, filepath.Join(cfg.DataDir, "portal.db"))
	if err != nil {
		return err
	}
	defer func() { _ = closeReader() }()
	q := audit.Query{Scope: db.Everything, Where: req.Where}
	q.Sort, q.Desc = strings.CutPrefix(req.Sort, "-")
	if q.View, err = viewAt(ctx, reader, name, req.AsOf, "as-of"); err != nil {
		return err
	}
	if r.Compares {
		since := req.Since
		if since == "" {
			since = q.View.Taken.AddDate(0, 0, -7).Format(time.RFC3339)
		}
		if q.CompareView, err = viewAt(ctx, reader, name, since, "since"); err != nil {
			return err
		}
	}
	_, err = audit.Export(ctx, w, reader, r, q, f, audit.Options{Header: req.Header})
	return err
}

func tenantName(cfg *config.Config, name string) (string, error) {
	var names []string
	for _, t := range cfg.Tenants {
		if t.Name == name {
			return name, nil
		}
		names = append(names, t.Name)
	}
	if name == "" && len(names) == 1 {
		return names[0], nil
	}
	if name == "" {
		return "", fault.New(fault.Invalid, "There are several tenants; name one with --tenant: %s.", strings.Join(names, ", "))
	}
	return "", fault.New(fault.Invalid, "There is no tenant %q in the configuration. There are: %s.", name, strings.Join(names, ", "))
}

// viewAt reads a day, which means its end in UTC, or a moment.
func viewAt(ctx context.Context, r *db.Reader, tenant, text, flag string) (db.View, error) {
	if text == "" {
		return r.ViewNow(ctx, tenant)
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return r.ViewAsOf(ctx, tenant, day.Add(24*time.Hour-time.Millisecond))
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return db.View{}, fault.New(fault.Invalid, "--%s %q is not a date. Write 2026-11-21 or 2026-11-21T08:00:00Z.", flag, text)
	}
	return r.ViewAsOf(ctx, tenant, at)
}
