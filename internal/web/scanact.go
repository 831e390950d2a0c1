package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// startScan asks for a scan. The ledger has who asked before anything begins;
// what became of it stands in the entries of the scan itself.
func (s *Server) startScan(c echo.Context) error {
	tenant := c.FormValue("tenant")
	if err := s.askedScan(c, tenant, c.FormValue("kind")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, ui.With("/scans", ui.Param{Name: "tenant", Value: tenant}))
}

func (s *Server) askedScan(c echo.Context, tenant, kind string) error {
	return s.wishScan(c, tenant, ledger.ScanStart, kind, func(ctx context.Context, tenant string, by ledger.Actor) error {
		return s.Scans.Start(ctx, tenant, kind, by)
	})
}

// stopScan stops the running scan.
func (s *Server) stopScan(c echo.Context) error {
	tenant := c.FormValue("tenant")
	if err := s.wishScan(c, tenant, ledger.ScanCancel, "", s.Scans.Cancel); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, ui.With("/scans", ui.Param{Name: "tenant", Value: tenant}))
}

// wishScan records the wish, passes it on and, if it was refused, records that
// too.
func (s *Server) wishScan(c echo.Context, tenant string, action ledger.Action, kind string, ask func(context.Context, string, ledger.Actor) error) error {
	who := s.viewer(c)
	if err := s.openTenant(who, s.actionOf(c), tenant); err != nil {
		return err
	}
	e := ledger.Entry{Action: action, Outcome: ledger.Intended, Object: ledger.Object{Kind: "tenant", ID: tenant, Tenant: tenant}}
	if kind != "" {
		e.Details = map[ledger.Detail]string{ledger.State: clip(kind)}
	}
	if err := s.record(c, e); err != nil {
		return err
	}
	if err := ask(c.Request().Context(), tenant, who.person.Actor()); err != nil {
		e.Outcome, e.Reason = ledger.Failed, fault.Sentence(err)
		if rerr := s.record(c, e); rerr != nil {
			return rerr
		}
		return err
	}
	return nil
}

// openTenant returns nil when the tenant is configured and the person may do
// the action to the whole of it; what is absent and what is forbidden look the
// same.
func (s *Server) openTenant(who viewer, action auth.Action, tenant string) error {
	for _, t := range s.Tenants {
		if t == tenant {
			return auth.Check(who.person, action, auth.Object{Tenant: tenant})
		}
	}
	return auth.Hidden()
}

// askStopScan says what stopping the scan means, before it is done.
func (s *Server) askStopScan(c echo.Context) error {
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return err
	}
	if err := s.openTenant(who, auth.CancelScan, v.TenantName); err != nil {
		return err
	}
	back := ui.With("/scans", ui.Param{Name: "tenant", Value: v.TenantName})
	p, running := s.Scans.Progress(v.TenantName)
	if !running {
		return c.Redirect(http.StatusSeeOther, back)
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, v)
	if err != nil {
		return err
	}
	page := templates.ConfirmPage{Page: s.page(c, who, v, truth), Confirm: stopConfirm(p, truth, v.TenantName, back)}
	page.Title, page.NoAsOf, page.Active = "Stop the scan", true, "/scans"
	return ok(c, templates.Confirm(page))
}

// stopConfirm says what is lost and what stays.
func stopConfirm(p Progress, t audit.Truth, tenant, back string) ui.Confirm {
	keeps := "Pages go on showing nothing, because no scan has been published yet."
	if !t.Never() {
		keeps = "Pages go on showing scan " + strconv.FormatInt(t.Scan, 10) + ", as of " + t.AsOf.Format(clock) + "."
	}
	return ui.Confirm{
		Action: "/scans/stop", Back: back, Button: "Stop the scan", Danger: true,
		Params: []ui.Param{{Name: "tenant", Value: tenant}},
		Title:  "Stop the " + p.Kind + " scan " + strconv.FormatInt(p.Scan, 10) + " of " + tenant + "?",
		Consequences: []string{
			"What this scan has read so far is thrown away: " + ui.Plural(int64(p.Done), "batch", "batches") + " of workspaces, " + ui.Plural(int64(p.Items), "item", "items") + ".",
			keeps,
			"The calls it made count against Microsoft's limits all the same.",
		},
	}
}
