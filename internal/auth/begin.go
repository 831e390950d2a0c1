package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"steward/internal/fault"
)

// Start says what kind of visit to the provider begins.
type Start struct {
	Purpose Purpose
	// ReturnTo is where the person was; anything but a path of ours becomes "/".
	ReturnTo string
	// Session is the present one, for a step-up and a renewal.
	Session *Session
	// Choose asks the provider to let the person choose an account.
	Choose bool
	// Browser is the value of the attempt cookie, if there is one: two tabs may
	// sign in at once.
	Browser string
}

// Redirect is where to send the browser, with the cookie to set.
type Redirect struct {
	URL    string
	Cookie *http.Cookie
}

// Begin starts a visit to the provider. Unavailable when it does not answer.
func (s *Service) Begin(ctx context.Context, st Start) (Redirect, error) {
	e, err := s.endpoints(ctx)
	if err != nil {
		return Redirect{}, err
	}
	if st.Purpose != ForSignIn && st.Session == nil {
		return Redirect{}, ErrNoSession
	}
	var texts [3]string // state, nonce, browser
	for i := range texts {
		if texts[i], err = s.random(); err != nil {
			return Redirect{}, err
		}
	}
	state, nonce, browser := texts[0], texts[1], texts[2]
	if len(st.Browser) == len(browser) {
		browser = st.Browser
	}
	at := attempt{browser: hashOf(browser), nonce: nonce, verifier: oauth2.GenerateVerifier(), purpose: st.Purpose, returnTo: ReturnTo(st.ReturnTo), begun: s.cfg.Now()}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(at.verifier)}
	if st.Session != nil {
		at.session = st.Session.Hash
		opts = append(opts, oauth2.SetAuthURLParam("login_hint", st.Session.Person.Address))
	}
	switch {
	case st.Purpose == ForStepUp:
		// max_age makes the provider say when, and asks for a new proof where
		// prompt is taken off by someone on the way.
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
		if s.cfg.AuthContext != "" {
			opts = append(opts, oauth2.SetAuthURLParam("claims", `{"id_token":{"acrs":{"essential":true,"value":"`+s.cfg.AuthContext+`"}}}`))
		}
	case st.Purpose == ForRenewal:
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "none"))
	case st.Choose:
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "select_account"))
	}
	conf, err := s.oauth(e, false)
	if err != nil {
		return Redirect{}, err
	}
	s.attempts.add(state, at)
	return Redirect{
		URL:    conf.AuthCodeURL(state, opts...),
		Cookie: s.cookie(s.AttemptCookie(), browser, int(AttemptLimit.Seconds())),
	}, nil
}

// oauth returns the client's configuration, with the secret only where a
// token is asked for.
func (s *Service) oauth(e *endpoints, withSecret bool) (*oauth2.Config, error) {
	conf := &oauth2.Config{ClientID: s.cfg.ClientID, Endpoint: e.oauth, RedirectURL: s.public.String() + CallbackPath, Scopes: append([]string{oidc.ScopeOpenID, "profile", "email"}, s.cfg.AskFor...)}
	if e.offline && !s.provider.noOffline.Load() && !slices.Contains(conf.Scopes, oidc.ScopeOfflineAccess) {
		conf.Scopes = append(conf.Scopes, oidc.ScopeOfflineAccess)
	}
	if withSecret && !s.cfg.ClientSecret.IsZero() {
		v, err := s.cfg.ClientSecret.Read()
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "The portal cannot read its own credentials for sign-in. An administrator has to look at the secret of sign_in.client_secret.")
		}
		conf.ClientSecret = v.Reveal()
	}
	return conf, nil
}

// SignOutURL is where a person can also sign out at the provider and come
// back; empty when the provider offers no such place.
func (s *Service) SignOutURL(ctx context.Context) string {
	e, err := s.endpoints(ctx)
	if err != nil || e.endSession == "" {
		return ""
	}
	u, err := url.Parse(e.endSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", s.cfg.ClientID)
	q.Set("post_logout_redirect_uri", s.public.String()+"/")
	u.RawQuery = q.Encode()
	return u.String()
}
