package audit

import (
	"encoding/json"
	"strings"
)

// schedule says a refresh schedule, which Microsoft sends as JSON, in words.
func schedule(text string) string {
	var s struct {
		Enabled  bool
		Days     []string
		Times    []string
		TimeZone string `json:"timeZone"`
	}
	if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	if !s.Enabled {
		return "off"
	}
	days := strings.Join(s.Days, ", ")
	switch {
	case len(s.Days) == 7:
		days = "every day"
	case len(s.Days) == 5 && !strings.Contains(days, "Saturday") && !strings.Contains(days, "Sunday"):
		days = "Monday to Friday"
	case days == "":
		days = "no day chosen"
	}
	if len(s.Times) > 0 {
		days += " at " + strings.Join(s.Times, ", ")
	}
	if s.TimeZone != "" {
		days += " (" + s.TimeZone + ")"
	}
	return days
}
