package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/ledger"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// verifyLedger checks the whole ledger now. That it was checked, and what came
// out, is an entry itself; the verdict stands on the list until the next one.
func (s *Server) verifyLedger(c echo.Context) error {
	v, err := s.Ledger.Verify(c.Request().Context(), s.viewer(c).person.Actor())
	if err != nil {
		return err
	}
	e := ledger.Entry{Action: ledger.LedgerVerify, Outcome: ledger.Done, Object: ledger.Object{Kind: "ledger"},
		Details: map[ledger.Detail]string{ledger.Count: strconv.FormatInt(v.Entries, 10), ledger.Sequence: strconv.FormatInt(v.Last, 10)}}
	if !v.OK() {
		e.Outcome, e.Reason = ledger.Failed, v.Problems[0].Sentence
	}
	if err := s.record(c, e); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/ledger")
}

// witnessOf says whether the end of the ledger is vouched for.
func (s *Server) witnessOf() []ui.Pair {
	w, signed := s.Ledger.Witness()
	return s.witnessPairs(Facts{Unsigned: !signed, Witness: w})
}

// verdictOf is the last check of the ledger; nil before the first.
func (s *Server) verdictOf() *templates.Verdict {
	v, made := s.Ledger.LastVerdict()
	if !made {
		return nil
	}
	out := &templates.Verdict{OK: v.OK(), Says: verdictWords(v), By: "Checked " + ui.Ago(v.At, s.Now()) + ", " + ui.Exact(v.At) + ", by " + or(v.By, "the portal") + ".", Notices: v.Notices}
	for _, p := range v.Problems {
		out.Problems = append(out.Problems, ui.Link{Label: p.Sentence, Href: entryAddress(max(p.Seq, 1))})
	}
	return out
}

// verdictWords say what a check found, and what it could not find.
func verdictWords(v Verdict) string {
	if !v.OK() {
		return ui.Plural(int64(len(v.Problems)), "problem", "problems") + " in " + ui.Plural(v.Entries, "entry", "entries") + ", compared with " + ui.Plural(int64(v.Checkpoints), "checkpoint", "checkpoints") + "."
	}
	says := "The chain of " + ui.Plural(v.Entries, "entry", "entries") + " is unbroken"
	switch {
	case v.Checkpoints == 0:
		return says + ". No checkpoint was there to compare with, so a cut-off end or an older file would not show."
	case v.Covered < v.Last:
		return says + ", and " + ui.Plural(int64(v.Checkpoints), "checkpoint", "checkpoints") + " agree up to entry " + ui.Count(v.Covered) + "; the " + ui.Plural(v.Last-v.Covered, "entry", "entries") + " after it will be covered by the next one."
	}
	return says + ", and " + ui.Plural(int64(v.Checkpoints), "checkpoint", "checkpoints") + " agree up to its end."
}
