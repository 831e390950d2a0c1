package app

import (
	"context"
	"io"
	"net/url"
	"strings"
	"time"

	"steward/internal/audit"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
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
	// By is the account of the machine that runs the command; empty when it is
	// unknown.
	By string
}

// Export writes the report to w. It reads beside a running portal. The ledger
// has the export before its first byte is written; an export that cannot be
// recorded is refused. Errors of the request are Invalid and name what is
// allowed.
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
	reader, closeReader, err := db.OpenReader(ctx, databasePath(cfg))
	if err != nil {
		return err
	}
	defer func() { _ = closeReader() }()
	q, err := req.query(ctx, reader, r, name)
	if err != nil {
		return err
	}
	if err := r.Check(q); err != nil {
		return err
	}
	if err := recordExport(ctx, cfg, req, r, name); err != nil {
		return err
	}
	_, err = audit.Export(ctx, w, reader, r, q, f, audit.Options{Header: req.Header})
	return err
}

// query is what is asked of the report, at the moments asked about.
func (req ExportRequest) query(ctx context.Context, reader *db.Reader, r *audit.Report, tenant string) (q audit.Query, err error) {
	q = audit.Query{Scope: db.Everything, Where: req.Where}
	q.Sort, q.Desc = strings.CutPrefix(req.Sort, "-")
	if q.View, err = viewAt(ctx, reader, tenant, req.AsOf, "as-of"); err != nil || !r.Compares {
		return q, err
	}
	since := req.Since
	if since == "" {
		since = q.View.Taken.AddDate(0, 0, -7).Format(time.RFC3339)
	}
	q.CompareView, err = viewAt(ctx, reader, tenant, since, "since")
	return q, err
}

// recordExport puts the export into the ledger, beside a running portal too.
func recordExport(ctx context.Context, cfg *config.Config, req ExportRequest, r *audit.Report, tenant string) error {
	filter := url.Values{}
	for key, values := range req.Where {
		filter[key] = values
	}
	for key, value := range map[string]string{"as_of": req.AsOf, "since": req.Since, "sort": req.Sort} {
		if value != "" {
			filter.Set(key, value)
		}
	}
	err := db.RecordBeside(ctx, databasePath(cfg), ledger.Entry{Action: ledger.Export, Outcome: ledger.Done,
		Actor:   ledger.Actor{Kind: ledger.Command, Name: req.By},
		Object:  ledger.Object{Kind: "report", ID: r.Name, Name: r.Title, Tenant: tenant},
		Details: map[ledger.Detail]string{ledger.Report: r.Name, ledger.Format: req.Format, ledger.Filter: filter.Encode()}})
	if err != nil {
		return fault.Wrap(err, fault.KindOf(err), "The export was not written, because the ledger could not record it: %s", fault.Sentence(err))
	}
	return nil
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
