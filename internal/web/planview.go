package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// agreement is who must agree to a plan, as the desk chose it.
type agreement struct {
	// rule is the name of the approval rule, stages what it asks for.
	rule   string
	stages []request.Stage
	// parties are those who do not decide.
	parties []request.Involved
	// group names a group of the directory; nil or empty shows its id.
	group func(id string) string
	// few says that too few people could decide.
	few string
}

// planView makes what people read of a plan from its canonical bytes, the very
// ones that are hashed and carried out. hash is empty for a preview.
func planView(body []byte, hash string, a agreement) (templates.PlanView, error) {
	p, err := request.ParsePlan(body)
	if err != nil {
		return templates.PlanView{}, fmt.Errorf("show plan: %w", err)
	}
	v := templates.PlanView{Title: p.Title, Reason: p.Reason, Hash: hash, Facts: planFacts(&p), Risk: riskBadge(p.Risk), RiskReasons: p.RiskReasons,
		Gains: planGains(&p), Verdict: planVerdict(&p), Agree: planAgreement(&p, a)}
	for _, s := range p.Steps {
		v.Steps = append(v.Steps, planStep(s))
	}
	for _, l := range p.Later {
		one := planStep(l.Step)
		one.When = "on " + l.Due.UTC().Format(clock)
		v.Later = append(v.Later, one)
	}
	return v, nil
}

func planFacts(p *request.Plan) []ui.Pair {
	about, _ := request.AboutKind(p.Kind)
	facts := []ui.Pair{{Key: "Kind", Value: about.Title}, {Key: "Tenant", Value: p.Tenant}, {Key: "Steps", Value: ui.Count(int64(len(p.Steps)))}}
	if p.NotBefore != nil {
		facts = append(facts, ui.Pair{Key: "Starts", Value: "not before " + p.NotBefore.UTC().Format(clock)})
	} else {
		facts = append(facts, ui.Pair{Key: "Starts", Value: "as soon as it is approved"})
	}
	return append(facts,
		ui.Pair{Key: "Undecided, it falls after", Value: span(p.Approval)},
		ui.Pair{Key: "Approved, it must start within", Value: span(p.Window)})
}

// span is a length of time in words, from seconds.
func span(seconds int64) string {
	if seconds%3600 == 0 {
		return ui.Plural(seconds/3600, "hour", "hours")
	}
	return ui.Plural(seconds/60, "minute", "minutes")
}

var riskTones = map[request.Risk]ui.Tone{request.RiskNone: ui.Good, request.RiskNormal: ui.Info, request.RiskHigh: ui.Bad}

func riskBadge(r request.Risk) ui.Badge {
	word := map[request.Risk]string{request.RiskNone: "No risk", request.RiskNormal: "Normal risk", request.RiskHigh: "High risk"}[r]
	if word == "" {
		return ui.Badge{Text: "Risk " + string(r), Tone: ui.Bad}
	}
	return ui.Badge{Text: word, Tone: riskTones[r]}
}

var apiNames = map[request.API]string{request.PowerBI: "Power BI", request.Fabric: "Fabric", request.House: "Steward itself"}

func planStep(s request.Step) templates.PlanStep {
	out := templates.PlanStep{ID: s.ID, Row: s.Row, Says: s.Says, API: apiNames[s.Call.API], Operation: s.Call.Operation, Method: s.Call.Method,
		Path: s.Call.ShownPath(), Body: s.Call.ShownBody(), After: strings.Join(s.Needs, ", "), Final: s.Final}
	if s.Undo != nil {
		out.Undo, out.Final = s.Undo.Sentence, ""
	} else if out.Final == "" {
		out.Final = "no call takes it back."
	}
	switch s.OnFailure {
	case request.UndoAll:
		out.Fails = "if it fails, what this run did before is taken back"
	case request.GoOn:
		out.Fails = "if it fails, the rest goes on"
	}
	for _, o := range s.Expects {
		out.Expects = append(out.Expects, o.Says())
	}
	return out
}

func planGains(p *request.Plan) ui.Table {
	t := ui.Table{ID: "gains", Caption: "Who gains by it", Columns: []ui.Column{{Label: "Who"}, {Label: "Gets"}, {Label: "Where"}}}
	for _, g := range p.Gains {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: g.Name, Sub: g.Kind}, ui.Txt(g.Right), ui.Txt(g.Where)}})
	}
	return t
}

func planVerdict(p *request.Plan) (v templates.PlanVerdict) {
	for _, f := range p.Judged.Findings {
		one := planFinding(f)
		switch {
		case f.Refuses:
			v.Refused = append(v.Refused, one)
		case f.Already:
			v.Already = append(v.Already, one)
		default:
			v.New = append(v.New, one)
		}
	}
	for _, f := range p.Judged.Mends {
		v.Mends = append(v.Mends, planFinding(f))
	}
	v.Unknown = p.Judged.Unknown
	return v
}

func planFinding(f request.Finding) templates.PlanFinding {
	return templates.PlanFinding{Rule: f.Rule, Severity: string(f.Severity), Object: f.Object, Says: f.Says, Href: "/policies/" + url.PathEscape(f.Rule)}
}

// planAgreement says who must agree and why they.
func planAgreement(p *request.Plan, a agreement) (v templates.PlanAgreement) {
	if a.rule == "" {
		v.Why = "No approval rule fits, so it is refused."
		return v
	}
	v.Few = a.few
	about, _ := request.AboutKind(p.Kind)
	v.Why = fmt.Sprintf("The approval rule “%s” fits: %s, %s.", a.rule, about.Title, strings.ToLower(riskBadge(p.Risk).Text))
	for i, s := range a.stages {
		v.Stages = append(v.Stages, stageSays(s, i > 0, a.group))
	}
	if len(a.stages) == 0 {
		v.Stages = []string{"Nobody: it changes nothing."}
	}
	for i, one := range a.parties {
		if one.ObjectID == "" && one.Name == "" { // another address of somebody who is named already
			continue
		}
		if slices.ContainsFunc(a.parties[:i], func(p request.Involved) bool { return p.Same(one.Party) }) {
			continue
		}
		v.Not = append(v.Not, partySays(one))
	}
	return v
}

func stageSays(s request.Stage, then bool, group func(string) string) string {
	says := ui.Plural(int64(s.Count), "person", "people")
	switch {
	case s.Group != "":
		name := ""
		if group != nil {
			name = group(s.Group)
		}
		if name == "" {
			name = s.Group
		}
		says += " of the group " + name
	case s.Role == "approver":
		says += " with the role approver"
	default:
		says += " with the role " + s.Role + ", who are approvers as well"
	}
	if then {
		return "then " + says
	}
	return says
}

// partySays names somebody connected with a request, and how.
func partySays(p request.Involved) string {
	name := p.Name
	if name == "" {
		name = p.Address
	}
	if name == "" {
		name = p.ObjectID
	}
	return name + ": " + map[request.Why]string{request.WhyRequester: "asked for it", request.WhyEditor: "edited it last",
		request.WhyBeneficiary: "gains by it", request.WhyBreakGlass: "holds the emergency access"}[p.Why]
}
