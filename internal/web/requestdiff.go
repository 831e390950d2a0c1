package web

import (
	"regexp"

	"steward/internal/request"
	"steward/web/templates"
)

// marker is what a step writes into what it makes; it differs between
// submissions though nothing else does.
var marker = regexp.MustCompile(`gov:[0-9A-Za-z]{26}`)

// planText is a plan line by line, as its page shows it, for comparing two.
func planText(v templates.PlanView) []string {
	out := []string{v.Title, "Reason: " + v.Reason, v.Risk.Text}
	out = append(out, v.RiskReasons...)
	for _, f := range v.Facts {
		out = append(out, f.Key+": "+f.Value)
	}
	for _, s := range append(append([]templates.PlanStep{}, v.Steps...), v.Later...) {
		out = append(out, s.ID+" "+s.Says+" "+s.When, s.Method+" "+s.Path)
		out = append(out, s.Body...)
		out = append(out, s.Expects...)
	}
	for _, r := range v.Gains.Rows {
		out = append(out, "Gains: "+r.Cells[0].Text+", "+r.Cells[1].Text+", "+r.Cells[2].Text)
	}
	for _, f := range v.Verdict.New {
		out = append(out, "Would make "+f.Rule+" "+f.Object+": "+f.Says)
	}
	for _, f := range v.Verdict.Mends {
		out = append(out, "Would mend "+f.Rule+" "+f.Object+": "+f.Says)
	}
	for i := range out {
		out[i] = marker.ReplaceAllString(out[i], "gov:…")
	}
	return out
}

// mostLines bounds a comparison: plans of hundreds of rows are compared as
// sets of lines.
const mostLines = 3000

// planDiff is what differs between two plans, in the order of the later one,
// what is gone before what took its place.
func planDiff(before, after templates.PlanView) []templates.PlanLine {
	a, b := differing(planText(before), planText(after))
	if len(a)*len(b) > mostLines*mostLines {
		return replaced(a, b)
	}
	// same[i][j] is the longest common part of a[i:] and b[j:].
	same := make([][]uint16, len(a)+1)
	for i := range same {
		same[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	var out []templates.PlanLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			out = append(out, templates.PlanLine{Sign: "−", Text: a[i]})
			i++
		default:
			out = append(out, templates.PlanLine{Sign: "+", Text: b[j]})
			j++
		}
	}
	return out
}

// differing leaves out what two texts begin and end with alike.
func differing(a, b []string) (x, y []string) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// replaced says that all of one text gave way to all of the other: what is too
// long to be compared line by line is shown whole rather than as nothing.
func replaced(a, b []string) []templates.PlanLine {
	out := make([]templates.PlanLine, 0, len(a)+len(b))
	for _, text := range a {
		out = append(out, templates.PlanLine{Sign: "−", Text: text})
	}
	for _, text := range b {
		out = append(out, templates.PlanLine{Sign: "+", Text: text})
	}
	return out
}

// agreementOf is who must agree to a request as it stands.
func agreementOf(f request.Facing) agreement {
	return agreement{rule: f.Request.Rule, stages: f.Request.Stages, parties: f.Involved}
}
