package request

import (
	"slices"
	"strings"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// ScheduleChange asks for other times at which models refresh.
const ScheduleChange Kind = "schedule"

// ScheduleRow is one model and its new schedule.
type ScheduleRow struct {
	// Model is the id of a semantic model.
	Model ID `json:"model"`
	// Days is daily, weekdays, or names of days with commas between; Times are
	// half hours with commas between; Zone is as Power BI names it. An empty
	// field keeps what there is.
	Days  string `json:"days"`
	Times string `json:"times"`
	Zone  string `json:"zone"`
}

// ScheduleParams change the refresh schedules of models, or switch them off.
// Fields: off, take_over, rows[i].model, .days, .times, .zone.
type ScheduleParams struct {
	// Off switches all of them off, which must be the only change.
	Off bool `json:"off"`
	// TakeOver makes the portal's application the owner first, where it is not:
	// only the owner may change a schedule.
	TakeOver bool          `json:"take_over"`
	Rows     []ScheduleRow `json:"rows"`
}

// Model is a semantic model with its schedule.
type Model struct {
	ID, Name, Owner string
	Workspace       ID
	// Schedule is nil when it never had one.
	Schedule *tenant.RefreshSchedule
}

// Kind implements Params.
func (*ScheduleParams) Kind() Kind { return ScheduleChange }

// Most times a day, on shared capacity and on a capacity (api guide, 5.2).
const (
	mostSlotsShared    = 8
	mostSlotsDedicated = 48
)

// Validate implements Params.
func (p *ScheduleParams) Validate() (e FieldErrors) {
	if len(p.Rows) == 0 || len(p.Rows) > maxMembers {
		e.add("rows", "Name at least one model, and at most %d.", maxMembers)
	}
	seen := map[ID]bool{}
	for i, r := range p.Rows {
		at := indexed("rows", i)
		e.checkRequired(at+".model", r.Model, "Give the id of a model. Its page has it, and fills this in.")
		if id := NewID(string(r.Model)); r.Model != "" && seen[id] {
			e.add(at+".model", "Named twice.")
		} else {
			seen[id] = true
		}
		s := r.schedule()
		switch {
		case p.Off && (r.Days != "" || r.Times != "" || r.Zone != ""):
			e.add(at+".times", "Switching off must be the only change. Leave days, times and zone empty.")
		case !p.Off && r.Days == "" && r.Times == "" && r.Zone == "":
			e.add(at+".times", "Say at what times, on what days, or in which zone.")
		case r.Days != "" && s.DayNames() == nil:
			e.add(at+".days", "Write daily, weekdays, or days with commas between: Monday, Thursday.")
		case r.Times != "" && s.TimesOfDay() == nil:
			e.add(at+".times", "Write half hours with commas between: 06:00, 18:30.")
		}
	}
	return e
}

func (r ScheduleRow) schedule() promotion.Schedule {
	return promotion.Schedule{Days: r.Days, Times: r.Times, Zone: r.Zone}
}

// Refs implements Params.
func (p *ScheduleParams) Refs() (r Refs) {
	for _, row := range p.Rows {
		r.Models = append(r.Models, given(row.Model)...)
	}
	return r
}

func (p *ScheduleParams) plan(b *builder) {
	switch {
	case p.Off:
		b.title("Switch off the schedule of %s", counted(len(p.Rows), "model", "models"))
	default:
		b.title("Change the schedule of %s", counted(len(p.Rows), "model", "models"))
	}
	for i := range p.Rows {
		p.planRow(b, indexed("rows", i), &p.Rows[i])
	}
}

func (p *ScheduleParams) planRow(b *builder, at string, r *ScheduleRow) {
	m, ok := b.estate.Models[NewID(string(r.Model))]
	if !ok {
		b.fail(at+".model", "The last scan knows no model with this id.")
		return
	}
	w, ok := b.space(at+".model", m.Workspace)
	if !ok {
		return
	}
	if b.isProduction(w) {
		b.risky("%s is productive.", w.Name)
	}
	a := arrived{to: existing(w), model: Text(m.ID), name: m.Name}
	expects := []Observation{observe(ModelSchedule, ScheduleText(m.Schedule), "workspace", w.ID, "model", m.ID)}
	if NewID(m.Owner) != b.estate.Executor && b.estate.Executor != "" {
		if !p.TakeOver {
			b.fail(at+".model", "%s belongs to %s, and only the owner of a model may change its schedule. Ask the owner, or tick that it is taken over: its stored credentials are lost by that.", m.Name, or(m.Owner, "somebody Microsoft does not name"))
			return
		}
		a.needs = b.mapModel(a, promotion.ModelWork{TakeOver: true})
	}
	if p.Off {
		if m.Schedule == nil || !m.Schedule.Enabled {
			b.fail(at+".model", "The schedule of %s is off already.", m.Name)
			return
		}
		b.add(a.scheduleStep("Switch off the refresh schedule of ", nil, m.Schedule, expects))
		return
	}
	s, field, refusal := r.over(m.Schedule, w.Dedicated)
	if refusal != "" {
		b.fail(at+"."+field, "%s", refusal)
		return
	}
	b.add(a.scheduleStep("Change the refresh schedule of ", &s, m.Schedule, expects))
}

// over is the new schedule, or the field that is refused and why.
func (r *ScheduleRow) over(was *tenant.RefreshSchedule, dedicated bool) (s tenant.RefreshSchedule, field, refusal string) {
	if was != nil {
		s = *was
	}
	s.Enabled, s.Frequency, s.NotifyOption = true, 0, ""
	if r.Days != "" {
		s.Days = r.schedule().DayNames()
	}
	if r.Times != "" {
		s.Times = r.schedule().TimesOfDay()
	}
	if s.TimeZone = or(r.Zone, s.TimeZone); s.TimeZone == "" {
		s.TimeZone = "UTC"
	}
	most, where := mostSlotsShared, "on shared capacity"
	if dedicated {
		most, where = mostSlotsDedicated, "on a capacity"
	}
	switch {
	case len(s.Days) == 0:
		return s, "days", "It has no days yet: say on which."
	case len(s.Times) == 0:
		return s, "times", "It has no times yet: say at which."
	case len(s.Times) > most:
		return s, "times", "A model " + where + " is refreshed at most " + counted(most, "time", "times") + " a day by its schedule."
	case ScheduleText(&s) == ScheduleText(was):
		return s, "times", "That is its schedule already."
	}
	return s, "", ""
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// scheduleStep sets a schedule, or switches it off when to is nil; the undo
// sets the one there was.
func (m arrived) scheduleStep(says string, to, was *tenant.RefreshSchedule, expects []Observation) Step {
	call, look := m.setSchedule(to)
	back, there := m.setSchedule(enabledOnly(was))
	says += m.name + " on " + m.to.name
	if to != nil {
		says += ": " + ScheduleText(to)
	}
	return Step{Says: says, Lock: m.to.lock, Needs: m.needs, Call: call, Look: look, Expects: expects,
		Undo: &Undo{Sentence: "Set what it has now (" + ScheduleText(was) + ")", Call: back, Look: there}}
}

func enabledOnly(s *tenant.RefreshSchedule) *tenant.RefreshSchedule {
	if s == nil || !s.Enabled {
		return nil
	}
	return s
}

// setSchedule is the call that makes s the schedule of a model, and how to see
// that it is; nil switches it off. An application owns the model, so nobody is
// sent a mail.
func (m arrived) setSchedule(s *tenant.RefreshSchedule) (Call, Look) {
	value := map[string]Value{"enabled": Truth(false)}
	look := map[string]Value{"enabled": Text("no")}
	if s != nil {
		value = map[string]Value{"enabled": Truth(true), "days": textList(s.Days), "times": textList(s.Times), "notifyOption": Text("NoNotification"),
			"localTimeZoneId": Text(or(s.TimeZone, "UTC"))}
		look = map[string]Value{"days": value["days"], "times": value["times"], "zone": value["localTimeZoneId"]}
	}
	return m.call("Datasets_UpdateRefreshScheduleInGroup", "PATCH", "refreshSchedule", map[string]Value{"value": Object(value)}), m.look(LookSchedule, look)
}

// ScheduleText is a schedule in words, the same for equal ones: what a plan
// expects to find.
func ScheduleText(s *tenant.RefreshSchedule) string {
	if s == nil || !s.Enabled {
		return "off"
	}
	times := slices.Clone(s.Times)
	slices.Sort(times)
	days := "daily"
	if len(s.Days) < 7 {
		var short []string
		for _, d := range weekdays {
			if slices.Contains(s.Days, d) {
				short = append(short, d[:3])
			}
		}
		days = strings.Join(short, ", ")
	}
	return days + " at " + strings.Join(times, ", ") + " (" + or(s.TimeZone, "UTC") + ")"
}

var weekdays = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
