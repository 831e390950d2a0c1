package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/ledger"
	"steward/web/templates/ui"
)

// evidence is the pack for an auditor about one rule, as a zip file. That it
// was taken is in the ledger before its first byte leaves, and so in the pack.
func (s *Server) evidence(c echo.Context) error {
	k, q, _, err := s.policyQuery(c)
	if err != nil {
		return err
	}
	who := s.viewer(c)
	e := audit.Evidence{Chosen: k.Chosen, Made: s.Now(), By: who.person.Name}
	if s.Ledger != nil && who.may(auth.ExportLedger) {
		e.Ledger = s.Ledger.Export
		if w, ok := s.Ledger.Witness(); ok {
			e.Key = w.PublicKey
		}
	}
	if err := s.record(c, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done,
		Object:  ledger.Object{Kind: "report", ID: "evidence", Name: k.Title, Tenant: q.View.TenantName},
		Details: map[ledger.Detail]string{ledger.Report: "evidence", ledger.Format: "zip", ledger.Policy: k.ID}}); err != nil {
		return err
	}
	h := c.Response().Header()
	out := &lateHeader{w: c.Response(), set: func() {
		h.Set(echo.HeaderContentType, audit.EvidenceType)
		h.Set(echo.HeaderContentDisposition, audit.ContentDisposition(audit.EvidenceName(k.ID, q.View)))
	}}
	err = audit.WriteEvidence(c.Request().Context(), out, s.Reader, q, e)
	if err != nil && c.Response().Committed {
		s.Log.Error("export broke off", "report", "evidence", "request", requestID(c), "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// evidenceAction leads to the pack of a rule.
func evidenceAction(rule string, at place) ui.Action {
	return ui.Action{Label: "Evidence for an auditor", Href: at.to("/policies/" + rule + "/evidence.zip")}
}
