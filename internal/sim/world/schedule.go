package world

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// zones are the time zones of schedules, with their offset. Daylight saving is
// left out: it moves a refresh by an hour, which nobody counts on here.
var zones = []struct {
	name   string
	offset moment
}{{"UTC", 0}, {"W. Europe Standard Time", hour}, {"W. Europe Standard Time", hour}, {"Eastern Standard Time", -5 * hour}, {"Tokyo Standard Time", 9 * hour}}

// rhythm is a schedule in numbers.
type rhythm struct {
	days    [7]bool  // by weekday, Sunday = 0
	times   []moment // seconds after local midnight, ascending
	zone    int
	enabled bool
}

// rhythmOf is the refresh rhythm of a model or dataflow; false = it has none.
func (w *World) rhythmOf(s spec, k key, capacity int, dataflow bool) (rhythm, bool) {
	k = k.sub(tagSchedule)
	if nightly(s) && !dataflow {
		return rhythm{days: [7]bool{true, true, true, true, true, true, true}, times: []moment{5 * hour}, enabled: true}, true
	}
	share := 0.6
	if s.class == classPersonal || s.class == classSandbox || s.class == classProject && s.stage == 0 {
		share = 0.3
	}
	if !k.chance(share) {
		return rhythm{}, false
	}
	r := rhythm{zone: k.sub(1).n(len(zones)), enabled: !k.sub(2).chance(0.12)}
	for d := range r.days {
		r.days[d] = d > 0 && d < 6 || k.sub(3).chance(0.4)
	}
	n := []int{1, 1, 1, 1, 1, 2, 2, 4, 8}[k.sub(4).n(9)]
	if capacity >= 0 && k.sub(5).chance(0.08) {
		n = 24
	}
	first := 4*hour + int64(k.sub(6).n(6))*30*minute
	step := 22 * hour / int64(n) / (30 * minute) * (30 * minute)
	for i := range int64(n) {
		r.times = append(r.times, (first+i*step)%day)
	}
	sortMoments(r.times)
	return r, true
}

func sortMoments(m []moment) {
	for i := 1; i < len(m); i++ {
		for j := i; j > 0 && m[j] < m[j-1]; j-- {
			m[j], m[j-1] = m[j-1], m[j]
		}
	}
}

// scheduleOf is the rhythm as the API tells it.
func (w *World) scheduleOf(s spec, k key, capacity int, dataflow bool) *Schedule {
	r, ok := w.rhythmOf(s, k, capacity, dataflow)
	if !ok {
		return nil
	}
	out := &Schedule{Days: []string{}, Enabled: r.enabled, TimeZone: zones[r.zone].name, NotifyOption: "MailOnFailure"}
	if k.sub2(tagSchedule, 9).chance(0.3) {
		out.NotifyOption = "NoNotification"
	}
	for d, on := range r.days {
		if on {
			out.Days = append(out.Days, weekdays[d])
		}
	}
	for _, m := range r.times {
		out.Times = append(out.Times, clockText(m))
	}
	return out
}

func clockText(m moment) string {
	h, min := m/hour, m%hour/minute
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10), ':', '0' + byte(min/10), '0' + byte(min%10)})
}

// nightly reports whether a slot is one of the productive workspaces on the
// capacity of the Americas whose models were all given the schedule of the
// template: five o'clock, every day. They pile up there. The release pipeline
// deploys them, so the executor owns them; their dataflows have times of their
// own.
func nightly(s spec) bool {
	return s.class == classProject && s.stage == 2 && s.dept%3 == 2 && s.project%4 != 3 && s.project < 100
}
