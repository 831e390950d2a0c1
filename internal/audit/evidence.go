package audit

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// Evidence says what a pack of evidence about one rule is made of: everything
// an auditor needs to judge the control without the portal.
type Evidence struct {
	// Chosen is the rule, as it is in force.
	policy.Chosen
	// Made and By are when and for whom the pack is made.
	Made time.Time
	By   string
	// Ledger writes the whole ledger with its checkpoints; nil when the reader
	// may not see it, and then the pack says so.
	Ledger func(ctx context.Context, w io.Writer) error
	// Key is the ledger's public key, empty when it is not signed.
	Key string
}

// EvidenceType is the media type of a pack.
const EvidenceType = "application/zip"

// EvidenceName is the file name of a pack, with the moment it tells of.
func EvidenceName(rule string, v db.View) string {
	return "evidence-" + v.TenantName + "-" + rule + "-" + v.Taken.UTC().Format("20060102T1504Z") + ".zip"
}

// populations is the report of everything that rules of a kind look at.
var populations = map[policy.Kind]string{
	policy.KindTenant: "settings", policy.KindSetting: "settings", policy.KindWorkspace: "workspaces", policy.KindItem: "items",
	policy.KindGrant: "access", policy.KindPrincipal: "people", policy.KindCapacity: "capacities", policy.KindPipeline: "pipelines",
	policy.KindRefresh: "refreshes", policy.KindWaiver: "waivers", policy.KindPromotion: "deployments",
}

// evidenceFile is a report in the pack.
type evidenceFile struct {
	name, report, about string
	where               map[string][]string
}

func (e Evidence) files(scan int64) []evidenceFile {
	rule := map[string][]string{"rule": {e.ID}}
	return []evidenceFile{
		{"population.csv", populations[e.Kind], "everything the rule looks at", nil},
		{"findings.csv", "violations", "what stands against it", rule},
		{"resolved.csv", "resolved-violations", "what was found and is mended", rule},
		{"waivers.csv", "waivers", "what was accepted for a time, by whom and until when", rule},
		{"approvals.csv", "requests", "every request for a waiver or a change of a rule, with who agreed", map[string][]string{"kind": {"waiver", "rule-change"}}},
		{"coverage.csv", "scan-gaps", "what the scan could not see", map[string][]string{"scan": {strconv.FormatInt(scan, 10)}}},
	}
}

// WriteEvidence writes a pack as a zip file: the control, its population,
// findings, waivers and approvals as CSV, the ledger, and how to check all of
// it. What it tells is what the query's reader may see, at the query's moment.
func WriteEvidence(ctx context.Context, w io.Writer, reader *db.Reader, q Query, e Evidence) error {
	t, err := TruthOf(ctx, reader, q.View)
	if err != nil {
		return err
	}
	p := pack{zip: zip.NewWriter(w), made: e.Made}
	if err := p.text("control.json", e.control()); err != nil {
		return err
	}
	for _, f := range e.files(q.View.Scan) {
		r, err := Lookup(f.report)
		if err != nil {
			return err
		}
		one := Query{View: q.View, Scope: q.Scope, Reader: q.Reader, Where: f.where}
		err = p.add(f.name, func(w io.Writer) error {
			_, err := Export(ctx, w, reader, r, one, CSV, Options{Header: true})
			return err
		})
		if err != nil {
			return err
		}
	}
	if e.Ledger != nil {
		if err := p.add("ledger.jsonl", func(w io.Writer) error { return e.Ledger(ctx, w) }); err != nil {
			return err
		}
	}
	if err := p.text("README.txt", []byte(e.readme(q, t))); err != nil {
		return err
	}
	return p.close()
}

// control is the rule as it is judged now.
func (e Evidence) control() []byte {
	out, err := json.MarshalIndent(map[string]any{"rule": e.Rule, "version": e.Hash, "switched_on": e.Active != nil, "parameters": e.Params()}, "", "  ")
	if err != nil {
		panic(err) // the rule was read from JSON's subset, and its values are plain
	}
	return append(out, '\n')
}

func (e Evidence) readme(q Query, t Truth) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Evidence for the rule %s: %s", e.ID, e.Title)
	line("Tenant %s, as of %s. Made %s for %s.", q.View.TenantName, t.AsOf.UTC().Format(time.RFC3339), e.Made.UTC().Format(time.RFC3339), e.By)
	line("The scan saw %d of %d workspaces; see coverage.csv for the rest.", t.Seen, t.Meant)
	if !q.Scope.All {
		line("Whoever asked for it sees a part of the tenant only: all lists are of that part.")
	}
	line("\ncontrol.json    the rule, its version and its parameters")
	for _, f := range e.files(q.View.Scan) {
		line("%-15s %s", f.name, f.about)
	}
	if e.Ledger == nil {
		line("\nThe ledger is not in this pack: whoever asked for it may not read it.")
	} else {
		line("ledger.jsonl    every entry of the ledger with its checkpoints")
		line("\nTo check the ledger, on any machine with the portal's program and nothing else:")
		key := ""
		if e.Key != "" {
			key = " --key '" + e.Key + "'"
		}
		line("\n    portal ledger verify --file ledger.jsonl%s\n", key)
		line("Compare the key with the one you were given when the portal was set up, and hand in")
		line("checkpoints you keep yourself with --checkpoint FILE: without them nobody can tell")
		line("whether the newest entries were cut off.")
	}
	line("\nTo check that nothing in this pack was changed: sha256sum -c SHA256SUMS")
	return b.String()
}

// pack is a zip file that remembers the sum of each of its files.
type pack struct {
	zip  *zip.Writer
	made time.Time
	sums strings.Builder
}

func (p *pack) add(name string, write func(io.Writer) error) error {
	out, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.made})
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(out, sum)); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	fmt.Fprintf(&p.sums, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), name)
	return nil
}

func (p *pack) text(name string, body []byte) error {
	return p.add(name, func(w io.Writer) error { _, err := w.Write(body); return err })
}

func (p *pack) close() error {
	if err := p.text("SHA256SUMS", []byte(p.sums.String())); err != nil {
		return err
	}
	if err := p.zip.Close(); err != nil {
		return fmt.Errorf("finish the pack: %w", err)
	}
	return nil
}
