package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/web/templates/ui"
)

// MessageDesk decides about messages.
type MessageDesk interface {
	SendAgain(ctx context.Context, by desk.By, tenant string) (int, error)
	WishMail(ctx context.Context, by desk.By, w db.MailWish) error
}

// sendAgain lets a tenant's messages that were given up be tried again.
func (s *Server) sendAgain(c echo.Context) error {
	tenant := c.FormValue("tenant")
	who := s.viewer(c)
	if !slices.Contains(s.Tenants, tenant) || !who.known || !auth.May(who.person, auth.SendNotices, auth.Object{Tenant: tenant}) {
		return auth.Hidden()
	}
	// That nothing is left to send again is what one wanted: somebody was faster.
	if _, err := s.Messages.SendAgain(c.Request().Context(), s.by(c), tenant); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/setup")
}

// saveMailWish keeps how the person wants to be told.
func (s *Server) saveMailWish(c echo.Context) error {
	sent, err := form(c)
	if err != nil {
		return err
	}
	w := db.MailWish{Often: sent.Get("often"), Zone: sent.Get("zone"), QuietFrom: hour(sent.Get("quiet_from")), QuietTo: hour(sent.Get("quiet_to"))}
	if err := s.Messages.WishMail(c.Request().Context(), s.by(c), w); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			f := mailForm(w)
			for i := range f.Fields {
				if f.Fields[i].Name == field {
					f.Fields[i].Error = sentence
				}
			}
			return s.mePage(c, http.StatusUnprocessableEntity, &f)
		})
	}
	return c.Redirect(http.StatusSeeOther, "/me")
}

// hour reads an hour; what is none is out of bounds, and refused.
func hour(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

func mailForm(w db.MailWish) ui.Form {
	often := ui.Field{Kind: ui.RadioField, Name: "often", Label: "Mail", Value: w.Often}
	for _, c := range []ui.Choice{{Value: "at once", Label: "At once"}, {Value: "daily", Label: "Once a day, at seven in the morning"}, {Value: "never", Label: "Never"}} {
		c.Chosen = c.Value == w.Often
		often.Choices = append(often.Choices, c)
	}
	hours := func(name, label string, now int) ui.Field {
		f := ui.Field{Kind: ui.SelectField, Name: name, Label: label, Value: strconv.Itoa(now)}
		for h := range 24 {
			text := strconv.Itoa(h)
			f.Choices = append(f.Choices, ui.Choice{Value: text, Label: text + ":00", Chosen: h == now})
		}
		return f
	}
	return ui.Form{Action: "/me/mail", Submit: "Save", Fields: []ui.Field{often,
		hours("quiet_from", "Quiet from", w.QuietFrom), hours("quiet_to", "Quiet until", w.QuietTo),
		{Kind: ui.TextField, Name: "zone", Label: "Time zone", Value: w.Zone, Hint: "Such as Europe/Berlin. The same hour twice means no quiet hours."}}}
}

// messagePairs say by which ways people are told and how that goes, and let
// what was given up be tried again.
func (s *Server) messagePairs(c echo.Context, who viewer, f Facts, tenants []string) ([]ui.Pair, []ui.Action, error) {
	pairs := []ui.Pair{{Key: "Through", Value: strings.Join(f.Channels, ", ")}}
	if len(f.Channels) == 0 {
		pairs[0].Unknown = "Nobody is told: no mail server, workflow of Teams or webhook is configured. What is to be told waits."
	}
	var again []ui.Action
	for _, t := range tenants {
		waiting, givenUp, err := s.Reader.CountDeliveries(c.Request().Context(), t)
		if err != nil {
			return nil, nil, err
		}
		pairs = append(pairs, ui.Pair{Key: t, Value: strconv.FormatInt(waiting, 10) + " waiting, " + strconv.FormatInt(givenUp, 10) + " given up"})
		if givenUp > 0 && auth.May(who.person, auth.SendNotices, auth.Object{Tenant: t}) {
			again = append(again, ui.Action{Label: "Send those given up again", Href: "/messages/again", Post: true, Params: []ui.Param{{Name: "tenant", Value: t}}})
		}
	}
	return pairs, again, nil
}
