// Package contract holds Microsoft's own definitions of the Power BI and
// Fabric APIs and checks requests and answers against them. It is support for
// tests only: the client checks what it sends, the stand-in checks what it
// answers, and neither is compared with the other's idea of the API.
//
// The definitions are swagger.json of microsoft/PowerBI-CSharp and the admin
// and platform documents of microsoft/fabric-rest-api-specs, both MIT. Where
// the live service or Microsoft's own examples differ from them, the
// difference is one line in deviations.go with its reason. Unknown fields of
// an answer are allowed, declared ones must have their type. The documents
// declare no error answers for Power BI, so those are checked against the
// known envelopes (envelope.go). Microsoft Graph and the token endpoint are
// not covered: calls to them pass unchecked.
package contract

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// TB is the part of testing.TB that a Checker needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Checker reports every breach of the definitions to a test.
type Checker struct{ tb TB }

// New returns a Checker that reports to tb. The documents are parsed once per
// process, at the first use.
func New(tb TB) *Checker { return &Checker{tb: tb} }

// Request checks an outgoing request: the operation exists, every parameter is
// declared and has its type, required ones are there, the body fits. The body
// of req can still be read afterwards.
func (c *Checker) Request(req *http.Request) {
	c.tb.Helper()
	body, err := peek(&req.Body)
	if err != nil {
		c.tb.Errorf("contract: %s %s: reading the request body: %v", req.Method, req.URL.Path, err)
		return
	}
	for _, problem := range CheckRequest(req, body) {
		c.tb.Errorf("contract: request %s", problem)
	}
}

// Response checks the answer to req. body is the decoded (not gzipped) body.
func (c *Checker) Response(req *http.Request, status int, header http.Header, body []byte) {
	c.tb.Helper()
	for _, problem := range CheckResponse(req, status, header, body) {
		c.tb.Errorf("contract: answer %s", problem)
	}
}

// RoundTripper returns a transport that checks every request before and every
// answer after handing it to next. It holds each body in memory.
func (c *Checker) RoundTripper(next http.RoundTripper) http.RoundTripper {
	return roundTripper{checker: c, next: next}
}

type roundTripper struct {
	checker *Checker
	next    http.RoundTripper
}

// RoundTrip checks, sends and checks.
func (rt roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	rt.checker.tb.Helper()
	rt.checker.Request(req)
	res, err := rt.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := peek(&res.Body)
	if err != nil {
		_ = res.Body.Close() // the copy that peek left
		return nil, fmt.Errorf("contract: %s %s: reading the answer: %w", req.Method, req.URL.Path, err)
	}
	rt.checker.answer(req, res.StatusCode, res.Header, body)
	return res, nil
}

// Handler returns a handler that checks every request that reaches next and
// every answer it gives: the same check from the server's side.
func (c *Checker) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c.Request(req)
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, req)
		body := rec.Body.Bytes()
		c.answer(req, rec.Code, rec.Header(), body)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body) // the client going away is not a breach
	})
}

// answer checks an answer as it went over the wire.
func (c *Checker) answer(req *http.Request, status int, header http.Header, body []byte) {
	c.tb.Helper()
	unpacked, err := plain(header, body)
	if err != nil {
		c.tb.Errorf("contract: %s %s: %v", req.Method, req.URL.Path, err)
		return
	}
	c.Response(req, status, header, unpacked)
}

// peek reads a body and puts an unread copy in its place.
func peek(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(b))
	return b, err
}

// plain undoes Content-Encoding: gzip.
func plain(header http.Header, body []byte) ([]byte, error) {
	if !strings.EqualFold(header.Get("Content-Encoding"), "gzip") || len(body) == 0 {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("gzip answer: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("gzip answer: %w", err)
	}
	return b, nil
}
