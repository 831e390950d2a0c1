package pbi

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// flaw is one way in which an answer goes wrong.
type flaw struct {
	name   string
	answer func(e endpoint, w http.ResponseWriter, r *http.Request)
	class  []any // what Error.Class may be
	change func(*Config)
}

func write(w http.ResponseWriter, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	_, _ = io.WriteString(w, body) // the client going away is part of the test
}

func status(code int, header ...string) func(endpoint, http.ResponseWriter, *http.Request) {
	return func(_ endpoint, w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// hang waits until the client has gone.
func hang(r *http.Request) { <-r.Context().Done() }

// reset ends the connection in the rudest way.
func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func short(c *Config) { c.Timeout, c.Stall = 30*time.Millisecond, 15*time.Millisecond }

const jsonType = "application/json; charset=utf-8"

var flaws = []flaw{
	{"cut off", func(e endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, e.good[:len(e.good)*2/3]) }, []any{ClassBroken}, nil},
	{"empty", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, "") }, []any{ClassBroken}, nil},
	{"204 for a list", status(http.StatusNoContent), []any{ClassBroken}, nil},
	{"HTML", func(_ endpoint, w http.ResponseWriter, _ *http.Request) {
		write(w, "text/html", "<html>Sign in "+bearer+"</html>")
	}, []any{ClassBroken}, nil},
	{"HTML called JSON", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, "<html>"+bearer) }, []any{ClassBroken}, nil},
	{"a string", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, `"`+bearer+`"`) }, []any{ClassBroken}, nil},
	{"another object", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, `{"error":{}}`) }, []any{ClassBroken}, nil},
	{"null", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, `null`) }, []any{ClassBroken}, nil},
	{"null list", func(_ endpoint, w http.ResponseWriter, _ *http.Request) {
		write(w, jsonType, `{"value":null,"workspaces":null,"activityEventEntities":null,"artifactAccessEntities":null,"unusedArtifactEntities":null,"itemEntities":null,"accessDetails":null,"domains":null,"id":null,"status":null}`)
	}, []any{ClassBroken}, nil},
	{"list of another type", func(_ endpoint, w http.ResponseWriter, _ *http.Request) {
		write(w, jsonType, `{"value":{},"workspaces":"x","activityEventEntities":1,"artifactAccessEntities":{},"unusedArtifactEntities":true,"itemEntities":{},"accessDetails":{},"domains":{},"id":[],"status":{}}`)
	}, []any{ClassBroken}, nil},
	{"something after it", func(e endpoint, w http.ResponseWriter, _ *http.Request) { write(w, jsonType, e.good+`,{}`) }, []any{ClassBroken}, nil},
	{"100,000 deep", func(_ endpoint, w http.ResponseWriter, _ *http.Request) {
		write(w, jsonType, strings.Repeat(`{"value":[`, 50_000)+strings.Repeat(`]}`, 50_000))
	}, []any{ClassBroken}, nil},
	{"gzip in name only", func(e endpoint, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		write(w, jsonType, e.good)
	}, []any{ClassBroken}, nil},
	{"gzip with a wrong byte", func(e endpoint, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := pack(e.good)
		packed[len(packed)-6] ^= 0xff
		write(w, jsonType, string(packed))
	}, []any{ClassBroken}, nil},
	{"gzip cut off", func(e endpoint, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := pack(e.good)
		write(w, jsonType, string(packed[:len(packed)-12]))
	}, []any{ClassNetwork, ClassBroken}, nil},
	{"too large", func(e endpoint, w http.ResponseWriter, _ *http.Request) {
		write(w, jsonType, strings.Repeat(" ", 4<<10)+e.good)
	}, []any{ClassTooLarge}, func(c *Config) { c.MaxBytes = 1 << 10 }},
	{"hangs before the header", func(_ endpoint, _ http.ResponseWriter, r *http.Request) { hang(r) }, []any{ClassTimeout}, short},
	{"hangs in the body", func(e endpoint, w http.ResponseWriter, r *http.Request) {
		write(w, jsonType, e.good[:len(e.good)-1])
		_ = http.NewResponseController(w).Flush()
		hang(r)
	}, []any{ClassTimeout}, short},
	{"reset before the header", func(_ endpoint, w http.ResponseWriter, _ *http.Request) { reset(w) }, []any{ClassNetwork}, nil},
	{"reset in the body", func(e endpoint, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5000")
		write(w, jsonType, e.good[:5])
		_ = http.NewResponseController(w).Flush()
		reset(w)
	}, []any{ClassNetwork}, nil},
	{"redirect elsewhere", status(http.StatusTemporaryRedirect, "Location", "https://evil.example/"), []any{ClassAnswer}, nil},
	{"500", status(500), []any{ClassAnswer}, nil},
	{"502", status(502), []any{ClassAnswer}, nil},
	{"503", status(503), []any{ClassAnswer}, nil},
	{"504", status(504), []any{ClassAnswer}, nil},
	{"429 with 0", status(429, "Retry-After", "0"), []any{ClassAnswer}, nil},
	{"429 with -1", status(429, "Retry-After", "-1"), []any{ClassAnswer}, nil},
	{"429 with a thousand million", status(429, "Retry-After", "1000000000"), []any{ClassAnswer}, nil},
	{"429 with a far date", status(429, "Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"), []any{ClassAnswer}, nil},
	{"hangs, one byte at a time", func(e endpoint, w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(e.good)-1 && r.Context().Err() == nil; i++ {
			write(w, jsonType, e.good[i:i+1])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
		hang(r)
	}, []any{ClassTimeout}, short},
	{"unknown certificate", nil, []any{ClassNetwork}, secured(false)},
	{"certificate over", nil, []any{ClassNetwork}, secured(true)},
	{"no such host", nil, []any{ClassNetwork}, func(c *Config) {
		c.API, c.Fabric = "https://api.invalid/v1.0/myorg", "https://api.invalid/v1"
	}},
	{"connection refused", nil, []any{ClassNetwork}, func(c *Config) {
		c.API, c.Fabric = "http://127.0.0.1:1/v1.0/myorg", "http://127.0.0.1:1/v1"
	}},
	{"503 that names no end", status(503, "Retry-After", "99999999999999999999"), []any{ClassAnswer}, nil},
	{"429 without Retry-After", status(429), []any{ClassAnswer}, nil},
	{"429 with an absurd one", status(429, "Retry-After", "1e300"), []any{ClassAnswer}, nil},
	{"429 with a past date", status(429, "Retry-After", "Mon, 01 Jan 2001 00:00:00 GMT"), []any{ClassAnswer}, nil},
	{"429 with nonsense", status(429, "Retry-After", "later, maybe"), []any{ClassAnswer}, nil},
	{"401 for ever", status(401), []any{ClassAnswer}, nil},
	{"403 for ever", status(403), []any{ClassAnswer}, nil},
	{"404", status(404), []any{ClassAnswer}, nil},
	{"418", status(418), []any{ClassAnswer}, nil},
}

func pack(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s) // cannot fail in memory
	_ = z.Close()
	return b.Bytes()
}

// secured points the clients at a server whose certificate nobody vouches for, or
// whose certificate somebody vouches for but which is over.
func secured(over bool) func(*Config) {
	srv := strange()
	return func(c *Config) {
		c.API, c.Fabric = srv.URL+"/v1.0/myorg", srv.URL+"/v1"
		c.Transport = &http.Transport{DisableKeepAlives: true}
		if over {
			roots := x509.NewCertPool()
			roots.AddCert(srv.Certificate())
			c.Transport = &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots,
				Time: func() time.Time { return srv.Certificate().NotAfter.Add(time.Hour) }}}
		}
	}
}

// strange is a server with a certificate of its own making. It lives as long as
// the tests do; whatever reaches it would be a request to a stranger.
var strange = sync.OnceValue(func() *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		panic("a request with " + r.Header.Get("Authorization") + " reached a stranger")
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	return srv
})
