package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/fault"
)

// ErrToken is what a caller of the API sees of any token that is not accepted.
var ErrToken = fault.New(fault.Denied, "The access token is not accepted. Get one for this portal's application, with a role of the portal.")

// Bearer returns who an access token speaks for: a program with application
// roles, or a person. It is for the API's own routes, where no cookie counts.
// An ID token is no access token: it is refused although we are its audience.
// A token that a person made here begins with TokenPrefix, and is our own.
func (s *Service) Bearer(ctx context.Context, token string, c Client) (Session, error) {
	if strings.HasPrefix(token, TokenPrefix) {
		return s.useToken(ctx, token, c)
	}
	p, err := s.accessToken(ctx, token)
	return Session{Person: p.as("provider", Grants, nil)}, err
}

// accessToken returns who a token of the provider's speaks for.
func (s *Service) accessToken(ctx context.Context, token string) (Person, error) {
	e, err := s.endpoints(ctx)
	if err != nil {
		return Person{}, err
	}
	if len(token) > 16<<10 {
		return Person{}, badBearer("size", nil)
	}
	jws, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		return Person{}, badBearer("token form", err)
	}
	payload, err := e.keys.VerifySignature(ctx, token)
	if fault.Is(err, fault.Unavailable) {
		return Person{}, err
	}
	if err != nil {
		return Person{}, badBearer("signature", err)
	}
	c, err := readClaims(payload)
	if err != nil {
		return Person{}, err
	}
	typ, _ := jws.Signatures[0].Header.ExtraHeaders[jose.HeaderType].(string)
	if rule := s.bearerRule(c, typ); rule != "" {
		return Person{}, about(s.personOf(c), badBearer(rule, nil))
	}
	p := s.personOf(c)
	if p.Name == "" {
		p.Name = "application " + c.text("azp")
	}
	if p.Roles, err = s.rolesOf(c); err != nil {
		return Person{}, about(p, err)
	}
	p.Limits = limitsOf(s.cfg.LimitRules, p)
	return p, nil
}

// bearerRule names the first rule that the claims break; empty when none.
func (s *Service) bearerRule(c claims, typ string) string {
	now := s.cfg.Now()
	for _, rule := range []struct {
		name string
		ok   bool
	}{
		{"issuer", c.text("iss") == s.cfg.Issuer},
		{"audience", slices.ContainsFunc(c.audience(), func(a string) bool { return a == s.cfg.ClientID || a == "api://"+s.cfg.ClientID })},
		{"expiry", within(c.time("exp"), now, now.Add(25*time.Hour))},
		{"nbf", !c.has("nbf") || within(c.time("nbf"), time.Unix(1, 0), now.Add(notBefore))},
		{"iat", within(c.time("iat"), now.Add(-25*time.Hour), now.Add(issuedAfter))},
		{"nonce", !c.has("nonce")}, // an ID token
		{"events", !c.has("events")},
		{"sub", isSubject(c.text("sub"))},
	} {
		if !rule.ok {
			return rule.name
		}
	}
	if s.cfg.Kind != Entra {
		if strings.TrimPrefix(strings.ToLower(typ), "application/") != "at+jwt" { // RFC 9068
			return "typ"
		}
		return ""
	}
	switch {
	case !strings.EqualFold(c.text("tid"), s.directory):
		return "tid"
	case !guidPattern.MatchString(c.text("oid")):
		return "oid"
	case c.text("ver") != "2.0":
		return "ver"
	case c.text("azp") == "":
		return "azp" // every access token names whom it was given to, no ID token of ours does
	}
	return ""
}

func badBearer(rule string, cause error) error {
	return &refusal{rule: "bearer " + rule, err: fault.Wrap(errors.Join(ErrToken, cause), fault.Denied, "%s", ErrToken.Sentence)}
}

// RuleOf names the rule behind a refusal of this package, for the ledger;
// empty when err is none.
func RuleOf(err error) string {
	var n *noRoleError
	if errors.As(err, &n) {
		return n.rule
	}
	var r *refusal
	if errors.As(err, &r) {
		return r.rule
	}
	return ""
}
