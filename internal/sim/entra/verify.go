package entra

import (
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Reasons why a token opens nothing. Each service answers them in its own way.
var (
	ErrNoToken   = errors.New("there is no bearer token")
	ErrMalformed = errors.New("the token is malformed or not signed by this directory")
	ErrExpired   = errors.New("the token has expired")
	ErrAudience  = errors.New("the token is for another resource")
)

// Claims are what the services need of an access token.
type Claims struct {
	Audience string   `json:"aud"`
	AppID    string   `json:"appid"`
	ObjectID string   `json:"oid"`
	TenantID string   `json:"tid"`
	Roles    []string `json:"roles"`
	Expires  int64    `json:"exp"`
	NotBefor int64    `json:"nbf"`
}

// Verify checks an Authorization header against the audiences a service takes
// and the stand-in's time. A token from the future (the clock was set back since)
// is accepted: Microsoft allows for clocks that differ, and here the difference
// can be months.
func (s *Service) Verify(header string, now time.Time, audiences ...string) (Claims, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if header == "" || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Claims{}, ErrNoToken
	}
	claims, err := s.parse(token)
	if err != nil {
		return Claims{}, err
	}
	if now.Unix() >= claims.Expires {
		return claims, ErrExpired
	}
	for _, a := range audiences {
		if claims.Audience == a {
			return claims, nil
		}
	}
	return claims, ErrAudience
}

// parse checks the signature once for each token and remembers the result.
func (s *Service) parse(token string) (Claims, error) {
	s.mu.Lock()
	claims, ok := s.verified[token]
	s.mu.Unlock()
	if ok {
		return claims, nil
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(parsed.Headers) != 1 {
		return Claims{}, ErrMalformed
	}
	key, ok := s.keys.byID(parsed.Headers[0].KeyID)
	if !ok || parsed.Claims(key.Public(), &claims) != nil || claims.TenantID != s.cfg.TenantID || claims.AppID == "" {
		return Claims{}, ErrMalformed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.verified) > 1000 {
		s.verified = map[string]Claims{}
	}
	s.verified[token] = claims
	return claims, nil
}
