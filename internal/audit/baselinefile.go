package audit

import (
	"fmt"
	"io"
	"strings"
	"time"

	"steward/internal/policy"
)

// BaselinesReport describes the file of the baselines. Its rows come from the
// rules in force and not from the database, so it has no page among the reports.
var BaselinesReport = &Report{
	Name: "baselines", Title: "Baselines", Question: "How does the tenant stand against public baselines, and what shows it?",
	Columns: []Column{
		{Key: "baseline", Title: "Baseline", Kind: Text}, {Key: "control", Title: "Control", Kind: Text}, {Key: "level", Title: "Level", Kind: Text},
		{Key: "title", Title: "Title", Kind: Text}, {Key: "state", Title: "State", Kind: Badge},
		{Key: "passed", Title: "Pass", Kind: Number}, {Key: "failed", Title: "Fail", Kind: Number}, {Key: "unknown", Title: "Unknown", Kind: Number}, {Key: "waived", Title: "Waived", Kind: Number},
		{Key: "evidence", Title: "Evidence", Kind: Name, Help: "The first violations that stand, or why no rule can tell."}, {Key: "more", Title: "Violations besides", Kind: Number},
		{Key: "rules", Title: "Rules", Kind: Text}, {Key: "remedy", Title: "Remedy", Kind: Text},
		{Key: "attested", Title: "A person found", Kind: Badge}, {Key: "attested_note", Title: "What shows it", Kind: Name}, {Key: "attested_by", Title: "Found by", Kind: Name},
		{Key: "attested_at", Title: "Found", Kind: Date}, {Key: "attested_until", Title: "Holds until", Kind: Date}, {Key: "attested_link", Title: "Kept at", Kind: Text},
		{Key: "as_of", Title: "As of", Kind: Date},
	},
}

// ExportBaselines writes every control as a row and returns how many.
func ExportBaselines(w io.Writer, q Query, t Truth, all []BaselineReport, f Format, o Options) (n int64, err error) {
	out := newSheet(w, f, o)
	defer out.close()
	err = out.begin(about(BaselinesReport, q, t))
	for _, b := range all {
		for _, c := range b.Controls {
			if err == nil {
				n++
				err = out.row(controlRow(b.ID, c, t.AsOf))
			}
		}
	}
	if err == nil {
		err = out.finish()
	}
	if err != nil {
		return n, fmt.Errorf("export baselines as %s: %w", f, err)
	}
	return n, nil
}

func controlRow(baseline string, c Control, asOf time.Time) Row {
	var rules, remedy, evidence []string
	for _, r := range c.Rules {
		rules = append(rules, r.ID)
		if c.State == policy.ControlFail {
			remedy = append(remedy, r.Remedy...)
		}
	}
	for _, x := range c.Findings {
		evidence = append(evidence, x.Label+": "+x.Says)
	}
	if c.Manual != "" {
		evidence = append(evidence, c.Manual)
	}
	vals := []any{baseline, c.ID, c.Level, c.Title, string(c.State), c.Tally.Passed, c.Tally.Failed, c.Tally.Unknown, c.Tally.Waived,
		strings.Join(evidence, "; "), c.More, strings.Join(rules, " "), strings.Join(remedy, " "), nil, nil, nil, nil, nil, nil, nil}
	if a := c.Attested; a != nil {
		word := "fail"
		if a.Pass {
			word = "pass"
		}
		for i, v := range []any{word, a.Note, a.By, a.At.UnixMilli(), a.Until.UnixMilli(), a.Link} {
			vals[13+i] = v
		}
	}
	if !asOf.IsZero() {
		vals[19] = asOf.UnixMilli()
	}
	row := Row{report: BaselinesReport, vals: make([]Value, len(vals))}
	for i, v := range vals {
		row.vals[i] = Value{v}
	}
	return row
}
