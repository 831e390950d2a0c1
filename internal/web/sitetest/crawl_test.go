package sitetest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"steward/internal/web/guard"
)

// ids fills a route's parameters: what its first part names, in each tenant.
type ids struct{ inside, outside, foreign string }

// samples are the things of the filled tenants by the first part of an address.
// Numbers are filled in by things.
var samples = map[string]ids{
	"workspaces": {"ws-fin", outside + "-ws-hr", foreign + "-ws-fab"},
	"items":      {"it-model", outside + "-it-pay", foreign + "-it-fab"},
	"people":     {"p-ana", outside + "-p-hr", foreign + "-p-fab"},
	"pipelines":  {"pipe-1", outside + "-pipe-x", foreign + "-pipe-f"},
	"capacities": {"cap-1", outside + "-cap-x", foreign + "-cap-f"},
	"domains":    {"dom-fin", outside + "-dom-x", foreign + "-dom-f"},
	"scans":      {"3", "", "4"},
	"mappings":   {"3", "1", "2"},
}

// things are the samples with those that have numbers.
func (s *site) things() map[string]ids {
	f := &filler{tb: s.t, d: s.db}
	one := func(query string) string {
		got := f.texts(query)
		if len(got) == 0 {
			s.t.Fatalf("nothing for %s", query)
		}
		return got[0]
	}
	out := map[string]ids{}
	for k, v := range samples {
		out[k] = v
	}
	at := func(table, id, where string) string {
		return one(`SELECT CAST(` + id + ` AS TEXT) FROM ` + table + ` WHERE ` + where + ` ORDER BY 1 LIMIT 1`)
	}
	v := ids{at("violation", "id", "label = 'Finance PROD'"), at("violation", "id", "label LIKE '%"+outside+"' AND kind = 'workspace'"), at("violation", "id", "label LIKE '%"+foreign+"'")}
	out["violations"], out["runs"], out["requests"], out["refreshes"] = v, runSamples, runSamples, planSamples
	out["ledger"] = ids{at("ledger", "seq", "object_id = 'told-inside'"), at("ledger", "seq", "object_id = 'told-outside'"), at("ledger", "seq", "object_id = 'told-foreign'")}
	out["waivers"] = ids{at("waiver", "id", "violation = "+v.inside), at("waiver", "id", "violation = "+v.outside), at("waiver", "id", "violation = "+v.foreign)}
	rule := at("violation", "rule", "id = "+v.inside)
	out["policies"], out["controls"] = ids{rule, "", ""}, ids{rule, "", ""}
	return out
}

var parameter = regexp.MustCompile(`:[a-z_]+`)

// paths fills a route's parameters with the ids of one kind ("inside",
// "outside", "foreign", or anything for what is absent) of a tenant. known is
// false for a route whose things are not among the samples.
func fillPath(r guard.Route, things map[string]ids, tenant string, id func(ids) string) (path string, known bool) {
	parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(r.Path, "/api/v1"), "/"), "/")
	thing, known := things[parts[0]]
	known = known && !strings.Contains(r.Path, ":kind") // a kind is no thing of a tenant
	value := id(thing)
	if !known {
		value = "no-such-id"
	}
	path = parameter.ReplaceAllStringFunc(r.Path, func(p string) string {
		if p == ":tenant" {
			return tenant
		}
		return url.PathEscape(value)
	})
	return strings.ReplaceAll(path, "*", "no-such-file"), known && value != ""
}

// gets are the site's GET routes that need somebody to be signed in.
func (s *site) gets() []guard.Route {
	var out []guard.Route
	for _, r := range s.pages.Table() {
		if r.Method == http.MethodGet && !r.Public {
			out = append(out, r)
		}
	}
	return out
}

var hrefs = regexp.MustCompile(`(?:href|action|hx-get|src)="(/[^"]*)"`)

// crawl opens the given addresses as someone, and everything that they link to
// within the site, at most most answers, and calls see for each.
func (s *site) crawl(cookie string, from []string, most int, see func(path string, a answer)) int {
	seen, queue, shapes := map[string]bool{}, slices.Clone(from), map[string]int{}
	n := 0
	for len(queue) > 0 && n < most {
		path := queue[0]
		queue = queue[1:]
		if seen[path] || strings.HasPrefix(path, "/static") || strings.HasPrefix(path, "/login") || strings.HasPrefix(path, "/logout") {
			continue
		}
		seen[path] = true
		n++
		a := s.ask(http.MethodGet, path, "", cookie)
		see(path, a)
		if !strings.Contains(a.header.Get("Content-Type"), "html") {
			continue
		}
		for _, m := range hrefs.FindAllStringSubmatch(a.body, -1) {
			next := strings.ReplaceAll(m[1], "&amp;", "&")
			// The same list sorted and filtered in every way is tried a few times.
			shape, _, _ := strings.Cut(next, "?")
			if !seen[next] && shapes[shape] < 12 {
				shapes[shape]++
				queue = append(queue, next)
			}
		}
	}
	return n
}
