package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Callback is what the provider sent the browser back with.
type Callback struct {
	Query url.Values
	// Browser is the value of the attempt cookie, Session that of the session
	// cookie; either may be empty.
	Browser, Session string
	Client           Client
}

// Completed is a visit to the provider that ended well.
type Completed struct {
	Person  Person
	Purpose Purpose
	// ReturnTo is a path of ours.
	ReturnTo string
	// Cookies are to be set.
	Cookies []*http.Cookie
}

// ErrInteraction is returned for a renewal that the provider cannot do without
// asking the person: begin an ordinary sign-in.
var ErrInteraction = fault.New(fault.Denied, "Your sign-in has to be confirmed. Sign in again.")

// Complete ends a visit to the provider: it checks everything that came back,
// and begins, confirms or renews a session. Every refusal is recorded once.
// Denied errors carry the sentence to show; IsNoRole tells the page that says
// whom to ask.
func (s *Service) Complete(ctx context.Context, cb Callback) (Completed, error) {
	at, err := s.attempt(cb)
	if err == nil {
		var done Completed
		if done, err = s.complete(ctx, cb, at); err == nil {
			return done, nil
		}
	}
	s.recordRefusal(ctx, cb, at, err)
	s.forgetRoleless(ctx, err)
	if at.purpose == ForRenewal || at.purpose == ForStepUp {
		s.dropAfter(ctx, cb, at, err)
	}
	return Completed{Purpose: at.purpose, ReturnTo: at.returnTo}, err
}

// attempt finds the sign-in that the reply belongs to.
func (s *Service) attempt(cb Callback) (attempt, error) {
	const stale = "This sign-in cannot be completed: it took longer than ten minutes, was completed before, or began in another browser. Start again."
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(cb.Query[name]) > 1 {
			return attempt{}, refuse("parameter twice", stale)
		}
	}
	state := cb.Query.Get("state")
	if state == "" || len(state) > 200 {
		return attempt{}, refuse("state missing", stale)
	}
	at, ok := s.attempts.take(state)
	if !ok {
		return attempt{}, refuse("state unknown", stale)
	}
	if at.browser != hashOf(cb.Browser) {
		return attempt{}, refuse("other browser", stale)
	}
	if s.cfg.Now().Sub(at.begun) > AttemptLimit {
		return attempt{}, refuse("too late", stale)
	}
	return at, nil
}

// answeredBy holds the reply's iss against the issuer (RFC 9207). A provider that
// announces the parameter has to send it: a reply without it is another's.
func (s *Service) answeredBy(ctx context.Context, cb Callback) error {
	e, err := s.endpoints(ctx)
	if err != nil {
		return err
	}
	if iss := cb.Query.Get("iss"); iss != s.cfg.Issuer && (iss != "" || e.namesItself) {
		return refuse("iss parameter", "The reply comes from another sign-in provider than the portal's. Start again.")
	}
	return nil
}

func (s *Service) complete(ctx context.Context, cb Callback, at attempt) (Completed, error) {
	if err := s.answeredBy(ctx, cb); err != nil {
		return Completed{}, err
	}
	if code := cb.Query.Get("error"); code != "" {
		if at.purpose == ForRenewal {
			return Completed{}, &refusal{rule: "renewal needs the person", err: ErrInteraction}
		}
		if e, err := s.endpoints(ctx); err == nil && code == "invalid_scope" && e.offline && !s.provider.noOffline.Swap(true) {
			return Completed{}, refuse("provider says invalid_scope", "The sign-in provider does not give the portal everything it asked for. It asks for less now: start again.")
		}
		return Completed{}, refuse("provider says "+errorCode(code), "The sign-in provider did not sign you in (%s). Start again, or ask whoever runs the portal.", errorCode(code))
	}
	token, raw, err := s.exchange(ctx, cb.Query.Get("code"), at)
	if err != nil {
		return Completed{}, err
	}
	c, err := s.verify(ctx, raw, at.nonce, token.AccessToken)
	if err != nil {
		return Completed{}, err
	}
	p := s.personOf(c)
	if c, err = s.withUserInfo(ctx, c, token.AccessToken); err != nil {
		return Completed{}, err
	}
	roles, err := s.rolesOf(c)
	if err != nil {
		return Completed{Person: p}, about(p, err)
	}
	p.Roles = roles
	p.Limits = limitsOf(s.cfg.LimitRules, p)
	proved, err := s.proved(c, at.purpose)
	if err != nil {
		return Completed{}, about(p, err)
	}
	return s.settle(ctx, cb, at, p, proved, secret.New(token.RefreshToken))
}

var errorPattern = regexp.MustCompile(`^[a-z_]{1,60}$`)

// errorCode keeps a code of the standard's shape and nothing else: the query
// is a stranger's text.
func errorCode(code string) string {
	if errorPattern.MatchString(code) {
		return code
	}
	return "an unknown error"
}

// exchange turns the code into tokens.
func (s *Service) exchange(ctx context.Context, code string, at attempt) (*oauth2.Token, string, error) {
	if code == "" || len(code) > 8<<10 {
		return nil, "", refuse("code missing", "The sign-in provider's reply is incomplete. Start again.")
	}
	e, err := s.endpoints(ctx)
	if err != nil {
		return nil, "", err
	}
	conf, err := s.oauth(e, true)
	if err != nil {
		return nil, "", err
	}
	token, err := conf.Exchange(s.withClient(ctx), code, oauth2.VerifierOption(at.verifier))
	if err != nil {
		return nil, "", tokenError(err, secret.New(conf.ClientSecret))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || raw == "" {
		return nil, "", refuse("id_token missing", badToken, "id_token")
	}
	return token, raw, nil
}

// tokenError gives an answer of the token endpoint its meaning. Its text may
// repeat codes and secrets, and is kept redacted.
func tokenError(err error, own secret.Value) error {
	var re *oauth2.RetrieveError
	isAnswer := errors.As(err, &re)
	err = secret.Clean(err, own)
	if !isAnswer {
		return unavailable(err)
	}
	code := errorCode(re.ErrorCode)
	switch {
	case re.ErrorCode == "invalid_grant":
		return refuse("code "+code, "The sign-in provider does not accept this sign-in any more. Start again.")
	case re.ErrorCode == "invalid_client" || re.ErrorCode == "unauthorized_client" || re.Response != nil && re.Response.StatusCode == http.StatusUnauthorized:
		return fault.Wrap(err, fault.Unavailable, "The sign-in provider refuses the portal's own credentials (%s). An administrator has to look at sign_in.client_secret; it may have expired.", code)
	case re.Response != nil && re.Response.StatusCode >= 500:
		return unavailable(err)
	}
	return refuse("token endpoint says "+code, "The sign-in provider refused the portal's question (%s). Start again.", code)
}

// verify checks an ID token: signature, issuer, audience and expiry with
// go-oidc, everything else with our own rules.
func (s *Service) verify(ctx context.Context, raw, nonce, accessToken string) (claims, error) {
	e, err := s.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkType(raw); err != nil {
		return nil, err
	}
	// The key set first, by itself: go-oidc's error would not tell a provider
	// that is down from a forged token.
	payload, err := e.keys.VerifySignature(ctx, raw)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			return nil, err
		}
		return nil, &refusal{rule: "signature", err: fault.Wrap(err, fault.Denied, badToken, "signature")}
	}
	c, err := readClaims(payload)
	if err != nil {
		return nil, err
	}
	if c.time("nbf").After(s.cfg.Now().Add(notBefore)) { // said first: go-oidc would not say which
		return nil, refuse("nbf", clockDiffers, "nbf")
	}
	id, err := e.verifier.Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	if errors.As(err, &expired) {
		return nil, refuse("expiry", clockDiffers, "exp")
	}
	if err != nil {
		return nil, &refusal{rule: "issuer, audience, algorithm or expiry", err: fault.Wrap(secret.Clean(err), fault.Denied, badToken, "issuer, audience or expiry")}
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(accessToken) != nil {
		return nil, refuse("at_hash", badToken, "at_hash")
	}
	want := expectation{kind: s.cfg.Kind, directory: s.directory, clientID: s.cfg.ClientID, nonce: nonce, guests: s.cfg.Guests, now: s.cfg.Now()}
	if err := want.check(c); err != nil {
		return nil, about(s.personOf(c), err)
	}
	return c, nil
}

// checkType refuses tokens that say they are something else than an ID token:
// at+jwt, logout+jwt and the like.
func checkType(raw string) error {
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil {
		return &refusal{rule: "token form", err: fault.Wrap(err, fault.Denied, badToken, "form")}
	}
	for _, sig := range jws.Signatures {
		if typ, ok := sig.Header.ExtraHeaders[jose.HeaderType]; ok && !strings.EqualFold(fmt.Sprint(typ), "JWT") {
			return refuse("typ", badToken, "typ")
		}
	}
	return nil
}

// noRoleError is a sign-in of someone the portal has no role for.
type noRoleError struct{ refusal }

// IsNoRole reports whether someone proved who they are and has no role here.
func IsNoRole(err error) bool {
	var n *noRoleError
	return errors.As(err, &n)
}

func (s *Service) noRole(rule string) error {
	return &noRoleError{refusal: refusal{rule: rule, err: fault.New(fault.Denied, "You are known to the sign-in provider, but have no role in this portal. %s", s.Help())}}
}

// personError is a refusal about someone whose signature is good.
type personError struct {
	error
	person Person
}

func (e *personError) Unwrap() error { return e.error }

func about(p Person, err error) error { return &personError{error: err, person: p} }

// forgetRoleless lets the tokens of somebody rest whom the provider vouches for
// without any role of the portal.
func (s *Service) forgetRoleless(ctx context.Context, err error) {
	var pe *personError
	if !IsNoRole(err) || !errors.As(err, &pe) {
		return
	}
	if ferr := s.forget(ctx, pe.person); ferr != nil {
		s.cfg.Log.Error("roles that were taken away not noted", "error", ferr)
	}
}

// recordRefusal writes one entry for a visit that ended badly.
func (s *Service) recordRefusal(ctx context.Context, cb Callback, at attempt, err error) {
	actor := ledger.Actor{Kind: ledger.Nobody}
	var pe *personError
	if errors.As(err, &pe) {
		actor = pe.person.Actor()
	}
	action := ledger.SignIn
	if at.purpose == ForStepUp {
		action = ledger.StepUp
	}
	e := cb.Client.entry(action, ledger.Refused, actor)
	rule := RuleOf(err)
	if rule == "" {
		rule, e.Outcome = "provider", ledger.Failed
	}
	e.Reason = fault.Sentence(err)
	e.Details = map[ledger.Detail]string{ledger.Rule: rule, ledger.Issuer: s.cfg.Issuer}
	s.cfg.Log.Warn("sign-in not completed", "rule", rule, "error", secret.Redact(fmt.Sprint(err)), "request", cb.Client.Request)
	s.Refusals.Write(ctx, e)
}
