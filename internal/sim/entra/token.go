package entra

import (
	"crypto/subtle"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"steward/internal/sim/rest"
)

// loopLimit is how many tokens an app may ask for in a minute before Entra calls
// it a loop. A client that caches its tokens asks for one an hour.
const loopLimit = 300

// token is the endpoint of apps (client credentials) and of the portal (codes).
func (s *Service) token(c *rest.Call) {
	tenant := c.Param("tenant")
	if !s.tenantKnown(tenant) {
		s.refuse(c, noTenant(tenant))
		return
	}
	form, err := readForm(c)
	if err != nil {
		s.refuse(c, missing("grant_type"))
		return
	}
	if id, secret, ok := c.R.BasicAuth(); ok && form.Get("client_id") == "" {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	switch grantType := form.Get("grant_type"); grantType {
	case "client_credentials":
		s.clientCredentials(c, form)
	case "authorization_code":
		s.redeem(c, form)
	case "":
		s.refuse(c, missing("grant_type"))
	default:
		s.refuse(c, refusal{400, "unsupported_grant_type", 70003,
			"The app requested an unsupported grant type '" + url.QueryEscape(grantType) + "'."})
	}
}

func readForm(c *rest.Call) (url.Values, error) {
	if err := c.R.ParseForm(); err != nil {
		return nil, fmt.Errorf("read the token request: %w", err)
	}
	return c.R.PostForm, nil
}

func (s *Service) clientCredentials(c *rest.Call, form url.Values) {
	id := form.Get("client_id")
	if id == "" {
		s.refuse(c, missing("client_id"))
		return
	}
	app, ok := s.App(id)
	switch {
	case !ok || !strings.EqualFold(app.ClientID, id):
		s.refuse(c, s.noApp(id))
		return
	case app.Switches.Disabled:
		s.refuse(c, appDisabled(id))
		return
	}
	if r := s.authenticate(c, app, form); r != nil {
		s.refuse(c, *r)
		return
	}
	resource, r := s.resource(c, form)
	if r != nil {
		s.refuse(c, *r)
		return
	}
	if s.looping(app.ClientID, c.Now) {
		s.refuse(c, loop())
		return
	}
	s.issue(c, app, resource)
}

// authenticate checks the app's secret or its signed assertion.
func (s *Service) authenticate(c *rest.Call, app App, form url.Values) *refusal {
	if form.Get("client_assertion") != "" {
		return s.checkAssertion(c, app, form)
	}
	secret := form.Get("client_secret")
	var r refusal
	switch {
	case secret == "":
		r = noCredential()
	case app.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(app.Secret)) != 1:
		r = badSecret(app.ClientID)
	case app.Switches.SecretExpired:
		r = oldSecret(app.ClientID)
	default:
		return nil
	}
	return &r
}

// resource reads what the token is for: v2 has a scope that ends in /.default,
// v1 a bare resource.
func (s *Service) resource(c *rest.Call, form url.Values) (string, *refusal) {
	if c.Op.ID == "TokenV1" {
		name := form.Get("resource")
		if name == "" {
			r := missing("resource")
			return "", &r
		}
		return s.knownResource(name)
	}
	scopes := strings.Fields(form.Get("scope"))
	scopes = slices.DeleteFunc(scopes, func(x string) bool {
		return x == "openid" || x == "profile" || x == "offline_access"
	})
	if len(scopes) != 1 || !strings.HasSuffix(scopes[0], "/.default") {
		r := badScope(url.QueryEscape(form.Get("scope")))
		return "", &r
	}
	return s.knownResource(strings.TrimSuffix(scopes[0], "/.default"))
}

// knownResource maps the names of the three APIs, in every cloud and on
// loopback, to the audience of the token.
func (s *Service) knownResource(name string) (string, *refusal) {
	n := strings.ToLower(strings.TrimRight(name, "/"))
	u, err := url.Parse(n)
	if err == nil && u.Host != "" {
		host := u.Hostname()
		switch {
		case strings.HasPrefix(host, "analysis.") || strings.HasPrefix(host, "high.analysis.") || strings.HasPrefix(host, "mil.analysis."),
			isLoopback(host) && strings.HasSuffix(u.Path, "/powerbi"):
			return PowerBIResource, nil
		case strings.HasPrefix(host, "api.fabric."), isLoopback(host) && strings.HasSuffix(u.Path, "/fabric"):
			return FabricResource, nil
		case strings.Contains(host, "graph."), isLoopback(host) && strings.HasSuffix(u.Path, "/graph"):
			return GraphResource, nil
		}
	}
	r := s.noResource(url.QueryEscape(name))
	return "", &r
}

func isLoopback(host string) bool { return host == "127.0.0.1" || host == "localhost" || host == "::1" }

func (s *Service) looping(app string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := slices.DeleteFunc(s.requests[app], func(t time.Time) bool { return now.Sub(t) >= time.Minute || t.After(now) })
	if s.cfg.Enforce && len(recent) >= loopLimit {
		s.requests[app] = recent
		return true
	}
	s.requests[app] = append(recent, now)
	return false
}

func (s *Service) issue(c *rest.Call, app App, resource string) {
	now := c.Now
	claims := map[string]any{
		"aud": resource, "iss": "https://sts.windows.net/" + s.cfg.TenantID + "/",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + TokenLifetime,
		"appid": app.ClientID, "appidacr": "1", "idtyp": "app", "oid": app.ObjectID, "sub": app.ObjectID,
		"tid": s.cfg.TenantID, "uti": s.cfg.NewID(), "ver": "1.0",
	}
	if resource != GraphResource && app.Switches.PowerBIConsent {
		claims["roles"] = []string{"Tenant.Read.All"}
	}
	if resource == GraphResource {
		var roles []string
		if app.Switches.GraphGroups {
			roles = append(roles, "GroupMember.Read.All")
		}
		if app.Switches.GraphUsers {
			roles = append(roles, "User.Read.All")
		}
		claims["roles"] = roles
	}
	signed, err := s.sign(claims)
	if err != nil {
		c.Fail(rest.Failure{Status: 500, Message: "The token could not be signed."})
		return
	}
	c.W.Header().Set("Cache-Control", "no-store, no-cache")
	if c.Op.ID == "TokenV1" {
		c.JSON(200, map[string]any{"token_type": "Bearer", "expires_in": fmt.Sprint(TokenLifetime),
			"ext_expires_in": fmt.Sprint(TokenLifetime), "expires_on": fmt.Sprint(now.Unix() + TokenLifetime),
			"not_before": fmt.Sprint(now.Unix()), "resource": resource, "access_token": signed})
		return
	}
	c.JSON(200, map[string]any{"token_type": "Bearer", "expires_in": TokenLifetime,
		"ext_expires_in": TokenLifetime, "access_token": signed})
}

func (s *Service) sign(claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: s.keys.current()},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("make a signer: %w", err)
	}
	out, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return out, nil
}
