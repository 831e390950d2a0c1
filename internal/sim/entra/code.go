package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"steward/internal/sim/rest"
)

// guestHome is the directory that guests come from.
const guestHome = "8f3c1f5e-0d5b-4c8e-9a41-6f0f3d1f7b20"

// codeLifetime is how long an authorization code can be redeemed.
const codeLifetime = 10 * time.Minute

// grant is what an authorization code stands for. It is used up once.
type grant struct {
	asked
	person Person
	at     time.Time
	issued time.Time
}

// redeem exchanges an authorization code for an ID token.
func (s *Service) redeem(c *rest.Call, form url.Values) {
	if !strings.EqualFold(form.Get("client_id"), s.cfg.SignIn.ClientID) {
		s.refuse(c, s.noApp(form.Get("client_id")))
		return
	}
	portal := App{ClientID: s.cfg.SignIn.ClientID, Secret: s.cfg.SignIn.ClientSecret}
	if r := s.authenticate(c, portal, form); r != nil {
		s.refuse(c, *r)
		return
	}
	g, why := s.take(form)
	if why != "" {
		s.refuse(c, badCode(why))
		return
	}
	signed, err := s.sign(s.idClaims(c, g))
	if err != nil {
		c.Fail(rest.Failure{Status: 500, Message: "The token could not be signed."})
		return
	}
	access, err := s.sign(map[string]any{"aud": "00000003-0000-0000-c000-000000000000", "sub": g.person.ObjectID, "exp": s.cfg.SignIn.Now().Unix() + TokenLifetime})
	if err != nil {
		c.Fail(rest.Failure{Status: 500, Message: "The token could not be signed."})
		return
	}
	c.W.Header().Set("Cache-Control", "no-store, no-cache")
	c.JSON(200, map[string]any{"token_type": "Bearer", "scope": g.scope, "expires_in": TokenLifetime,
		"ext_expires_in": TokenLifetime, "access_token": access, "id_token": signed})
}

// take uses a code up and checks that it comes from where it went to.
func (s *Service) take(form url.Values) (grant, string) {
	code := form.Get("code")
	s.mu.Lock()
	g, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	switch {
	case !ok:
		return g, "OAuth2 Authorization code was already redeemed, please retry with a new valid code."
	case s.cfg.SignIn.Now().Sub(g.issued) > codeLifetime:
		return g, "The provided authorization code has expired."
	case form.Get("redirect_uri") != g.redirect:
		return g, "The reply URL does not match the one of the authorization request."
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	if g.challenge != "" && subtle.ConstantTimeCompare([]byte(made), []byte(g.challenge)) != 1 {
		return g, "The code_verifier does not match the code_challenge of the authorization request."
	}
	return g, ""
}

func (s *Service) idClaims(c *rest.Call, g grant) map[string]any {
	now := s.cfg.SignIn.Now()
	pair := sha256.Sum256([]byte(g.person.ObjectID + s.cfg.SignIn.ClientID))
	claims := map[string]any{
		"ver": "2.0", "iss": s.issuer(c), "aud": s.cfg.SignIn.ClientID,
		"sub": base64.RawURLEncoding.EncodeToString(pair[:]), "oid": g.person.ObjectID, "tid": s.cfg.TenantID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": g.at.Unix(),
		"preferred_username": g.person.UPN, "name": g.person.Name, "uti": s.cfg.NewID(),
	}
	if len(g.person.Roles) > 0 {
		claims["roles"] = g.person.Roles
	}
	if strings.Contains(g.person.UPN, "#EXT#") {
		// A guest's home is elsewhere: idp names it, and acct=1 says so where the
		// optional claim is configured.
		claims["acct"], claims["idp"] = 1, "https://sts.windows.net/"+guestHome+"/"
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	if g.acrs != "" {
		claims["acrs"] = []string{g.acrs}
	}
	if slices.Contains(strings.Fields(g.scope), "email") {
		claims["email"] = g.person.UPN
	}
	return claims
}
