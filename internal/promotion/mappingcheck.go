package promotion

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"steward/internal/tenant"
)

// Problem is a refusal at a field of a form.
type Problem struct{ Field, Sentence string }

// Bounds of a mapping. Microsoft takes 100 parameters in a call, and 48
// refreshes a day (api guide, sections 5.2 and 7).
const (
	maxParameters = 100
	maxTimes      = 48
	maxMapText    = 2000
)

// sourceTypes are the kinds of sources that can be pointed elsewhere (api
// guide, section 7, UpdateDatasources); true for those named by an address.
var sourceTypes = map[string]bool{"Sql": false, "AnalysisServices": false, "OData": true, "SharePointList": true, "Teradata": false, "SapHana": false}

// SourceTypes lists the kinds of sources that can be pointed elsewhere.
func SourceTypes() []string {
	return []string{"Sql", "AnalysisServices", "OData", "SharePointList", "SapHana", "Teradata"}
}

// checker collects problems.
type checker []Problem

func (c *checker) add(field, format string, args ...any) {
	*c = append(*c, Problem{field, fmt.Sprintf(format, args...)})
}

func at(list string, i int, field string) string {
	return list + "[" + strconv.Itoa(i) + "]." + field
}

// Validate checks what can be checked without the tenant.
func (m Mapping) Validate(pipeline bool) []Problem {
	var c checker
	c.parameters(m.Parameters)
	c.sources(m.Sources)
	bound := map[string]bool{}
	for i, g := range m.Gateways {
		switch {
		case g == GatewayMap{}:
		case g.Gateway == "":
			c.add(at("gateways", i, "gateway"), "Choose a gateway.")
		case bound[g.Model]:
			c.add(at("gateways", i, "model"), "This model is bound twice. One gateway each.")
		}
		bound[g.Model] = true
	}
	c.schedule(m.Schedule)
	for i, r := range m.Roles {
		if r.Who != "" && !slices.Contains([]string{"Viewer", "Contributor", "Member", "Admin"}, r.Right) {
			c.add(at("roles", i, "right"), "Choose Viewer, Contributor, Member or Admin.")
		}
	}
	if m.UpdateApp && !pipeline {
		c.add("update_app", "Only a deployment by a pipeline can publish an app anew: no other call does. Leave this out, or name a pipeline.")
	}
	for i, s := range m.Smoke {
		c.smoke(i, s)
	}
	if !m.TakeOver && (len(m.Tidy().Gateways) > 0 || m.Schedule.Days != "") {
		c.add("take_over", "Gateways and schedules are set by a model's owner only, so the portal's application has to take the models over. Tick this; a gateway gives them credentials again.")
	}
	return c
}

func (c *checker) parameters(all []ParameterMap) {
	if len(all) > maxParameters {
		c.add("parameters", "%d parameters are too many; Power BI takes %d at once.", len(all), maxParameters)
	}
	seen := map[[2]string]bool{}
	for i, p := range all {
		key := [2]string{strings.TrimSpace(p.Model), strings.TrimSpace(p.Name)}
		switch {
		case p == ParameterMap{}:
			continue
		case key[1] == "":
			c.add(at("parameters", i, "name"), "Type the parameter's name, exactly as the model has it.")
		case seen[key]:
			c.add(at("parameters", i, "name"), "This parameter is named twice.")
		case secretive(p.Name) || secretive(p.Value):
			c.add(at("parameters", i, "value"), "This looks like a credential. Everybody who can read the model reads its parameters: keep it with the gateway or the connection.")
		case utf8.RuneCountInString(p.Value) > maxMapText:
			c.add(at("parameters", i, "value"), "The value has more than %d characters.", maxMapText)
		}
		seen[key] = true
	}
}

// secretive reports words that announce a credential.
func secretive(s string) bool {
	s = strings.ToLower(s)
	for _, w := range []string{"password", "passwd", "pwd=", "secret", "accountkey", "sharedaccess"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func (c *checker) sources(all []SourceMap) {
	seen := map[string]bool{}
	for i, s := range all {
		if s == (SourceMap{}) {
			continue
		}
		address, known := sourceTypes[s.Type]
		switch {
		case !known:
			c.add(at("sources", i, "type"), "Choose the kind of source. Other kinds cannot be pointed elsewhere by a call.")
		case address && s.URL == "":
			c.add(at("sources", i, "url"), "Type the address it points to afterwards.")
		case !address && s.Server == "":
			c.add(at("sources", i, "server"), "Type the server it points to afterwards.")
		case secretive(s.Server + s.Database + s.URL):
			c.add(at("sources", i, "server"), "This looks like a credential. Keep it with the gateway or the connection.")
		case seen[s.key()]:
			c.add(at("sources", i, "type"), "This source is named twice.")
		}
		seen[s.key()] = true
	}
}

// days are the names Microsoft takes.
var days = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// DayNames are the days of the schedule as Microsoft names them, TimesOfDay its
// times; nil where a word fits none.
func (s Schedule) DayNames() []string {
	switch strings.ToLower(strings.TrimSpace(s.Days)) {
	case "":
		return nil
	case "daily":
		return days
	case "weekdays":
		return days[:5]
	}
	var out []string
	for _, word := range strings.Split(s.Days, ",") {
		i := slices.IndexFunc(days, func(d string) bool { return strings.EqualFold(d, strings.TrimSpace(word)) })
		if i < 0 {
			return nil
		}
		out = append(out, days[i])
	}
	return out
}

// TimesOfDay are the times of the schedule; nil where one is no half hour.
func (s Schedule) TimesOfDay() []string {
	var out []string
	for _, word := range strings.Split(s.Times, ",") {
		word = strings.TrimSpace(word)
		h, m, ok := strings.Cut(word, ":")
		hour, err := strconv.Atoi(h)
		if !ok || err != nil || len(word) != 5 || hour < 0 || hour > 23 || m != "00" && m != "30" {
			return nil
		}
		out = append(out, word)
	}
	return out
}

func (c *checker) schedule(s Schedule) {
	if s.Days == "" && s.Times == "" && s.Zone == "" {
		return
	}
	if s.DayNames() == nil {
		c.add("schedule.days", "Write daily, weekdays, or days with commas between: Monday, Thursday.")
	}
	switch times := s.TimesOfDay(); {
	case times == nil:
		c.add("schedule.times", "Write full or half hours with commas between: 06:00, 12:30.")
	case len(times) > maxTimes:
		c.add("schedule.times", "%d times are too many; Power BI takes %d a day on a capacity, 8 on shared.", len(times), maxTimes)
	}
}

func (c *checker) smoke(i int, s SmokeMap) {
	if s == (SmokeMap{}) {
		return
	}
	query := strings.ToUpper(strings.TrimSpace(s.Query))
	switch {
	case s.Model == "":
		c.add(at("smoke", i, "model"), "Say which model is asked.")
	case !strings.HasPrefix(query, "EVALUATE") && !strings.HasPrefix(query, "DEFINE"):
		c.add(at("smoke", i, "query"), "A DAX query begins with EVALUATE, or DEFINE.")
	case len(query) > maxMapText:
		c.add(at("smoke", i, "query"), "The query has more than %d characters.", maxMapText)
	}
}

// Grounds is what is known of a pair's models and of the tenant's gateways.
type Grounds struct {
	// Models are those of source and target.
	Models []GroundModel
	// Gateways are ids in lower case; what nobody's model uses is not seen.
	Gateways map[string]bool
	// Label reports whether some content of the tenant carries a label.
	Labels map[string]bool
}

// GroundModel is a model, with the names of its parameters and shared queries.
type GroundModel struct {
	Name string
	// Names are case-sensitive; Known is false when the scan could not read them.
	Names []string
	Known bool
}

// Check holds a mapping against what is there, and refuses at the fields.
func (m Mapping) Check(g Grounds) []Problem {
	var c checker
	for i, p := range m.Parameters {
		if strings.TrimSpace(p.Name) != "" {
			c.parameter(i, p, g)
		}
	}
	for i, s := range m.Sources {
		c.model(at("sources", i, "model"), s.Model, g)
	}
	for i, w := range m.Gateways {
		c.model(at("gateways", i, "model"), w.Model, g)
		if w.Gateway != "" && !g.Gateways[strings.ToLower(strings.TrimSpace(w.Gateway))] {
			c.add(at("gateways", i, "gateway"), "The last scan knows no such gateway. Choose one from the list of gateways.")
		}
	}
	for i, s := range m.Smoke {
		c.model(at("smoke", i, "model"), s.Model, g)
	}
	if l := strings.ToLower(strings.TrimSpace(m.Label)); l != "" && !g.Labels[l] {
		c.add("label", "No content of the tenant carries a label of this id. Copy it from an item's page.")
	}
	return c
}

func (c *checker) model(field, name string, g Grounds) {
	if name == "" || slices.ContainsFunc(g.Models, func(m GroundModel) bool { return m.Name == name }) {
		return
	}
	var near []string
	for _, m := range g.Models {
		if tenant.Fold(m.Name) == tenant.Fold(name) {
			near = append(near, m.Name)
		}
	}
	if len(near) > 0 {
		c.add(field, "There is no model of this name; the one meant may be %q.", near[0])
		return
	}
	c.add(field, "Neither the source nor the target has a model of this name.")
}

func (c *checker) parameter(i int, p ParameterMap, g Grounds) {
	c.model(at("parameters", i, "model"), p.Model, g)
	asked, all, near := 0, true, ""
	for _, m := range g.Models {
		if p.Model != "" && m.Name != p.Model {
			continue
		}
		asked++
		all = all && m.Known
		for _, n := range m.Names {
			if n == p.Name {
				return
			}
			if strings.EqualFold(n, p.Name) {
				near = n
			}
		}
	}
	switch {
	case asked == 0 || !all && near == "":
		// Nobody knows: it is looked at again when it is acted on.
	case near != "":
		c.add(at("parameters", i, "name"), "There is no parameter of this name; upper and lower case count, and there is %q.", near)
	case p.Model != "":
		c.add(at("parameters", i, "name"), "The model %s has no parameter of this name any more.", p.Model)
	default:
		c.add(at("parameters", i, "name"), "No model here has a parameter of this name.")
	}
}
