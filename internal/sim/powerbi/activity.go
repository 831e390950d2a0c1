package powerbi

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// activityDays is how far back the activity log goes.
const activityDays = 28

// activityPage is the most events of one page. A page never spans two hours.
const activityPage = 5000

// place is where a walk through the log stands; it travels in the token.
type place struct {
	Start  time.Time `json:"s"`
	End    time.Time `json:"e"`
	Hour   int       `json:"h"`
	Offset int       `json:"o"`
	// Blank makes the next page an empty one with a token, as the log gives them
	// now and then although there is more to come.
	Blank    bool   `json:"b,omitempty"`
	Activity string `json:"a,omitempty"`
	User     string `json:"u,omitempty"`
}

// activityEvents walks the log of one UTC day, page by page, an hour at a time.
// There are empty pages with a token in between; on every other day the last page says lastResultSet false although its token
// is null.
func (s *Service) activityEvents(c *rest.Call) {
	p, ok := startOfWalk(c)
	if !ok {
		return
	}
	day := p.Start.Truncate(24 * time.Hour)
	out := newLogPage(s.world.Config().TenantID)
	next := p
	next.Blank = false
	if !p.Blank {
		events := s.hour(c, day, p)
		end := min(p.Offset+activityPage, len(events))
		for _, e := range events[min(p.Offset, len(events)):end] {
			out.event(e)
		}
		next = s.following(c, day, p, end, len(events))
	}
	if next.Hour > p.End.Hour() {
		out.end(c, nil, nil, day.Day()%2 == 0)
		return
	}
	token := next.token()
	uri := c.Base + "/v1.0/myorg/admin/activityevents?continuationToken='" + token + "'"
	out.end(c, &uri, &token, false)
}

// following is the place after a page that ended at event end of an hour. An hour
// in which nothing happened is one empty page, however long the quiet lasts.
func (s *Service) following(c *rest.Call, day time.Time, p place, end, events int) place {
	next := p
	if end < events {
		next.Offset = end
		return next
	}
	next.Hour, next.Offset = p.Hour+1, 0
	for events == 0 && next.Hour <= p.End.Hour() && len(s.hour(c, day, next)) == 0 {
		next.Hour++
	}
	next.Blank = next.Hour == 3 || next.Hour == 15
	return next
}

// hour returns the events of one hour that the walk asks for.
func (s *Service) hour(c *rest.Call, day time.Time, p place) []*world.Event {
	var out []*world.Event
	events := s.world.Activity(day, p.Hour, c.At)
	for i := range events {
		e := &events[i]
		if e.Created.Before(p.Start) || e.Created.After(p.End) ||
			p.Activity != "" && !strings.EqualFold(e.Activity, p.Activity) ||
			p.User != "" && !strings.EqualFold(e.UserID, p.User) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// startOfWalk reads either a token or a window; both come in single quotes.
func startOfWalk(c *rest.Call) (place, bool) {
	if c.Has("continuationToken") {
		return readPlace(c)
	}
	start, ok1 := quotedTime(c, "startDateTime")
	if !ok1 {
		return place{}, false
	}
	end, ok2 := quotedTime(c, "endDateTime")
	if !ok2 {
		return place{}, false
	}
	p := place{Start: start, End: end, Hour: start.Hour()}
	switch {
	case end.Before(start):
		c.BadRequest("startDateTime must be before endDateTime.")
		return p, false
	case !start.Truncate(24 * time.Hour).Equal(end.Truncate(24 * time.Hour)):
		c.BadRequest("startDateTime and endDateTime must be on the same UTC day.")
		return p, false
	case c.Now.Sub(start) > activityDays*24*time.Hour:
		c.BadRequest("startDateTime must be within the last 28 days.")
		return p, false
	case start.After(c.Now):
		c.BadRequest("startDateTime must not be in the future.")
		return p, false
	}
	return p, p.readFilter(c)
}

func quotedTime(c *rest.Call, name string) (time.Time, bool) {
	text, ok := unquote(c.Query(name))
	if ok {
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05"} {
			if t, err := time.Parse(form, text); err == nil {
				return t.UTC(), true
			}
		}
	}
	c.BadRequest(name + " must be a UTC date and time in single quotes.")
	return time.Time{}, false
}

// readFilter accepts Activity eq 'x' and UserId eq 'y', joined by and, only.
func (p *place) readFilter(c *rest.Call) bool {
	text := c.Query("$filter")
	if strings.TrimSpace(text) == "" {
		return true
	}
	words := odata.Tokens(text)
	for i := 0; i < len(words); i += 4 {
		if i+2 >= len(words) || !strings.EqualFold(words[i+1], "eq") || !strings.HasPrefix(words[i+2], "'") ||
			i+3 < len(words) && (!strings.EqualFold(words[i+3], "and") || i+4 >= len(words)) {
			c.BadRequest("Only Activity eq 'x' and UserId eq 'x', joined by and, can be filtered by.")
			return false
		}
		switch value := words[i+2][1:]; {
		case strings.EqualFold(words[i], "Activity"):
			p.Activity = value
		case strings.EqualFold(words[i], "UserId"):
			p.User = value
		default:
			c.BadRequest("Only Activity and UserId can be filtered by.")
			return false
		}
	}
	return true
}

// token is escaped once already, like Microsoft's: it is used as it stands.
func (p place) token() string {
	raw, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return url.QueryEscape("+RID:" + base64.StdEncoding.EncodeToString(raw) + "#RT:1#TRC:5#FPC:AQYAAAA=")
}

func readPlace(c *rest.Call) (place, bool) {
	var p place
	text, quoted := unquote(c.Query("continuationToken"))
	raw, isToken := strings.CutPrefix(text, "+RID:")
	raw, _, _ = strings.Cut(raw, "#")
	data, err := base64.StdEncoding.DecodeString(raw)
	switch {
	case c.Has("startDateTime") || c.Has("endDateTime"):
		c.BadRequest("startDateTime and endDateTime must not be given with a continuationToken.")
	case !quoted || !isToken || err != nil || json.Unmarshal(data, &p) != nil || p.Hour < 0 || p.Hour > 23 || p.Offset < 0:
		c.BadRequest("The continuationToken is not valid.")
	default:
		return p, true
	}
	return p, false
}
