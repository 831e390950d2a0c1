package web

import (
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/ledger"
	"steward/internal/web/guard"
	"steward/web/templates/ui"
)

// export streams a whole report as a file, with the filters of the page. The
// ledger has the export before its first byte leaves; a file that breaks off
// half way breaks the connection, so that nobody takes it for whole.
func (s *Server) export(r *audit.Report, f audit.Format) echo.HandlerFunc {
	return func(c echo.Context) error {
		req, err := s.read(c, r)
		if err != nil {
			return err
		}
		ctx := c.Request().Context()
		truth, err := audit.TruthOf(ctx, s.Reader, req.query.View)
		if err != nil {
			return err
		}
		req.query.Cursor, req.query.Limit = "", 0
		if err := r.Check(req.query); err != nil {
			return err
		}
		if err := s.record(c, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done,
			Object:  ledger.Object{Kind: "report", ID: r.Name, Name: r.Title, Tenant: req.query.View.TenantName},
			Details: map[ledger.Detail]string{ledger.Report: r.Name, ledger.Format: string(f), ledger.Filter: c.QueryString()}}); err != nil {
			return err
		}
		h := c.Response().Header()
		out := &lateHeader{w: c.Response(), set: func() {
			h.Set(echo.HeaderContentType, f.ContentType())
			h.Set(echo.HeaderContentDisposition, audit.ContentDisposition(audit.FileName(r, truth, f)))
		}}
		_, err = audit.Export(ctx, out, s.Reader, r, req.query, f, audit.Options{Header: c.QueryParam("header") == "1"})
		if err != nil && c.Response().Committed {
			s.Log.Error("export broke off", "report", r.Name, "request", requestID(c), "err", err)
			panic(http.ErrAbortHandler)
		}
		return err
	}
}

// record writes an entry about what the present request does: who, from where,
// in which session.
func (s *Server) record(c echo.Context, e ledger.Entry) error {
	session, _ := guard.Session(c)
	client := guard.Client(c)
	who := s.viewer(c).person
	e.Actor, e.IP, e.Request, e.Session = who.Actor(), client.IP, client.Request, session.Hash.String()
	if who.Token != "" {
		e.Details = maps.Clone(e.Details)
		if e.Details == nil {
			e.Details = map[ledger.Detail]string{}
		}
		e.Details[ledger.Token] = who.Token
	}
	return s.Record(c.Request().Context(), e)
}

// lateHeader sets the headers of a file with its first byte: an error before
// that is still answered as a page.
type lateHeader struct {
	w   *echo.Response
	set func()
}

// slack is how long a reader may take for a part of a file; a file of millions
// of rows takes longer than any page, but never stands still so long.
const slack = time.Minute

// Write sends part of the file.
func (l *lateHeader) Write(p []byte) (int, error) {
	// Not every writer has a deadline to move (a test's recorder has none).
	_ = http.NewResponseController(l.w).SetWriteDeadline(time.Now().Add(slack))
	if l.set != nil {
		l.set()
		l.set = nil
		l.w.WriteHeader(http.StatusOK)
	}
	return l.w.Write(p)
}

// downloads says how many files the reader may take in an hour and how many
// are left of them; empty where nothing is guarded.
func (s *Server) downloads(c echo.Context) string {
	if s.guard == nil {
		return ""
	}
	left, perHour := s.guard.Exports(c)
	return fmt.Sprintf("You may download %s an hour; %s left now.", ui.Plural(int64(perHour), "file", "files"), ui.Count(int64(left)))
}
