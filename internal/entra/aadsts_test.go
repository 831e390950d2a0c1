package entra

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/contract"
	"steward/internal/fault"
)

// TestSamples plays the known token errors and checks what a user reads.
func TestSamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		kind fault.Kind
		say  string
		code int
	}{
		"error_token_700016.json":  {fault.Denied, "Check the client id and the tenant id", 700016},
		"error_token_7000215.json": {fault.Denied, "copy the Value column", 7000215},
		"error_token_7000222.json": {fault.Denied, "has expired", 7000222},
		"error_token_70011.json":   {fault.Invalid, "ending in /.default", 70011},
		"error_token_90002.json":   {fault.Invalid, "Check the tenant id", 90002},
		"error_token_500011.json":  {fault.Invalid, "never used in this tenant", 500011},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sample := contract.Error(name)
			s, _ := newSource(t, newEndpoint(t, func(_ int64, w http.ResponseWriter, r *http.Request) { sample.ServeHTTP(w, r) }), nil)
			_, _, err := s.Token(t.Context())
			var shown *fault.Error
			if !errors.As(err, &shown) || shown.Kind != want.kind || !strings.Contains(shown.Sentence, want.say) {
				t.Fatalf("err = %v (%s)", err, fault.KindOf(err))
			}
			if shown.RequestID != "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7" {
				t.Errorf("request id = %q", shown.RequestID)
			}
			var refused *Refused
			if !errors.As(err, &refused) || len(refused.Codes) != 1 || refused.Codes[0] != want.code {
				t.Errorf("cause = %v", refused)
			}
		})
	}
}

// TestEveryCode checks that each code of the guide has a sentence of its own
// kind that names the app and the code.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for _, code := range []int{700016, 700011, 70001, 7000112, 7000215, 7000222, 7000218, 700024, 700025, 700027, 70002, 70011,
		500011, 650057, 65001, 90002, 90038, 900144, 50034, 50126, 50055, 50057, 50076, 50079, 50020, 53003, 50196,
		90055, 90033, 90024, 50033} {
		s, _ := newSource(t, newEndpoint(t, refuseWith(400, code, "invalid_request")), nil)
		_, _, err := s.Token(t.Context())
		text := fault.Sentence(err)
		if !strings.Contains(text, app) || strings.Contains(text, "%!") {
			t.Errorf("AADSTS%d: %q", code, text)
		}
		var refused *Refused
		if !errors.As(err, &refused) || fault.KindOf(err) != remedies[code].kind {
			t.Errorf("AADSTS%d: %v is %q", code, err, fault.KindOf(err))
		}
	}
}

// TestUnknownCode: an unknown code is shown with where to look it up, and the
// error name decides nothing.
func TestUnknownCode(t *testing.T) {
	t.Parallel()
	s, _ := newSource(t, newEndpoint(t, refuseWith(400, 123456, "brand_new")), nil)
	_, _, err := s.Token(t.Context())
	if !fault.Is(err, fault.Denied) || !strings.Contains(fault.Sentence(err), "error?code=123456") {
		t.Errorf("err = %v", err)
	}
}

func TestUnreadableSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := newEndpoint(t, numbered)
	for name, c := range map[string]struct {
		secret func() (string, error)
		say    string
	}{
		"missing file": {func() (string, error) { b, err := os.ReadFile(filepath.Join(dir, "scanner")); return string(b), err }, filepath.Join(dir, "scanner")},
		"empty":        {func() (string, error) { return "\n", nil }, "is empty"},
		"other":        {func() (string, error) { return "", errors.New("boom " + canary) }, "cannot be read"},
		"classified":   {func() (string, error) { return "", fault.New(fault.Invalid, "Set the variable X.") }, "Set the variable X."},
	} {
		s, _ := newSource(t, e, func(cfg *Config) { cfg.Secret = c.secret })
		_, _, err := s.Token(t.Context())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.say) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d token requests without a secret", n)
	}
}

// TestClouds compares the table with the documented one.
func TestClouds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][5]string{ // authority, scope, API, app, Graph's scope
		"public":  {"https://login.microsoftonline.com", "https://analysis.windows.net/powerbi/api/.default", "https://api.powerbi.com/v1.0/myorg", "https://app.powerbi.com", "https://graph.microsoft.com/.default"},
		"gcc":     {"https://login.microsoftonline.com", "https://analysis.usgovcloudapi.net/powerbi/api/.default", "https://api.powerbigov.us/v1.0/myorg", "https://app.powerbigov.us", "https://graph.microsoft.com/.default"},
		"gcchigh": {"https://login.microsoftonline.us", "https://high.analysis.usgovcloudapi.net/powerbi/api/.default", "https://api.high.powerbigov.us/v1.0/myorg", "https://app.high.powerbigov.us", "https://graph.microsoft.us/.default"},
		"dod":     {"https://login.microsoftonline.us", "https://mil.analysis.usgovcloudapi.net/powerbi/api/.default", "https://api.mil.powerbigov.us/v1.0/myorg", "https://app.mil.powerbigov.us", "https://dod-graph.microsoft.us/.default"},
		"china":   {"https://login.chinacloudapi.cn", "https://analysis.chinacloudapi.cn/powerbi/api/.default", "https://api.powerbi.cn/v1.0/myorg", "https://app.powerbi.cn", "https://microsoftgraph.chinacloudapi.cn/.default"},
	} {
		e, err := Cloud(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := [5]string{e.Authority, e.Scope(), e.API, e.App, e.GraphScope()}; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if _, err := New(Config{Authority: e.Authority, TenantID: tenant, ClientID: app, Scope: e.Scope(), Secret: func() (string, error) { return "", nil }}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Cloud("moon"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "china, dod, gcc, gcchigh, public") {
		t.Errorf("unknown cloud: %v", err)
	}
}
