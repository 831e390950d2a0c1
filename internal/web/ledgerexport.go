package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/ledger"
)

// ledgerFormats are the files of the ledger: two with the filters of the list,
// and one of everything that can be verified without the portal.
var ledgerFormats = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}

// exportLedger streams entries as a file. That it was done is in the ledger
// before the first byte leaves, and so in a file of everything, too.
func (s *Server) exportLedger(format string) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, err := s.readLedger(c)
		if err != nil {
			return err
		}
		r.filter.Before = 0
		if err := s.record(c, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Object: ledger.Object{Kind: "ledger"},
			Details: map[ledger.Detail]string{ledger.Report: "ledger", ledger.Format: format, ledger.Filter: c.QueryString()}}); err != nil {
			return err
		}
		h := c.Response().Header()
		out := &lateHeader{w: c.Response(), set: func() {
			h.Set(echo.HeaderContentType, ledgerFormats[format])
			h.Set(echo.HeaderContentDisposition, audit.ContentDisposition("ledger-"+s.Now().UTC().Format("20060102T1504Z")+"."+format))
		}}
		buf := bufio.NewWriterSize(out, 64<<10)
		if err = s.writeLedger(c.Request().Context(), buf, format, r); err == nil {
			err = buf.Flush()
		}
		if err != nil && c.Response().Committed {
			s.Log.Error("export broke off", "report", "ledger", "request", requestID(c), "err", err)
			panic(http.ErrAbortHandler)
		}
		return err
	}
}

func (s *Server) writeLedger(ctx context.Context, w io.Writer, format string, r ledgerRequest) error {
	switch format {
	case "jsonl":
		return s.Ledger.Export(ctx, w)
	case "csv":
		out := audit.NewCSVWriter(w)
		out.Record("seq", "hash", "time", "action", "outcome", "actor_kind", "actor_tenant", "actor_id", "actor_name", "for_kind", "for_id", "for_name",
			"object_kind", "object_id", "object_name", "object_tenant", "ip", "session", "request", "before", "after", "reason", "details")
		err := s.eachEntry(ctx, r, func(rec ledger.Record) error {
			cells, err := entryCells(rec)
			out.Record(cells...)
			return err
		})
		if err != nil {
			return err
		}
		return out.Flush()
	}
	sep := `{"entries":[`
	err := s.eachEntry(ctx, r, func(rec ledger.Record) error {
		_, err := fmt.Fprintf(w, "%s\n"+`{"seq":%d,"hash":"%s","entry":%s}`, sep, rec.Seq, rec.Hash, rec.Body)
		sep = ","
		return err
	})
	if err != nil {
		return err
	}
	end := "\n]}\n"
	if sep != "," {
		end = sep + end
	}
	_, err = io.WriteString(w, end)
	return err
}

// entryCells are an entry's fields in the order of the file's first line.
func entryCells(rec ledger.Record) ([]string, error) {
	e, err := rec.Entry()
	if err != nil {
		return []string{strconv.FormatInt(rec.Seq, 10), rec.Hash.String()}, nil //nolint:nilerr // a damaged entry keeps its line, so that the count is right
	}
	details, err := json.Marshal(e.Details)
	if err != nil {
		return nil, fmt.Errorf("details of entry %d: %w", rec.Seq, err)
	}
	if len(e.Details) == 0 {
		details = nil
	}
	return []string{strconv.FormatInt(rec.Seq, 10), rec.Hash.String(), ledger.FormatTime(e.Time), string(e.Action), string(e.Outcome),
		string(e.Actor.Kind), e.Actor.Tenant, e.Actor.ID, e.Actor.Name, string(e.OnBehalf.Kind), e.OnBehalf.ID, e.OnBehalf.Name,
		e.Object.Kind, e.Object.ID, e.Object.Name, e.Object.Tenant, e.IP, e.Session, e.Request, e.Before, e.After, e.Reason, string(details)}, nil
}

// exportPage is how many entries are read at a time: few enough to keep memory
// flat, many enough to make reading cheap.
const exportPage = 1000

// eachEntry calls fn with every entry that the filter finds, newest first.
func (s *Server) eachEntry(ctx context.Context, r ledgerRequest, fn func(ledger.Record) error) error {
	r.filter.Limit = exportPage
	for {
		records, more, err := s.Reader.LedgerPage(ctx, r.scope, r.filter)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if err := fn(rec); err != nil {
				return err
			}
			r.filter.Before = rec.Seq
		}
		if !more {
			return nil
		}
	}
}
