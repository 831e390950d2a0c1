package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/ledger"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// baselinesCSV is every control as a row. Baselines belong to the rules in
// force, not to the database, so it is no report of package audit; it is as
// safe to open in a spreadsheet.
func (s *Server) baselinesCSV(c echo.Context) error {
	all, q, _, err := s.readBaselines(c)
	if err != nil {
		return err
	}
	if err := s.record(c, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Object: ledger.Object{Kind: "report", ID: "baselines", Name: "Baselines", Tenant: q.View.TenantName},
		Details: map[ledger.Detail]string{ledger.Report: "baselines", ledger.Format: "csv"}}); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("baseline,control,level,title,state,passed,failed,unknown,waived,rules,attested,remedy,as_of\r\n")
	for _, base := range all {
		for _, x := range base.Controls {
			writeCSV(&b, controlRow(base.ID, x, q.View.Taken.Format(exact)))
		}
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="baselines-`+q.View.Taken.Format(dateForm)+`.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}

func controlRow(baseline string, x audit.Control, asOf string) []string {
	var rules, remedy []string
	for _, r := range x.Rules {
		rules = append(rules, r.ID)
		remedy = append(remedy, r.Remedy...)
	}
	attested := ""
	if x.Attested != nil {
		attested = attestedText(*x.Attested)
	}
	t := x.Tally
	return []string{baseline, x.ID, x.Level, x.Title, string(x.State), itoa(t.Passed), itoa(t.Failed), itoa(t.Unknown), itoa(t.Waived), strings.Join(rules, " "), attested, strings.Join(remedy, " "), asOf}
}

// writeCSV writes one row of RFC 4180; a cell that a spreadsheet would take for
// a formula is made text.
func writeCSV(b *strings.Builder, cells []string) {
	for i, x := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		if x != "" && strings.ContainsRune("=+-@\t\r", rune(x[0])) {
			x = "'" + x
		}
		if strings.ContainsAny(x, ",\"\r\n") {
			x = `"` + strings.ReplaceAll(x, `"`, `""`) + `"`
		}
		b.WriteString(x)
	}
	b.WriteString("\r\n")
}
