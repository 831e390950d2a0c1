package entra

import (
	"strings"

	"steward/internal/sim/rest"
)

// authority is the address of this directory as the caller wrote it.
func (s *Service) authority(c *rest.Call) string { return c.Base + "/" + s.cfg.TenantID }

// issuer is what ID tokens carry and what discovery promises.
func (s *Service) issuer(c *rest.Call) string { return s.authority(c) + "/v2.0" }

func (s *Service) discovery(c *rest.Call) {
	if name := c.Param("tenant"); !s.tenantKnown(name) {
		s.refuse(c, noTenant(name))
		return
	}
	a := s.authority(c)
	doc := map[string]any{
		"issuer":                                s.issuer(c),
		"authorization_endpoint":                a + "/oauth2/v2.0/authorize",
		"token_endpoint":                        a + "/oauth2/v2.0/token",
		"end_session_endpoint":                  a + "/oauth2/v2.0/logout",
		"jwks_uri":                              a + "/discovery/v2.0/keys",
		"response_modes_supported":              []string{"query"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"code_challenge_methods_supported":      []string{"S256"},
		"claims_supported": []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce",
			"preferred_username", "name", "tid", "ver", "oid", "roles"},
		"tenant_region_scope": "EU",
	}
	if c.Op.ID == "DiscoveryV1" {
		doc["issuer"] = "https://sts.windows.net/" + s.cfg.TenantID + "/"
		doc["authorization_endpoint"] = a + "/oauth2/authorize"
		doc["token_endpoint"] = a + "/oauth2/token"
		doc["jwks_uri"] = a + "/discovery/keys"
	}
	c.JSON(200, doc)
}

// instance answers the question of Microsoft's own client library which hosts
// speak for one cloud: this one speaks for itself.
func (s *Service) instance(c *rest.Call) {
	_, host, _ := strings.Cut(c.Base, "://")
	host, _, _ = strings.Cut(host, "/")
	c.JSON(200, map[string]any{
		"tenant_discovery_endpoint": s.authority(c) + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{"preferred_network": host, "preferred_cache": host,
			"aliases": []string{host}}},
	})
}
