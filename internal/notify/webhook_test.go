package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/notify"
	"steward/internal/secret"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

func pool(s *httptest.Server) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(s.Certificate())
	return p
}

func ref(t *testing.T, text string) secret.Ref {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var r secret.Ref
	if err := r.UnmarshalText([]byte("file:" + file)); err != nil {
		t.Fatal(err)
	}
	return r
}

func hook(t *testing.T, address string, r notify.Reach) notify.Hook {
	t.Helper()
	return notify.Hook{URL: ref(t, address), Key: ref(t, "the key"), Client: r.Client(), Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}
}

// receiver answers with what it is told and keeps what it got.
type receiver struct {
	*httptest.Server
	status int
	header http.Header
	body   []byte
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusAccepted}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.header = q.Header
		r.body, _ = io.ReadAll(q.Body)
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	r := receive(t)
	if err := hook(t, r.URL, notify.Reach{Roots: pool(r.Server), Allow: loopback}).Webhook(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte("the key"))
	mac.Write([]byte("1800000000."))
	mac.Write(r.body)
	if got, want := r.header.Get("Steward-Signature"), "t=1800000000,v1="+hex.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	var got map[string]any
	if err := json.Unmarshal(r.body, &got); err != nil || got["event"] != "request.decide" || got["number"] != 7.0 || got["link"] != asked.Link || r.header.Get("Steward-Delivery") != "7" {
		t.Errorf("%v: %s, header %v", err, r.body, r.header)
	}
}

// TestTeamsCard reads what a workflow of Teams gets; a name is no Markdown.
func TestTeamsCard(t *testing.T) {
	t.Parallel()
	r := receive(t)
	m := asked
	m.Says = "About [click here](https://evil.example) **now**"
	if err := hook(t, r.URL, notify.Reach{Roots: pool(r.Server), Allow: loopback}).Teams(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				Body          []struct {
					Type    string
					Inlines []struct{ Type, Text string }
				}
				Actions []struct{ Type, URL string }
			}
		}
	}
	if err := json.Unmarshal(r.body, &got); err != nil || got.Type != "message" || len(got.Attachments) != 1 {
		t.Fatalf("%v: %s", err, r.body)
	}
	c := got.Attachments[0].Content
	if got.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || c.Type != "AdaptiveCard" || c.Actions[0].URL != m.Link {
		t.Errorf("%s", r.body)
	}
	for _, b := range c.Body {
		if b.Type != "RichTextBlock" || b.Inlines[0].Type != "TextRun" {
			t.Errorf("a %s understands Markdown: %s", b.Type, r.body)
		}
	}
	if c.Body[0].Inlines[0].Text != m.Says || r.header.Get("Steward-Signature") != "" {
		t.Errorf("%s", r.body)
	}
}

func TestWhatReceiversAnswer(t *testing.T) {
	t.Parallel()
	r := receive(t)
	h := hook(t, r.URL+"/very-secret-path", notify.Reach{Roots: pool(r.Server), Allow: loopback})
	for status, final := range map[int]bool{200: false, 202: false, 204: false, 301: true, 307: true, 400: true, 401: true, 404: true, 408: false, 410: true, 429: false, 500: false, 503: false} {
		r.status = status
		err := h.Webhook(t.Context(), asked)
		if (err == nil) != (status < 300) || notify.IsPermanent(err) != final {
			t.Errorf("%d: %v, final %v", status, err, notify.IsPermanent(err))
		}
		if err != nil && strings.Contains(err.Error(), "very-secret") {
			t.Errorf("%d: the address is in the error: %v", status, err)
		}
	}
	r.Close()
	if err := h.Webhook(t.Context(), asked); err == nil || notify.IsPermanent(err) || strings.Contains(err.Error(), "very-secret") {
		t.Errorf("nobody there: %v", err)
	}
	other := receive(t)
	if err := hook(t, other.URL, notify.Reach{Allow: loopback}).Webhook(t.Context(), asked); err == nil || !strings.Contains(notify.Says(err), "notify.ca") {
		t.Errorf("a certificate of a stranger: %v", err)
	}
}
