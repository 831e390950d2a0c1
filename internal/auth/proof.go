package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"time"

	"steward/internal/secret"
)

// contextPattern is the form of an authentication context; it is written into
// a JSON text, so that it holds nothing that would need quoting.
var contextPattern = regexp.MustCompile(`^[A-Za-z0-9:/._-]{0,200}$`)

// proved returns when the person proved who they are, in the way that the
// configuration asks for; zero when that is unknown. Where an authentication
// context is asked for, a proof without it counts as none, and a confirmation
// without it is refused.
func (s *Service) proved(c claims, why Purpose) (time.Time, error) {
	at := c.time("auth_time")
	if s.cfg.AuthContext == "" {
		return at, nil
	}
	met, _ := c.names("acrs")
	if slices.Contains(met, s.cfg.AuthContext) || c.text("acr") == s.cfg.AuthContext {
		if at.IsZero() {
			at = c.time("iat") // the context was demanded for this very token
		}
		return at, nil
	}
	if why == ForStepUp {
		return at, refuse("acrs", "The sign-in provider did not confirm the authentication context %s that this portal asks for. Start again, or ask whoever runs the portal to look at the Conditional Access policy.", s.cfg.AuthContext)
	}
	return time.Time{}, nil
}

// maxUserInfo bounds what is read of the userinfo endpoint, in bytes.
const maxUserInfo = 256 << 10

// withUserInfo adds what the provider says of the person at its userinfo
// endpoint, where the ID token leaves the roles out (many providers send thin
// tokens). It is never asked with Entra ID, whose endpoint has no roles, and
// what the signed token says always goes before it.
func (s *Service) withUserInfo(ctx context.Context, c claims, accessToken string) (claims, error) {
	if _, there := c.find(s.cfg.RolesClaim); there || s.cfg.Kind == Entra || accessToken == "" {
		return c, nil
	}
	e, err := s.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	// Roles that are nowhere to be read are no roles.
	if usable := e.userInfo != "" && s.checkEndpoint("userinfo", e.userInfo) == nil; !usable {
		return c, nil
	}
	more, err := s.userInfo(ctx, e.userInfo, accessToken)
	if err != nil {
		return nil, err
	}
	if more == nil {
		return c, nil
	}
	if more.text("sub") != c.text("sub") {
		return nil, refuse("userinfo sub", "The sign-in provider answered about someone else. Start again.")
	}
	for name, value := range c {
		more[name] = value
	}
	return more, nil
}

// userInfo asks for a person's claims; nil when the provider has none for us
// in a form that can be read.
func (s *Service) userInfo(ctx context.Context, addr, accessToken string) (claims, error) {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, addr, nil)
	if err != nil {
		return nil, unavailable(err)
	}
	req.Header.Set("Authorization", "Bearer "+accessToken)
	req.Header.Set("Accept", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, unavailable(secret.Clean(err, secret.New(accessToken)))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxUserInfo))
	switch {
	case err != nil || resp.StatusCode >= http.StatusInternalServerError:
		return nil, unavailable(fmt.Errorf("userinfo: status %d", resp.StatusCode))
	case resp.StatusCode != http.StatusOK:
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var out claims
	if err != nil || kind != "application/json" || json.Unmarshal(body, &out) != nil {
		return nil, nil // a signed answer, or a page: nothing we can use
	}
	return out, nil
}
