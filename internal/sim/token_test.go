package sim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"steward/internal/contract"
	"steward/internal/sim"
	"steward/internal/sim/entra"
)

// secretForm is a good token request of the scanner.
func (b *bundle) secretForm() url.Values {
	a, _ := b.cloud.Entra.App("scanner")
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {a.ClientID}, "client_secret": {a.Secret},
		"scope": {entra.PowerBIResource + "/.default"}}
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit   func(url.Values)
		app    func(*entra.Switches)
		tenant string
		code   int
		sample string
	}{
		"wrong secret":     {edit: func(v url.Values) { v.Set("client_secret", "x") }, code: 7000215, sample: "error_token_7000215.json"},
		"expired secret":   {app: func(s *entra.Switches) { s.SecretExpired = true }, code: 7000222, sample: "error_token_7000222.json"},
		"unknown app":      {edit: func(v url.Values) { v.Set("client_id", "11111111-2222-3333-4444-555555555555") }, code: 700016, sample: "error_token_700016.json"},
		"app by its name":  {edit: func(v url.Values) { v.Set("client_id", "scanner") }, code: 700016, sample: "error_token_700016.json"},
		"disabled app":     {app: func(s *entra.Switches) { s.Disabled = true }, code: 7000112},
		"unknown tenant":   {tenant: "fabrikam.example", code: 90002, sample: "error_token_90002.json"},
		"scope not scoped": {edit: func(v url.Values) { v.Set("scope", "user.read") }, code: 70011, sample: "error_token_70011.json"},
		"two scopes":       {edit: func(v url.Values) { v.Set("scope", "a/.default b/.default") }, code: 70011, sample: "error_token_70011.json"},
		"unknown resource": {edit: func(v url.Values) { v.Set("scope", "https://example.com/.default") }, code: 500011, sample: "error_token_500011.json"},
		"no secret":        {edit: func(v url.Values) { v.Del("client_secret") }, code: 7000218},
		"no client":        {edit: func(v url.Values) { v.Del("client_id") }, code: 900144},
		"no grant":         {edit: func(v url.Values) { v.Del("grant_type") }, code: 900144},
		"another grant":    {edit: func(v url.Values) { v.Set("grant_type", "password") }, code: 70003},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if c.app != nil {
				if err := b.cloud.Entra.Change("scanner", c.app); err != nil {
					t.Fatal(err)
				}
			}
			form, to := b.secretForm(), b.tokenURL()
			if c.edit != nil {
				c.edit(form)
			}
			if c.tenant != "" {
				to = strings.Replace(to, b.world.Config().TenantID, c.tenant, 1)
			}
			r := b.form(to, form)
			var got struct {
				Codes       []int  `json:"error_codes"`
				Description string `json:"error_description"`
			}
			r.decode(&got)
			if len(got.Codes) != 1 || got.Codes[0] != c.code || !strings.HasPrefix(got.Description, "AADSTS") {
				t.Errorf("answer is %d %s; want code %d", r.status, r.body, c.code)
			}
			if strings.Contains(string(r.body), form.Get("client_secret")) && form.Get("client_secret") != "x" && form.Has("client_secret") {
				t.Error("the answer repeats the secret")
			}
			if c.sample != "" {
				sameShape(t, contract.Error(c.sample), r)
			}
		})
	}
}

// sameShape compares status, error word and keys with a sample.
func sameShape(t *testing.T, want contract.ErrorSample, got reply) {
	t.Helper()
	var w, g map[string]any
	got.decode(&g)
	if err := json.Unmarshal(want.Body, &w); err != nil {
		t.Fatal(err)
	}
	if want.Status != got.status || w["error"] != g["error"] || !reflect.DeepEqual(keysOf(w), keysOf(g)) {
		t.Errorf("answer %d %s\nis not like %d %s", got.status, got.body, want.Status, want.Body)
	}
}

func keysOf(m map[string]any) map[string]bool {
	out := map[string]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

func TestTokenVariants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.form(b.tokenURL(), b.secretForm())
	m := r.ok()
	if m["expires_in"] != 3599.0 || m["token_type"] != "Bearer" || m["refresh_token"] != nil {
		t.Errorf("v2 answers %v", m)
	}
	old := b.secretForm()
	old.Del("scope")
	old.Set("resource", entra.PowerBIResource)
	if m := b.form(strings.Replace(b.tokenURL(), "/v2.0/", "/", 1), old).ok(); m["resource"] != entra.PowerBIResource || m["expires_in"] != "3599" {
		t.Errorf("v1 answers %v", m)
	}
	for _, scope := range []string{"https://high.analysis.usgovcloudapi.net/powerbi/api/.default", "https://analysis.chinacloudapi.cn/powerbi/api/.default",
		b.at.Graph + "/.default", b.at.Fabric + "/.default", "https://graph.microsoft.us/.default"} {
		f := b.secretForm()
		f.Set("scope", scope)
		if r := b.form(b.tokenURL(), f); r.status != 200 {
			t.Errorf("%s: %d %s", scope, r.status, r.body)
		}
	}
}

// assert signs a client assertion like Microsoft's library does.
func assert(t *testing.T, key jose.JSONWebKey, thumb string, claims jwt.Claims) string {
	t.Helper()
	opts := (&jose.SignerOptions{}).WithType("JWT").WithHeader("x5t#S256", thumb)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: key.Key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTokenByCertificate(t *testing.T) {
	t.Parallel()
	cert, key, thumb := newCert(t)
	_, other, _ := newCert(t)
	b := setup(t, func(c *sim.Config) {
		c.Apps = sim.DefaultApps(c.World)
		c.Apps[1].Certificates = []entra.Certificate{cert}
	})
	app, _ := b.cloud.Entra.App("executor")
	good := func() jwt.Claims {
		return jwt.Claims{Issuer: app.ClientID, Subject: app.ClientID, Audience: jwt.Audience{b.tokenURL()}, ID: "1",
			Expiry: jwt.NewNumericDate(time.Now().Add(10 * time.Minute)), NotBefore: jwt.NewNumericDate(time.Now())}
	}
	for name, c := range map[string]struct {
		key  jose.JSONWebKey
		edit func(*jwt.Claims)
		ok   bool
	}{
		"good":            {key, func(*jwt.Claims) {}, true},
		"another key":     {other, func(*jwt.Claims) {}, false},
		"another issuer":  {key, func(c *jwt.Claims) { c.Issuer = "x" }, false},
		"another address": {key, func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://example.com"} }, false},
		"expired":         {key, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour)) }, false},
		"not yet":         {key, func(c *jwt.Claims) { c.NotBefore = jwt.NewNumericDate(time.Now().Add(time.Hour)) }, false},
	} {
		claims := good()
		c.edit(&claims)
		r := b.form(b.tokenURL(), url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ClientID},
			"scope":                 {entra.PowerBIResource + "/.default"},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {assert(t, c.key, thumb, claims)}})
		if (r.status == 200) != c.ok || !c.ok && !strings.Contains(string(r.body), "AADSTS700027") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestTokensAtTheServices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	path := map[string]string{"powerbi": b.at.API + "/v1.0/myorg/admin/capacities", "fabric": b.at.Fabric + "/v1/admin/tenantsettings",
		"graph": b.at.Graph + "/v1.0/users"}
	send := func(service, auth string) reply {
		req, err := http.NewRequest("GET", path[service], nil)
		if err != nil {
			t.Fatal(err)
		}
		if auth != "" {
			req.Header.Set("Authorization", auth)
		}
		return b.do(req)
	}
	powerbi, graph := b.as("scanner", entra.PowerBIResource), b.as("scanner", entra.GraphResource)
	for name, c := range map[string]struct {
		service, auth string
		status        int
		part          string
	}{
		"none":                  {"powerbi", "", 403, ""},
		"rubbish":               {"powerbi", "Bearer rubbish", 403, "InvalidToken"},
		"another scheme":        {"powerbi", "Basic " + powerbi, 403, ""},
		"damaged":               {"powerbi", "Bearer " + powerbi[:len(powerbi)-8] + "AAAAAAAA", 403, "InvalidToken"},
		"for graph":             {"powerbi", "Bearer " + graph, 403, "InvalidToken"},
		"good":                  {"powerbi", "Bearer " + powerbi, 200, "value"},
		"power bi's at fabric":  {"fabric", "Bearer " + powerbi, 200, "value"},
		"none at fabric":        {"fabric", "", 401, "errorCode"},
		"none at graph":         {"graph", "", 401, "InvalidAuthenticationToken"},
		"power bi's at graph":   {"graph", "Bearer " + powerbi, 401, "InvalidAuthenticationToken"},
		"rubbish at fabric":     {"fabric", "Bearer x.y.z", 401, "InvalidToken"},
		"graph's own":           {"graph", "Bearer " + graph, 200, "value"},
		"none algorithm signed": {"powerbi", "Bearer eyJhbGciOiJub25lIn0.e30.", 403, "InvalidToken"},
	} {
		r := send(c.service, c.auth)
		if r.status != c.status || !strings.Contains(string(r.body), c.part) {
			t.Errorf("%s: %d %s; want %d %s", name, r.status, r.body, c.status, c.part)
		}
	}
	b.clock.Advance(time.Hour)
	send("powerbi", "Bearer "+powerbi).want(403, "TokenExpired")
	send("fabric", "Bearer "+powerbi).want(401, "TokenExpired")
	b.clock.Advance(-48 * time.Hour)
	send("powerbi", "Bearer "+powerbi).want(200, "value")
	b.cloud.Entra.RotateKeys(false)
	send("powerbi", "Bearer "+powerbi).want(200, "value")
	b.cloud.Entra.RotateKeys(true)
	send("powerbi", "Bearer "+powerbi).want(403, "InvalidToken")
}

func TestSettingsOpenTheAPIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		edit   func(*entra.Switches)
		path   string
		status int
		header string
		part   string
	}{
		"not in the group":      {func(s *entra.Switches) { s.InSecurityGroup = false }, "/v1.0/myorg/admin/capacities", 401, "ServicePrincipalIsNotAllowedByTenantAdminSwitch", ""},
		"admin setting off":     {func(s *entra.Switches) { s.ReadAdminAPIs = false }, "/v1.0/myorg/admin/capacities", 401, "ServicePrincipalIsNotAllowedByTenantAdminSwitch", ""},
		"consented permission":  {func(s *entra.Switches) { s.PowerBIConsent = true }, "/v1.0/myorg/admin/capacities", 401, "PowerBINotAuthorizedException", "PowerBINotAuthorizedException"},
		"public setting off":    {func(s *entra.Switches) { s.PublicAPIs = false }, "/v1.0/myorg/groups", 401, "ServicePrincipalIsNotAllowedByTenantAdminSwitch", ""},
		"admin off at fabric":   {func(s *entra.Switches) { s.ReadAdminAPIs = false }, "/v1/admin/workspaces", 403, "", "InsufficientPrivileges"},
		"no permission, graph":  {func(s *entra.Switches) { s.GraphUsers, s.GraphGroups = false, false }, "/v1.0/users", 403, "", "Authorization_RequestDenied"},
		"groups only, at graph": {func(s *entra.Switches) { s.GraphUsers = false }, "/v1.0/users", 403, "", "Authorization_RequestDenied"},
	} {
		if err := b.cloud.Entra.Change("scanner", func(s *entra.Switches) { *s = entra.AllOn(); c.edit(s) }); err != nil {
			t.Fatal(err)
		}
		r := b.get(c.path)
		if r.status != c.status || r.header.Get("X-PowerBI-Error-Info") != c.header || !strings.Contains(string(r.body), c.part) || c.part == "" && len(r.body) > 0 {
			t.Errorf("%s: %d %q %s", name, r.status, r.header.Get("X-PowerBI-Error-Info"), r.body)
		}
	}
}
