package sitetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"steward/internal/ledger"
)

// TestTheRecordKeepsTheScope: who is limited to one tenant reads of the pages
// about running the portal only what is about it, entry by entry.
func TestTheRecordKeepsTheScope(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	for i, name := range []string{contoso, fabrikam, ""} {
		err := s.db.Record(t.Context(), ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.Person, ID: "x", Name: "Someone"},
			Object: ledger.Object{Kind: "report", ID: "r", Tenant: name}, Reason: fmt.Sprintf("reason-of-%d", i)})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, last, _, err := s.db.Reader().LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  string
		sees [3]bool // entries of contoso, of fabrikam, of no tenant
	}{
		{"auditor", [3]bool{true, true, true}},
		{"other-everything", [3]bool{false, true, false}},
		// The entries of half a tenant cannot be told from those of the other half.
		{"part-everything", [3]bool{}},
		{"nowhere", [3]bool{}},
	} {
		cookie := s.as(t, c.who)
		list := s.ask(http.MethodGet, "/ledger?q=reason-of", "", cookie)
		for i, want := range c.sees {
			if got := strings.Contains(list.body, fmt.Sprintf("reason-of-%d", i)); got != want {
				t.Errorf("%s sees entry %d in the list: %v", c.who, i, got)
			}
			entry := s.ask(http.MethodGet, fmt.Sprintf("/ledger/%d", last-2+int64(i)), "", cookie)
			if got := entry.status == http.StatusOK; got != want {
				t.Errorf("%s opens entry %d: status %d", c.who, i, entry.status)
			}
		}
		for _, file := range []string{"/ledger.csv", "/ledger.json", "/ledger.jsonl"} {
			if got := s.ask(http.MethodGet, file, "", cookie).status; (got == http.StatusOK) != (c.who == "auditor") {
				t.Errorf("%s takes %s: status %d", c.who, file, got)
			}
		}
	}
	other := s.as(t, "other-everything")
	if body := s.ask(http.MethodGet, "/setup", "", other).body; strings.Contains(strings.ReplaceAll(body, "@contoso.example", ""), contoso) || strings.Contains(body, "data_dir") {
		t.Errorf("the set-up page tells of another tenant, or of the whole configuration: %s", body)
	}
	if got := s.ask(http.MethodPost, "/scans", "tenant="+contoso+"&kind=full", other).status; got != http.StatusNotFound {
		t.Errorf("a scan of another tenant is started: %d", got)
	}
	if got := s.ask(http.MethodPost, "/setup", "tenant="+contoso, s.as(t, "part-everything")).status; got != http.StatusNotFound {
		t.Errorf("part of a tenant is enough to check it: %d", got)
	}
}
