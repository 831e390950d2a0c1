package sitetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAPIWithstandsNonsense sends what makes no sense to every operation with a
// token that may all: no answer is a 5xx, whatever is sent. STEWARD_LONG=1
// sends all of it, more than ten thousand; without it a sample.
func TestAPIWithstandsNonsense(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	token, _ := s.tokenOf(t, s.persona(t, "part-everything"), "read", "ask", "scan", "run")
	nth, n, sent := 29, 0, 0
	if long() {
		nth = 1
	}
	try := func(method, path, body string, header ...string) {
		if n++; n%nth != 0 {
			return
		}
		sent++
		if a := s.call(method, path, token, body, header...); a.status >= http.StatusInternalServerError {
			t.Errorf("%s %.200s %.80q: status %d: %.200s", method, path, body, a.status, a.body)
		}
	}
	for _, r := range s.operations() {
		whole, _ := m.apiPath(r, targets()[0])
		for i, v := range nonsense {
			join := "?"
			if strings.Contains(whole, "?") {
				join = "&"
			}
			try(r.Method, whole+join+url.QueryEscape(fields[i%len(fields)])+"="+v, "")
			try(r.Method, whole+join+"cursor="+v+"&limit="+v, "")
			if strings.Contains(r.Path, ":") {
				try(r.Method, parameter.ReplaceAllString(r.Path, url.PathEscape(v)), "{}")
			}
			if r.Method != http.MethodGet {
				for _, name := range []string{"kind", "tenant", "params", "reason", "key", "version", "text", "not_before"} {
					try(r.Method, whole, `{"`+name+`":"`+v+`"}`)
					try(r.Method, whole, `{"kind":"workspace-create","params":{"name":"`+v+`","`+name+`":[{"who":`+v+`}]}}`)
				}
			}
		}
		for _, b := range bodies {
			try(r.Method, whole, b[1], "Content-Type", b[0])
		}
		for _, method := range []string{"PUT", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW"} {
			try(method, whole, "{}")
		}
	}
	t.Logf("%d of %d requests sent", sent, n)
	if n < 10_000 {
		t.Errorf("only %d requests", n)
	}
}
