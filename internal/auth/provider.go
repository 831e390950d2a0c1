package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"steward/internal/fault"
)

// Kind says which rules a provider's tokens are held to.
type Kind string

const (
	// Entra is Microsoft Entra ID: tid, oid, ver and the guest claims are checked.
	Entra Kind = "entra"
	// OIDC is any other OpenID Connect provider; said in the configuration,
	// never guessed.
	OIDC Kind = "oidc"
)

// discoverEvery is how long what the provider said about itself is used, and
// discoverRetry the least time between two attempts while it does not answer.
const (
	discoverEvery = time.Hour
	discoverRetry = 5 * time.Second
)

var guidPattern = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// directoryOf returns the directory's id in an issuer of Entra ID. Invalid for
// common, organizations and consumers: they stand for any directory, and then
// anyone's would do.
func directoryOf(issuer string) (string, error) {
	u, err := url.Parse(issuer)
	if err == nil {
		for _, part := range strings.Split(u.Path, "/") {
			if guidPattern.MatchString(part) {
				return strings.ToLower(part), nil
			}
		}
	}
	return "", fault.New(fault.Invalid, "sign_in.issuer %q names no directory. Write https://login.microsoftonline.com/DIRECTORY-ID/v2.0 with the id of your directory, not common or organizations; or set sign_in.provider: oidc for another provider.", issuer)
}

// endpoints is what the provider says about itself.
type endpoints struct {
	oauth      oauth2.Endpoint
	keys       *keySet
	verifier   *oidc.IDTokenVerifier
	endSession string // where people can sign out at the provider; may be empty
	userInfo   string // where claims are that the ID token leaves out; may be empty
	offline    bool   // refresh tokens are given
	// namesItself: every reply carries iss (RFC 9207).
	namesItself bool
	read        time.Time
}

// provider finds out about the issuer when it is first needed, and again from
// time to time: an issuer that is down when the portal starts must not keep
// the portal from starting.
type provider struct {
	mu    sync.Mutex
	known *endpoints
	tried time.Time
	err   error
	// noOffline: the provider offers refresh tokens but not to us.
	noOffline atomic.Bool
}

// endpoints returns what is known of the provider, asking it when necessary.
// Unavailable when it does not answer, Denied when what it says is not what an
// honest provider says.
func (s *Service) endpoints(ctx context.Context) (*endpoints, error) {
	p := &s.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	now := s.cfg.Now()
	if p.known != nil && now.Sub(p.known.read) < discoverEvery {
		return p.known, nil
	}
	if !p.tried.IsZero() && now.Sub(p.tried) < discoverRetry {
		if p.known != nil {
			return p.known, nil
		}
		return nil, p.err
	}
	p.tried = now
	found, err := s.discover(ctx, now)
	if err == nil && p.known != nil {
		err = sameHosts(p.known, found)
		if err == nil && p.known.keys.url == found.keys.url {
			found.keys = p.known.keys // keep the limiter and the keys
			found.verifier = p.known.verifier
		}
	}
	if err != nil {
		p.err = err
		if p.known != nil && !fault.Is(err, fault.Denied) {
			return p.known, nil
		}
		return nil, err
	}
	p.known, p.err = found, nil
	return found, nil
}

func (s *Service) discover(ctx context.Context, now time.Time) (*endpoints, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	defer cancel()
	prov, err := oidc.NewProvider(s.withClient(ctx), s.cfg.Issuer)
	var mismatch *oidc.IssuerMismatchError
	if errors.As(err, &mismatch) {
		return nil, fault.Wrap(err, fault.Denied, "The sign-in provider calls itself %q, and sign_in.issuer says %q. Nobody can sign in until an administrator writes the first, letter by letter; a slash at the end counts.", clipAgent(mismatch.Discovered), s.cfg.Issuer)
	}
	if err != nil {
		return nil, unavailable(fmt.Errorf("discover %s: %w", s.cfg.Issuer, err))
	}
	var doc struct {
		Keys       string   `json:"jwks_uri"`
		EndSession string   `json:"end_session_endpoint"`
		UserInfo   string   `json:"userinfo_endpoint"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
		Scopes     []string `json:"scopes_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		NamesSelf  bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := prov.Claims(&doc); err != nil {
		return nil, unavailable(fmt.Errorf("discover %s: %w", s.cfg.Issuer, err))
	}
	e := &endpoints{oauth: prov.Endpoint(), endSession: doc.EndSession, userInfo: doc.UserInfo, offline: slices.Contains(doc.Scopes, oidc.ScopeOfflineAccess), namesItself: doc.NamesSelf, read: now}
	e.oauth.AuthStyle = authStyle(doc.Methods, s.cfg.ClientSecret.IsZero())
	for name, addr := range map[string]string{"authorization": e.oauth.AuthURL, "token": e.oauth.TokenURL, "key": doc.Keys, "end-session": e.endSession} {
		if err := s.checkEndpoint(name, addr); err != nil && (addr != "" || name != "end-session") {
			return nil, err
		}
	}
	e.keys = &keySet{url: doc.Keys, http: s.http, now: s.cfg.Now}
	e.verifier = oidc.NewVerifier(s.cfg.Issuer, e.keys, &oidc.Config{ClientID: s.cfg.ClientID, SupportedSigningAlgs: s.algorithms(doc.Algorithms), Now: s.cfg.Now})
	return e, nil
}

// authStyle is how the portal shows its own secret: as the provider says it
// takes it. Trying it out at each sign-in would make every other one an error
// in the provider's log.
func authStyle(methods []string, public bool) oauth2.AuthStyle {
	switch {
	case public || slices.Contains(methods, "client_secret_post") && !slices.Contains(methods, "client_secret_basic"):
		return oauth2.AuthStyleInParams
	case slices.Contains(methods, "client_secret_basic"):
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleAutoDetect
}

// algorithms are those both sides know. Entra ID signs with RS256 only.
func (s *Service) algorithms(offered []string) []string {
	if s.cfg.Kind == Entra || len(offered) == 0 {
		return []string{oidc.RS256}
	}
	var out []string
	for _, a := range algorithms {
		if slices.Contains(offered, string(a)) {
			out = append(out, string(a))
		}
	}
	if len(out) == 0 {
		out = []string{oidc.RS256}
	}
	return out
}

// checkEndpoint refuses an address that a token must not be sent to: without
// TLS outside loopback, or, with Entra ID, on another host than the issuer's.
func (s *Service) checkEndpoint(name, addr string) error {
	u, err := url.Parse(addr)
	issuer, ierr := url.Parse(s.cfg.Issuer)
	if err != nil || ierr != nil || u.Host == "" || u.User != nil {
		return fault.New(fault.Denied, "The sign-in provider gives no usable %s address. Nobody can sign in until that is settled.", name)
	}
	safe := u.Scheme == "https" || u.Scheme == "http" && issuer.Scheme == "http" && isLoopback(u.Hostname())
	if !safe || s.cfg.Kind == Entra && !strings.EqualFold(u.Host, issuer.Host) {
		return fault.New(fault.Denied, "The sign-in provider gives a %s address on %s, which is not to be trusted with sign-ins for %s.", name, u.Host, issuer.Host)
	}
	return nil
}

// sameHosts refuses a provider whose addresses moved to other hosts while we
// ran: restart the portal if that was meant.
func sameHosts(was, is *endpoints) error {
	for _, pair := range [][2]string{{was.oauth.AuthURL, is.oauth.AuthURL}, {was.oauth.TokenURL, is.oauth.TokenURL}, {was.keys.url, is.keys.url}} {
		a, aerr := url.Parse(pair[0])
		b, berr := url.Parse(pair[1])
		if aerr != nil || berr != nil || a.Scheme != b.Scheme || !strings.EqualFold(a.Host, b.Host) {
			return fault.New(fault.Denied, "The sign-in provider's addresses moved to another host. If that is intended, restart the portal.")
		}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
