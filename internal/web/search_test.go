package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	d := filled(t)
	p := open(t, d, auditor)
	p.exec(`UPDATE workspace SET name = 'Straße <b> SalesReportDEV', name_key = 'strasse <b> salesreportdev' WHERE ws = 9`)
	p.exec(`UPDATE principal SET name = 'Łucja Müller', name_key = 'łucja müller' WHERE name = 'Person 58'`)
	p.exec(`UPDATE item SET name = '東京都売上', name_key = '東京都売上' WHERE id = 3`)
	p.exec(`UPDATE search_mark SET upto = 0`)
	if err := d.IndexNames(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, q string
		want    []string
	}{
		{"a part of a name", "team 12", []string{"Finance 372 Team 12", "Finance 720 Team 120"}},
		{"however it is written", "STRASSE", []string{"Straße <b>"}},
		{"a part of a word made of several", "reportd", []string{"Straße <b>"}},
		{"words in any order", "sales strasse", []string{"Straße <b>"}},
		{"without accents", "lucja mull", []string{"Łucja Müller"}},
		{"a script without spaces", "売上", []string{"東京都売上"}},
		{"a person", "person 59", []string{"Person 59"}},
		{"an address", "person.59@", []string{"Person 59"}},
		{"the id of a workspace", audittest.GUID(5), []string{"Finance 155 Team 5"}},
		{"the id of an item, in capitals", strings.ToUpper(audittest.GUID(itemN(4))), []string{"Sales 4 item 4"}},
		{"the id of a person", audittest.GUID(personN(7)), []string{"Person 7"}},
		{"a pipeline", "pipe 2", []string{"Pipe 2"}},
		{"an app", "app 3", []string{"App 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			page := p.on(t).get("/search?q="+url.QueryEscape(c.q), http.StatusOK)
			found := strings.Join(page.All("main tbody td a"), "\n")
			for _, w := range c.want {
				if !strings.Contains(found, w) {
					t.Errorf("not found: %s among %q", w, found)
				}
			}
			if got := page.Attr("#search", "value"); got != c.q {
				t.Errorf("the box forgets what was asked: %q", got)
			}
			p.on(t).follow(page, "main a")
		})
	}
}

func TestSearchFindsNothing(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	for q, want := range map[string]string{
		"":                                     "Nothing was asked yet.",
		"no such thing":                        "Nothing found for “no such thing”.",
		"00000000-0000-4000-8000-000000000000": "Nothing found for “00000000-0000-4000-8000-000000000000”.",
		"%' OR 1=1 --":                         "Nothing found for “%' OR 1=1 --”.",
		strings.Repeat("x", 10000):             "",
		strings.Repeat("売 ", 5000):             "",
		"\x00":                                 "",
		"a\x00b\xff":                           "",
		`"`:                                    "",
		`"" OR words:* NEAR(a b) ^x -y {z}`:    "",
		"workspace* AND NOT":                   "",
		"'; DROP TABLE search_item; --":        "",
	} {
		page := p.get("/search?q="+url.QueryEscape(q), http.StatusOK)
		if want == "" {
			continue // whatever it finds, it is no error
		}
		if got := page.Text("[data-testid=empty] strong"); got != want {
			t.Errorf("%q: says %q, want %q", q, got, want)
		}
	}
}

// TestSearchWithin holds a reader of a part to what is in it.
func TestSearchWithin(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), within("Finance 31 Team"))
	d := p.get("/search?q=team", http.StatusOK)
	if got := d.All("#found-workspaces tbody tr"); len(got) != 1 {
		t.Errorf("found %q, want the one workspace in scope", got)
	}
	p.get("/search?q="+audittest.GUID(itemN(11)), http.StatusOK)
	if got := p.get("/search?q="+audittest.GUID(itemN(11)), http.StatusOK).All("main tbody tr"); len(got) != 0 {
		t.Errorf("an id outside the part is found: %q", got)
	}
}

// TestReportIndex holds that every report is listed, with what it answers.
func TestReportIndex(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get("/reports", http.StatusOK)
	if got := strings.Join(d.All("[data-testid=reports] li"), "\n"); !strings.Contains(got, "Which active workspaces have nobody who could administer them?") || !strings.Contains(got, "as a file with item=…") {
		t.Errorf("the index lacks reports:\n%s", got)
	}
	p.follow(d, "[data-testid=reports] strong a")
}

// A search leads to the violations of what is called so.
func TestSearchFindsWhatIsDecided(t *testing.T) {
	t.Parallel()
	r := judged(t)
	id := r.some("naming.pattern")
	label := r.text(`SELECT label FROM violation WHERE id = $1`, id)
	page := r.get("/search?q="+url.QueryEscape(label), http.StatusOK)
	if !page.Has(fmt.Sprintf(`main a[href="/violations/%d"]`, id)) {
		t.Errorf("the violation of %q is not found", label)
	}
}
