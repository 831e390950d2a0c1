package sitetest

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestNothingLeavesItsScope lets people who may see only Finance read every
// page and every download, follow every link, search and filter, and look at
// past moments: no name, text or id from outside may come back.
func TestNothingLeavesItsScope(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	for i, who := range []string{"part-everything", "domain-viewer", "part-viewer"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			cookie := s.as(t, who)
			told := map[string]bool{}
			see := func(path string, a answer) {
				text := readable(t, a)
				for _, mark := range []string{outside, foreign, fabrikam} {
					shape, _, _ := strings.Cut(path, "?")
					if i := strings.Index(text, mark); i >= 0 && !told[shape+mark] {
						told[shape+mark] = true
						t.Errorf("%s tells: …%s…", path, text[max(0, i-200):min(len(text), i+40)])
					}
				}
				if a.status >= 500 {
					t.Errorf("%s: status %d", path, a.status)
				}
			}
			from := sample(s.ways(i), 1+i*3)
			follow := 150
			if long() {
				follow = 1500
			}
			n := s.crawl(cookie, from, len(from)+follow, see)
			if n < len(from)*9/10 {
				t.Errorf("only %d of %d addresses were tried", n, len(from))
			}
			t.Logf("%d addresses", n)
		})
	}
}

// ways are the addresses at which a crawl begins: every route about things
// within, with the ways in which lists are asked; without a long run each route
// gets one of the ways, by turns.
func (s *site) ways(turn int) []string {
	things := s.things()
	asked := []string{"", "?as_of=2026-10-31", "?as_of=2026-11-08", "?q=a", "?limit=1", "?since=2026-10-31", "?header=1", "?q=Pay", "?workspace=ws-fin",
		"?item=it-model", "?item=it-flow", "?principal=p-ana", "?principal=p-ben", "?principal=g-staff", "?scan=3", "?scan=1", "?run=" + runSamples.inside}
	var out []string
	for i, r := range s.gets() {
		path, _ := fillPath(r, things, contoso, func(i ids) string { return i.inside })
		if long() {
			for _, q := range asked {
				out = append(out, path+q)
			}
			continue
		}
		if !r.Export {
			out = append(out, path)
		}
		out = append(out, path+asked[(i+turn)%len(asked)])
	}
	return out
}

// readable is what one reads in an answer: the parts of a workbook unpacked.
func readable(t *testing.T, a answer) string {
	if !strings.HasPrefix(a.body, "PK\x03\x04") {
		if u, err := url.QueryUnescape(a.body); err == nil {
			return a.body + u
		}
		return a.body
	}
	z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
	if err != nil {
		t.Errorf("a workbook that cannot be read: %v", err)
		return a.body
	}
	var b bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Error(err)
			continue
		}
		_, _ = io.Copy(&b, r)
		_ = r.Close()
	}
	return b.String()
}

// depends are the lists in which a number of things outside shows on purpose:
// who is about to remove a model must learn that something depends on it, though
// not what.
var depends = []string{"/lineage", "/unused", "/items/"}

// TestCountsKeepTheScope: what lies outside must not show in a number either.
// Everything outside is doubled, and a limited person's pages must not change.
func TestCountsKeepTheScope(t *testing.T) {
	t.Parallel()
	plain := open(t, options{})
	more := open(t, options{fill: (*filler).multiplyOutside})
	for turn, who := range []string{"part-everything", "domain-viewer", "part-viewer"} {
		a, b := plain.as(t, who), more.as(t, who)
		for _, path := range sample(plain.ways(turn), 3+turn) {
			if slices.ContainsFunc(depends, func(p string) bool { return strings.HasPrefix(path, p) }) {
				continue
			}
			one, two := plain.ask(http.MethodGet, path, "", a), more.ask(http.MethodGet, path, "", b)
			if was, is := steady(readable(t, one)), steady(readable(t, two)); one.status != two.status || was != is {
				t.Errorf("%s as %s depends on what they may not see: %s", path, who, difference(was, is))
			}
		}
	}
	if all := plain.as(t, "viewer"); plain.ask(http.MethodGet, "/workspaces.csv", "", all).body == more.ask(http.MethodGet, "/workspaces.csv", "", more.as(t, "viewer")).body {
		t.Error("the doubling did nothing: this test proves nothing")
	}
}
