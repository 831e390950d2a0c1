package request

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Microsoft takes eight refreshes a day on shared capacity, at full and half
// hours.
const maxRefreshes = 8

var refreshTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[03]0$`)

var refreshDays = map[string]string{"daily": "every day", "weekdays": "Monday to Friday"}

// times are the times of day that were typed.
func (p *ProjectParams) times() []string {
	return strings.FieldsFunc(p.RefreshTimes, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })
}

// checkAgreed checks what is agreed on for the content to come.
func (p *ProjectParams) checkAgreed(e *FieldErrors) {
	e.checkText("sensitivity", p.Sensitivity, 100)
	e.checkText("refresh_zone", p.RefreshZone, 60)
	if p.RefreshDays == "" {
		if len(p.times()) > 0 {
			e.add("refresh_days", "Choose the days on which to refresh, or leave the times empty.")
		}
		return
	}
	if refreshDays[p.RefreshDays] == "" {
		e.add("refresh_days", "Choose every day, or Monday to Friday.")
	}
	switch n := len(p.times()); {
	case n == 0:
		e.add("refresh_times", "Say at what times: 06:00, 12:30.")
	case n > maxRefreshes:
		e.add("refresh_times", "%d refreshes a day are too many; shared capacity takes %d.", n, maxRefreshes)
	}
	for _, t := range p.times() {
		if !refreshTime.MatchString(t) {
			e.add("refresh_times", "%q is no full or half hour. Write times as 06:00 or 12:30.", clipped(t))
			return
		}
	}
}

func clipped(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return string([]rune(s)[:40]) + "…"
	}
	return s
}

// agreed is what the descriptions say of the content to come.
func (p *ProjectParams) agreed() string {
	var lines []string
	if s := strings.TrimSpace(p.Sensitivity); s != "" {
		lines = append(lines, "Sensitivity of new content: "+s+".")
	}
	if days := refreshDays[p.RefreshDays]; days != "" {
		zone := strings.TrimSpace(p.RefreshZone)
		if zone == "" {
			zone = "UTC"
		}
		lines = append(lines, "Refresh: "+days+" at "+strings.Join(p.times(), ", ")+" ("+zone+").")
	}
	return strings.Join(lines, "\n")
}

// described is the description of each workspace of the project.
func (p *ProjectParams) described() string {
	return strings.TrimSpace(strings.TrimSpace(p.Description) + "\n" + p.agreed())
}
