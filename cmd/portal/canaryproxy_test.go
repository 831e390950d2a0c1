package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// tap stands between the portal and the stand-in. It writes down every token
// and code that passes, and makes the answers wrong in the ways that most
// easily carry a secret into an error: cut short, or repeating what was sent.
type tap struct {
	url  string
	mu   sync.Mutex
	mode string
	// secrets are what passed, by what it is.
	secrets map[string]string
	struck  map[string]int
	known   map[string]bool
}

// tapped starts a tap in front of the stand-in at to.
func tapped(t *testing.T, to string) *tap {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{secrets: map[string]string{}, struck: map[string]int{}, known: map[string]bool{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding") // the transport unpacks what it asked for itself
		},
		ModifyResponse: p.note,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := p.sent(r)
		p.mu.Lock()
		mode := p.mode
		p.mu.Unlock()
		if mode == "" || !p.wrong(w, r, mode, sent) {
			proxy.ServeHTTP(w, r)
			return
		}
		p.mu.Lock()
		p.struck[mode]++
		p.mu.Unlock()
	}))
	t.Cleanup(srv.Close)
	p.url = srv.URL
	return p
}

func (p *tap) set(mode string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = mode
	delete(p.struck, mode)
}

func (p *tap) bad() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode != ""
}

// patience ends shortly after the present fault struck for the first time, or
// after a minute.
func (p *tap) patience() <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for n, after := 0, 0; n < 1200 && after < 10; n++ {
			<-tick.C
			p.mu.Lock()
			if p.mode != "" && p.struck[p.mode] > 0 {
				after++
			}
			p.mu.Unlock()
		}
	}()
	return over
}

func (p *tap) keep(what, secret string) {
	if secret == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[secret] {
		return
	}
	p.known[secret] = true
	p.secrets[fmt.Sprintf("%s %d", what, len(p.secrets))] = secret
}

// sent reads what the portal sends and keeps the secrets in it; it returns all
// of it as text, to repeat.
func (p *tap) sent(r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.keep("access token as sent", bearer)
	if form, err := url.ParseQuery(string(body)); err == nil {
		p.keep("PKCE verifier", form.Get("code_verifier"))
		p.keep("code as sent", form.Get("code"))
	}
	return r.Header.Get("Authorization") + " " + string(body)
}

// note keeps the tokens and codes of an answer.
func (p *tap) note(r *http.Response) error {
	if to, err := url.Parse(r.Header.Get("Location")); err == nil {
		p.keep("code", to.Query().Get("code"))
	}
	if !strings.HasSuffix(r.Request.URL.Path, "/token") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var tokens map[string]any
	_ = json.Unmarshal(body, &tokens)
	for _, name := range []string{"access_token", "id_token", "refresh_token"} {
		if s, ok := tokens[name].(string); ok {
			p.keep(name, s)
		}
	}
	return nil
}

// tokenWrongs and callWrongs are what goes wrong where tokens are given and
// where they are used.
var (
	tokenWrongs = []string{"token cut", "token as page", "token 401 with echo", "token 500 with echo", "token reset", "token redirect", "token TLS", "token 200 with error"}
	callWrongs  = []string{"call 401 with echo", "call 403 with echo", "call page", "call cut", "call reset", "call 500 with echo", "call redirect"}
)

// wrong answers wrongly, if the mode is about such a request.
func (p *tap) wrong(w http.ResponseWriter, r *http.Request, mode, sent string) bool {
	isToken := strings.HasSuffix(r.URL.Path, "/token")
	isCall := r.Header.Get("Authorization") != "" && !isToken
	if !strings.HasPrefix(mode, "token ") && !isCall || strings.HasPrefix(mode, "token ") && !isToken {
		return false
	}
	const planted = "eyJhbGciOiJSUzI1NiJ9.cGxhbnRlZC1jYW5hcnktdG9rZW4tb2YtdGhlLXRlc3Q.c2lnbmF0dXJlLW9mLXRoZS1jYW5hcnk"
	p.mu.Lock()
	p.secrets["planted token"] = planted
	p.mu.Unlock()
	quoted, _ := json.Marshal(sent)
	answer := func(status int, kind, body string) bool {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="`+planted+`"`)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	_, what, _ := strings.Cut(mode, " ")
	switch what {
	case "cut":
		return answer(200, "application/json", `{"token_type":"Bearer","expires_in":3599,"access_token":"`+planted+`","value":[{"sent":`+string(quoted))
	case "as page", "page":
		return answer(200, "text/html", "<html><title>Sign in</title><p>"+planted+"</p><p>"+sent+"</p>")
	case "401 with echo":
		return answer(401, "application/json", `{"error":"invalid_client","error_description":`+string(quoted)+`,"error_uri":"https://x/?t=`+planted+`"}`)
	case "403 with echo":
		return answer(403, "application/json", `{"error":{"code":"Forbidden","message":`+string(quoted)+`,"details":[{"message":"`+planted+`"}]}}`)
	case "500 with echo":
		return answer(500, "text/plain", "cannot handle "+sent+" and "+planted)
	case "200 with error":
		return answer(200, "application/json", `{"error":"temporarily_unavailable","error_description":`+string(quoted)+`}`)
	case "redirect":
		w.Header().Set("Location", p.url+"/elsewhere?token="+planted+"&sent="+url.QueryEscape(sent))
		return answer(307, "text/plain", sent)
	case "TLS", "reset":
		return p.drop(w, what == "TLS")
	}
	return false
}

// modes are the faults that a run tries: all of them, or every third.
func modes() []string {
	all := append(append([]string{}, tokenWrongs...), callWrongs...)
	if os.Getenv("STEWARD_LONG") == "1" {
		return all
	}
	var some []string
	for i := 0; i < len(all); i += 3 {
		some = append(some, all[i])
	}
	return some
}

// drop ends the connection, with the beginning of another protocol or with none.
func (p *tap) drop(w http.ResponseWriter, alert bool) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	if alert {
		_ = tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS13}).Handshake() //nolint:noctx // it fails at once, on purpose
	}
	_ = conn.Close()
	return true
}
