package app

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"steward/internal/auth"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/scan"
	"steward/internal/secret"
)

// collector is a receiver of traces that reads them by OpenTelemetry's own
// definition of the message.
type collector struct {
	mu    sync.Mutex
	raw   strings.Builder
	spans []*otlp.Span
	wrong []string
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var m otlp.TracesData
	if err == nil {
		err = protojson.Unmarshal(body, &m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "Bearer s3cret-of-the-collector" {
		c.wrong = append(c.wrong, r.Header.Get("Content-Type")+" "+string(body))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.raw.Write(body)
	for _, resource := range m.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

// TestTracesReachACollector scans, reads pages and stops, and looks at what a
// collector got: which call belongs to which scan, and no name of anybody.
func TestTracesReachACollector(t *testing.T) {
	t.Parallel()
	got := &collector{}
	at := httptest.NewServer(got)
	defer at.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cret-of-the-collector"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.cfg.Tracing = config.Tracing{Endpoint: at.URL + "/v1/traces", Token: secret.File(token)}
	s = openSite(t, s.cloud, s.cfg)
	if _, err := s.runScan(t.Context(), s.Tenants[0], scan.Request{Kind: db.ScanFull, Cause: "command"}); err != nil {
		t.Fatal(err)
	}
	var id, name string
	if err := s.DB.Reader().QueryRow(t.Context(), `SELECT i.guid, w.name FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.name LIKE '%-PROD' AND w.to_scan IS NULL LIMIT 1`).Scan(&id, &name); err != nil {
		t.Fatal(err)
	}
	ada := s.someone("ada", auth.Auditor)
	if w := ada.send(http.MethodGet, "/workspaces/"+s.tenant()+"/"+id, nil); w.Code != http.StatusOK {
		t.Fatalf("the page answers %d", w.Code)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got.mu.Lock()
	defer got.mu.Unlock()
	if len(got.wrong) > 0 {
		t.Fatalf("not a message of OTLP: %s", got.wrong[0])
	}
	byName := map[string]*otlp.Span{}
	for _, span := range got.spans {
		byName[span.GetName()] = span
	}
	root, call, page := byName["scan"], byName["admin/workspaces/getInfo"], byName["GET /workspaces/:tenant/:id"]
	if root == nil || call == nil || page == nil {
		t.Fatalf("of %d spans one is missing: scan %v, call %v, page %v", len(got.spans), root != nil, call != nil, page != nil)
	}
	if string(call.GetParentSpanId()) != string(root.GetSpanId()) || string(call.GetTraceId()) != string(root.GetTraceId()) {
		t.Errorf("the call (%x) is not below the scan (%x)", call.GetParentSpanId(), root.GetSpanId())
	}
	if string(page.GetTraceId()) == string(root.GetTraceId()) {
		t.Error("a page belongs to the scan")
	}
	if id := attributeOf(call, "microsoft.request_id"); id == "" || attributeOf(call, "http.response.status_code") != "202" {
		t.Errorf("the call has the request id %q and the status %s", id, attributeOf(call, "http.response.status_code"))
	}
	for _, secret := range []string{id, name, ada.person.Name + "@", "s3cret", s.tenant(), s.cfg.Tenants[0].TenantID} {
		if strings.Contains(got.raw.String(), secret) {
			t.Errorf("a trace holds %q (%s)", secret, hex.EncodeToString([]byte(secret)))
		}
	}
}

func attributeOf(span *otlp.Span, key string) string {
	for _, a := range span.GetAttributes() {
		if a.GetKey() == key {
			if text := a.GetValue().GetStringValue(); text != "" {
				return text
			}
			return a.GetValue().String()[len("int_value:"):]
		}
	}
	return ""
}
