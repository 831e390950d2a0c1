package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/web/guard"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// me shows who one is here, what one may do and where one is signed in.
func (s *Server) me(c echo.Context) error { return s.mePage(c, http.StatusOK, nil) }

// mePage is the page with the form of mail as it was sent, or as it is kept
// when nothing was.
func (s *Server) mePage(c echo.Context, status int, mail *ui.Form) error {
	who := s.viewer(c)
	now, _ := guard.Session(c)
	sessions, err := s.Auth.Sessions(c.Request().Context(), who.person)
	if err != nil {
		return err
	}
	v := templates.MePage{Page: s.bare(c, who)}
	v.Title = who.person.Name
	v.Kind = "You"
	v.Facts = s.personPairs(who.person, now)
	v.Roles = roleLines(who.person)
	v.Sessions = s.sessionTable(sessions, now, "/me/sessions/revoke", false)
	if len(sessions) > 1 {
		v.Others = &ui.Action{Label: "Sign out everywhere else", Href: "/me/sessions/revoke", Post: true, Params: []ui.Param{{Name: "others", Value: "yes"}}}
	}
	v.Preferences = preferences(lookOf(c))
	v.Also = []ui.Action{{Label: "Saved views", Href: savedViews}, {Label: "Tokens for programs", Href: "/me/tokens"}}
	if who.may(auth.ViewSessions) {
		v.Also = append(v.Also, ui.Action{Label: "Everyone's sessions", Href: "/sessions"})
	}
	if who.may(auth.ViewTokens) {
		v.Also = append(v.Also, ui.Action{Label: "Everyone's tokens", Href: "/tokens"})
	}
	if mail == nil {
		wish, err := s.Reader.MailWishOf(c.Request().Context(), who.person.TenantID, who.person.ObjectID)
		if err != nil {
			return err
		}
		f := mailForm(wish)
		mail = &f
	}
	v.Mail = *mail
	return render(c, status, templates.Me(v))
}

func (s *Server) personPairs(p auth.Person, session auth.Session) []ui.Pair {
	pairs := []ui.Pair{{Key: "Name", Value: p.Name}, {Key: "Address", Value: p.Address}, {Key: "Directory", Value: p.TenantID, Copy: true}, {Key: "Object id", Value: p.ObjectID, Copy: true}}
	confirmed := ui.Pair{Key: "Last proved who you are", At: session.Confirmed}
	if session.Confirmed.IsZero() {
		confirmed.Unknown = "The sign-in provider did not say when."
	}
	if !session.RolesRead.IsZero() {
		pairs = append(pairs, confirmed, ui.Pair{Key: "Roles read", At: session.RolesRead}, ui.Pair{Key: "This session ends", At: session.Ends()})
	}
	return pairs
}

// roleTexts say what a role may do.
var roleTexts = map[auth.Role]string{
	auth.Viewer: "sees the reports", auth.Requester: "asks for changes", auth.Approver: "decides requests and waivers of others",
	auth.Operator: "runs scans, checks the set-up and resolves steps in doubt", auth.Auditor: "sees everything, the ledger included, and changes nothing",
	auth.Admin: "configures the portal and ends sessions; approves nothing",
}

// roleLines say each role with where it holds.
func roleLines(p auth.Person) []ui.Pair {
	out := make([]ui.Pair, 0, len(p.Roles))
	for _, r := range p.Roles {
		out = append(out, ui.Pair{Key: capital(string(r)), Value: roleTexts[r] + "; " + limitWords(p.Limits[r]) + "."})
	}
	return out
}

// limitWords say where a role holds.
func limitWords(limits []auth.Limit) string {
	if len(limits) == 0 {
		return "everywhere"
	}
	var parts []string
	for _, l := range limits {
		where := "in every tenant"
		if len(l.Tenants) > 0 {
			where = "in " + strings.Join(l.Tenants, " and ")
		}
		var which []string
		if len(l.Prefixes) > 0 {
			which = append(which, "workspaces whose names begin with "+strings.Join(l.Prefixes, " or "))
		}
		if len(l.Domains) > 0 {
			which = append(which, "workspaces of the domain "+strings.Join(l.Domains, " or "))
		}
		if len(which) > 0 {
			where += " for " + strings.Join(which, ", and ")
		}
		parts = append(parts, where)
	}
	return strings.Join(parts, "; ")
}

// looks are the choices of how pages look. The first of each is what the
// device says.
var looks = map[string][]ui.Choice{
	"theme":   {{Value: "", Label: "As the device says"}, {Value: "light", Label: "Light"}, {Value: "dark", Label: "Dark"}},
	"density": {{Value: "", Label: "As the pointer suggests"}, {Value: "compact", Label: "Compact rows"}, {Value: "comfortable", Label: "Roomy rows"}},
}

func preferences(look ui.Look) ui.Form {
	field := func(name, label, now string) ui.Field {
		f := ui.Field{Kind: ui.RadioField, Name: name, Label: label, Value: now}
		for _, c := range looks[name] {
			c.Chosen = c.Value == now
			f.Choices = append(f.Choices, c)
		}
		return f
	}
	return ui.Form{Action: "/me/preferences", Submit: "Save", Params: []ui.Param{{Name: "next", Value: "/me"}},
		Fields: []ui.Field{field("theme", "Theme", look.Theme), field("density", "Rows", look.Density)}}
}

// lookAge is how long a browser remembers how pages look, in seconds.
const lookAge = 365 * 24 * 3600

// savePreferences keeps how pages look in cookies: they hold for a browser,
// not for a person, and the server need not know them.
func (s *Server) savePreferences(c echo.Context) error {
	sent, err := form(c)
	if err != nil {
		return err
	}
	for name, choices := range looks {
		if !sent.Has(name) {
			continue
		}
		cookie := &http.Cookie{Name: name, Value: sent.Get(name), Path: "/", MaxAge: lookAge, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.PublicURL, "https://")}
		known := false
		for _, ch := range choices {
			known = known || ch.Value == cookie.Value
		}
		if !known || cookie.Value == "" {
			cookie.Value, cookie.MaxAge = "", -1
		}
		c.SetCookie(cookie)
	}
	return c.Redirect(http.StatusSeeOther, auth.ReturnTo(sent.Get("next")))
}
