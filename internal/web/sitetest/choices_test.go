package sitetest

import (
	"net/http"
	"strings"
	"testing"
)

// TestChoicesKeepTheScope: what a filter offers is what the reader has some of.
// A kind, a state or an activity that only exists outside is not offered.
func TestChoicesKeepTheScope(t *testing.T) {
	t.Parallel()
	const odd = "Zqonlyoutside"
	s := open(t, options{fill: func(f *filler) {
		for _, q := range []string{
			`UPDATE item SET kind = '` + odd + `' WHERE item IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE activity SET activity = '` + odd + `' WHERE ws IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE workspace SET kind = '` + odd + `', state = '` + odd + `' WHERE ws IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE capacity SET state = '` + odd + `' WHERE capacity IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE datasource SET type = '` + odd + `' WHERE source IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE refreshable SET last_status = '` + odd + `' WHERE item IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
			`UPDATE wide_link SET item_kind = '` + odd + `' WHERE item IN (SELECT id FROM ident WHERE guid LIKE 'zqoutside%')`,
		} {
			f.exec(q)
		}
	}})
	all := s.as(t, "viewer")
	offered := 0
	for _, path := range []string{"/items", "/unused", "/activity", "/workspaces", "/capacities", "/datasources", "/refreshes", "/links"} {
		for _, who := range []string{"part-viewer", "domain-viewer"} {
			if a := s.ask(http.MethodGet, path+"?tenant="+contoso, "", s.as(t, who)); a.status == http.StatusOK && strings.Contains(a.body, odd) {
				t.Errorf("%s offers %s what only exists outside", path, who)
			}
		}
		if strings.Contains(s.ask(http.MethodGet, path+"?tenant="+contoso, "", all).body, odd) {
			offered++
		}
	}
	if offered < 4 {
		t.Errorf("only %d lists show it to those who see everything: this test proves little", offered)
	}
}
