package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/db"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// itemAlerts shows at the head of a model's page what one is warned of.
func (s *Server) itemAlerts(c echo.Context, d detail, page *templates.Page) error {
	if d.q.View.Past {
		return nil
	}
	ctx := c.Request().Context()
	item, err := s.Reader.Ident(ctx, d.q.View.Tenant, d.id)
	if err != nil {
		return err
	}
	standing, err := s.Reader.AlertsOfItem(ctx, item)
	if err != nil {
		return err
	}
	own := standing[:0]
	for _, a := range standing {
		if a.Plan == "" { // those of plans stand where one sees the plan
			own = append(own, a)
		}
	}
	d.showAlerts(page, own, ui.Param{Name: "item", Value: d.id})
	return nil
}

// showAlerts puts what stands at the head of a page.
func (d detail) showAlerts(page *templates.Page, standing []db.Alert, about ui.Param) {
	for _, a := range standing {
		text := "Alert since " + a.Opened.Format(clock) + ": " + a.Reason
		if a.Untold != "" {
			text += " " + a.Untold
		}
		page.Notices = append(page.Notices, ui.Notice{Tone: ui.Bad, Text: text, Action: ui.Action{Label: "Its alerts, and who was told", Href: d.place.list("alerts", about)}})
	}
}
