package sitetest

import (
	"net/http"
	"net/url"
	slashpath "path"
	"slices"
	"strings"
	"testing"

	"steward/internal/web/guard/guardtest"
)

// nonsense are values that no form of ours sends.
var nonsense = []string{
	"", "0", "-1", "9223372036854775808", "1e309", "NaN", "null", "undefined", "true", "[]", "{}", "%", "%zz", "%00", "%ff%fe", "%c0%ae%c0%ae", "%ed%a0%80", "%F0%9F%92%A9",
	"..%2f..%2fetc%2fpasswd", "....//", "%5c..%5c", "'", "%22", "%27%20OR%201%3D1--", "1%3BDROP%20TABLE%20session", "%27%29%20UNION%20SELECT%201--", "a%00b", "%0d%0aSet-Cookie%3A%20a%3Db",
	"2026-13-45", "0000-00-00", "9999-12-31", "2026-11-21T25:00:00Z", "-2026-01-01", "%E2%80%AE%E2%81%A6", "%EF%BB%BF", "ws-fin%00", "WS-FIN", strings.Repeat("A", 9000), strings.Repeat("%F0%9F%98%80", 500),
	"%24%7B7*7%7D", "%7B%7B7*7%7D%7D", "%3Cscript%3E", "javascript%3Aalert(1)", "%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "foreign", "99999999",
}

// fields are the names under which values are sent: ours and a stranger's.
var fields = []string{"tenant", "as_of", "since", "sort", "cursor", "limit", "q", "header", "workspace", "item", "principal", "scan", "id", "kind", "rev", "to", "reason", "ends", "name", "next", "return", "for", "state", "theme", "x[y]", "__proto__"}

// bodies are whole bodies with their content type.
var bodies = map[string][2]string{
	"json":          {"application/json", `{"a":[1,{"b":null}]}`},
	"deep json":     {"application/json", strings.Repeat("[", 50000)},
	"cut json":      {"application/json", `{"a":`},
	"xml":           {"application/xml", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`},
	"no type":       {"", "tenant=contoso"},
	"multipart cut": {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"},
	"multipart odd": {"multipart/form-data", "--x--"},
	"a file":        {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"tenant\"; filename=\"../../a\"\r\n\r\ncontoso\r\n--x--\r\n"},
	"many fields":   {"application/x-www-form-urlencoded", strings.Repeat("a=1&", 10000)},
	"same key":      {"application/x-www-form-urlencoded", strings.Repeat("tenant=contoso&tenant=fabrikam&", 100)},
	"a mebibyte":    {"application/x-www-form-urlencoded", "reason=" + strings.Repeat("a", 1<<20)},
	"semicolons":    {"application/x-www-form-urlencoded", "a;b;tenant=contoso"},
	"binary":        {"application/octet-stream", "\x00\xff\xfe\x80"},
	"form of bytes": {"application/x-www-form-urlencoded", "tenant=\xff\xfe&kind=\x00"},
}

// malformed makes the requests: every route with every value in the path, and
// with every field; and every body for routes that take one.
func (m *matrix) malformed(send func(method, path, body, contentType string)) {
	n, nth := 0, 17
	if long() {
		nth = 1
	}
	maybe := func(method, path, body, contentType string) {
		if n++; n%nth == 0 {
			send(method, path, body, contentType)
		}
	}
	for _, r := range m.pages.Table() {
		if r.Path == "/logout" {
			continue
		}
		whole, _, _ := m.request(r, targets()[0])
		whole, _, _ = strings.Cut(whole, "?")
		for i, v := range nonsense {
			path := parameter.ReplaceAllString(r.Path, strings.ReplaceAll(v, "%zz", "%25zz"))
			field := url.QueryEscape(fields[(n+i)%len(fields)])
			if r.Method != http.MethodGet {
				maybe(r.Method, whole, field+"="+v, "application/x-www-form-urlencoded")
				maybe(r.Method, whole, "tenant=contoso&"+field+"="+v+"&"+field+"=x", "application/x-www-form-urlencoded")
			} else {
				maybe(r.Method, whole+"?"+field+"="+v, "", "")
			}
			if path != r.Path {
				maybe(r.Method, path, "", "application/x-www-form-urlencoded")
			}
		}
		for _, b := range bodies {
			if r.Method != http.MethodGet {
				maybe(r.Method, whole, b[1], b[0])
			}
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW"} {
			maybe(method, whole, "", "")
		}
		for _, path := range []string{"/.." + whole, whole + "/", "/" + whole, whole + "%2f..", strings.ReplaceAll(whole, "/", "%2f"), whole + "%00", whole + ";a=b", strings.ToUpper(whole)} {
			maybe(r.Method, path, "", "")
		}
	}
}

// roomTables are the tables, by the beginning of their names, that a form of a
// room may write when it is taken; a form of another room writes to none.
var roomTables = map[string][]string{
	"runs": {"run", "executor_hold"}, "violations": {"violation", "waiver", "message"}, "waivers": {"waiver", "violation", "message"}, "requests": {"request", "run", "message"},
	"policies": {"rule_", "message"}, "approvals": {"delegation", "request", "message"}, "messages": {"message"}, "me": {"preference"}, "setup": {"setup"}, "mine": {"owner_", "message"},
}

func mayWrite(path, table string) bool {
	room, _, _ := strings.Cut(strings.TrimPrefix(slashpath.Clean(path), "/"), "/")
	return slices.ContainsFunc(roomTables[room], func(prefix string) bool { return strings.HasPrefix(table, prefix) })
}

// TestNonsenseIsRefused sends requests that make no sense, as somebody who may
// do everything: none is an error of ours, none panics, none writes a row unless
// it is a form that was taken, and that writes to tables of its own only.
func TestNonsenseIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	cookie := s.allRoles(t)
	cases, done, before := 0, 0, m.watch.Written()
	m.malformed(func(method, path, body, contentType string) {
		if !strings.HasPrefix(path, "/") {
			return
		}
		if _, err := url.ParseRequestURI(path); err != nil {
			return // net/http refuses the line itself
		}
		cases++
		a := s.ask(method, path, body, cookie, "Content-Type", contentType)
		after := m.watch.Written()
		written := guardtest.Between(before, after)
		before = after
		if method == http.MethodPost && (a.status == http.StatusOK || a.status == http.StatusSeeOther) {
			done++ // an odd text is still a text: the form was taken
		} else if path == "/readyz" || strings.HasPrefix(path, "/readyz?") {
			written = slices.DeleteFunc(written, func(s string) bool { return strings.HasPrefix(s, "tenant:") }) // tries a write that changes nothing
		} else if len(written) > 0 {
			t.Errorf("%s %.200s (%s, %.80q): status %d, and it wrote to %v", method, path, contentType, body, a.status, written)
		}
		for _, table := range written {
			if !mayWrite(path, table) {
				t.Errorf("%s %.200s (%s, %.80q): status %d, and it wrote to %s", method, path, contentType, body, a.status, table)
			}
		}
		if a.status >= 500 && a.status != http.StatusNotImplemented {
			t.Errorf("%s %.200s (%s, %.80q): status %d: %s", method, path, contentType, body, a.status, sentence(a.body))
		}
		if strings.Contains(a.header.Get("Set-Cookie"), "a=b") || strings.Contains(a.header.Get("Location"), "evil.example") {
			t.Errorf("%s %.200s: a header was injected: %v", method, path, a.header)
		}
	})
	t.Logf("%d requests, %d of them forms that were taken", cases, done)
}
