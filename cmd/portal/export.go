package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"steward/internal/app"
	"steward/internal/audit"
	"steward/internal/fault"
)

type exportCmd struct {
	Report string   `arg:"" help:"The report; portal export list names them."`
	Config string   `required:"" type:"path" help:"The configuration file."`
	Tenant string   `help:"The tenant; may be left out when there is one."`
	Format string   `default:"csv" enum:"csv,xlsx,json" help:"csv, xlsx or json."`
	AsOf   string   `help:"The day (2026-11-21) or moment (RFC 3339) to look at; the last scan when left out."`
	Since  string   `help:"For comparisons: the earlier day or moment; a week before when left out."`
	Where  []string `help:"A filter, key=value; may be repeated. The keys are those of the page." sep:"none"`
	Sort   string   `help:"The column to sort by; write --sort=-column for the other way round."`
	Header bool     `help:"Put lines with as-of, coverage and filters before a CSV."`
	Output string   `short:"o" type:"path" help:"The file to write; standard output when left out."`
}

// Run writes the report. The file appears whole or not at all.
func (e exportCmd) Run(w *world) error {
	if e.Report == "list" {
		return listReports(w.stdout)
	}
	cfg, err := w.config(e.Config)
	if err != nil {
		return err
	}
	where, err := parseWhere(e.Where)
	if err != nil {
		return err
	}
	req := app.ExportRequest{Report: e.Report, Tenant: e.Tenant, Format: e.Format, AsOf: e.AsOf, Since: e.Since, Where: where, Sort: e.Sort, Header: e.Header, By: account()}
	if e.Output == "" {
		out := bufio.NewWriter(w.stdout)
		if err := app.Export(w.ctx, cfg, req, out); err != nil {
			return err
		}
		return out.Flush()
	}
	return writeWhole(e.Output, func(out io.Writer) error { return app.Export(w.ctx, cfg, req, out) })
}

func listReports(out io.Writer) error {
	for _, r := range audit.Reports() {
		if _, err := fmt.Fprintf(out, "%-24s %s\n", r.Name, r.Question); err != nil {
			return err
		}
	}
	return nil
}

func parseWhere(list []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, text := range list {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return nil, fault.New(fault.Invalid, "--where %q is not a filter. Write key=value, such as --where state=Active.", text)
		}
		out[key] = append(out[key], value)
	}
	return out, nil
}

// writeWhole writes beside the file and renames: a reader never finds half of
// one, and an earlier export stays when this one fails.
func writeWhole(name string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be written: its directory is missing or read-only.", name)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	buf := bufio.NewWriterSize(f, 1<<20)
	err = fill(buf)
	if err == nil {
		err = buf.Flush()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o640); err != nil { //nolint:gosec // a report is for its group to read
		return err
	}
	return os.Rename(f.Name(), name)
}
