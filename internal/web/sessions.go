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

// sessionTable lists sessions, each with a button that ends it. named adds
// whose they are.
func (s *Server) sessionTable(sessions []auth.Session, here auth.Session, revoke string, named bool) ui.Table {
	t := ui.Table{ID: "sessions", Caption: "Sessions", Columns: []ui.Column{{Label: "Browser"}, {Label: "Address", Kind: ui.Mono}, {Label: "Signed in", Kind: ui.Date}, {Label: "Last used", Kind: ui.Date}, {Label: "End it", Kind: ui.Badges}},
		Empty: ui.Empty{Why: "Nobody is signed in."}}
	if named {
		t.Columns = append([]ui.Column{{Label: "Person"}, {Label: "Roles"}}, t.Columns...)
	}
	now := s.Now()
	for _, x := range sessions {
		row := ui.Row{Cells: []ui.Cell{{Text: browserWords(x.Agent)}, ui.Txt(or(x.IP, "unknown")), ui.When(x.Started, now), ui.When(x.Seen, now)}}
		if x.Hash == here.Hash {
			row.Cells = append(row.Cells, ui.Parts(ui.BadgeView(ui.Badge{Text: "this one", Tone: ui.Info})))
		} else {
			row.Cells = append(row.Cells, ui.Parts(ui.ActionView(ui.Action{Label: "End", Href: revoke, Post: true, Params: []ui.Param{{Name: "session", Value: x.Hash.String()}}}, "button")))
		}
		if named {
			row.Cells = append([]ui.Cell{{Text: x.Person.Name, Sub: x.Person.Address}, ui.Txt(roleNames(x.Person))}, row.Cells...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func roleNames(p auth.Person) string {
	names := make([]string, 0, len(p.Roles))
	for _, r := range p.Roles {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// browserWords names the browser and the system of a user agent, as far as
// they are common; anything else is shown as it came.
func browserWords(agent string) string {
	browser, system := "", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s[0]) {
			system = s[1]
			break
		}
	}
	switch {
	case agent == "":
		return "unknown"
	case browser == "" || system == "":
		return clip(agent)
	}
	return browser + " on " + system
}

// revokeOwn ends one of one's own sessions, or all but this one.
func (s *Server) revokeOwn(c echo.Context) error {
	here, _ := guard.Session(c)
	ctx := c.Request().Context()
	if c.FormValue("others") == "" {
		// Package auth lets an admin end anyone's: that is for the other page.
		return s.revokeOf(c, here, "/me", func(x auth.Session) bool {
			return x.Person.Same(here.Person) && x.Hash.String() == c.FormValue("session")
		})
	}
	mine, err := s.Auth.Sessions(ctx, here.Person)
	if err != nil {
		return err
	}
	for _, x := range mine {
		if x.Hash == here.Hash {
			continue
		}
		if err := s.Auth.Revoke(ctx, here, x.Hash.String(), guard.Client(c)); err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, "/me")
}

// revokeOf ends the one of one's sessions that fits.
func (s *Server) revokeOf(c echo.Context, here auth.Session, back string, fits func(auth.Session) bool) error {
	ctx := c.Request().Context()
	mine, err := s.Auth.Sessions(ctx, here.Person)
	if err != nil {
		return err
	}
	for _, x := range mine {
		if fits(x) {
			if err := s.Auth.Revoke(ctx, here, x.Hash.String(), guard.Client(c)); err != nil {
				return err
			}
			return c.Redirect(http.StatusSeeOther, back)
		}
	}
	return auth.Hidden()
}

// sessions shows who is signed in, to those who may end it.
func (s *Server) sessions(c echo.Context) error {
	who := s.viewer(c)
	here, _ := guard.Session(c)
	all, err := s.Auth.AllSessions(c.Request().Context(), who.person)
	if err != nil {
		return err
	}
	v := templates.SessionsPage{Page: s.bare(c, who), Sessions: s.sessionTable(all, here, "/sessions/revoke", true)}
	v.Title, v.Active = "Sessions", "/setup"
	seen := map[string]bool{}
	for _, x := range all {
		key := x.Person.TenantID + "\x00" + x.Person.ObjectID
		if seen[key] {
			continue
		}
		seen[key] = true
		v.People.Choices = append(v.People.Choices, ui.Choice{Value: x.Person.TenantID + " " + x.Person.ObjectID, Label: x.Person.Name, Hint: x.Person.Address})
	}
	v.People.Kind, v.People.Name, v.People.Label = ui.SelectField, "person", "Person"
	v.People.Hint = "Ends all their sessions. They can sign in again unless the directory stops them: disable the account there first."
	return ok(c, templates.Sessions(v))
}

// revokeAny ends one session, or every session of a person.
func (s *Server) revokeAny(c echo.Context) error {
	here, _ := guard.Session(c)
	ctx := c.Request().Context()
	var err error
	if hash := c.FormValue("session"); hash != "" {
		err = s.Auth.Revoke(ctx, here, hash, guard.Client(c))
	} else {
		tenant, person, known := strings.Cut(c.FormValue("person"), " ")
		if !known || tenant == "" || person == "" {
			return auth.Hidden()
		}
		_, err = s.Auth.RevokePerson(ctx, here, tenant, person, guard.Client(c))
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/sessions")
}
