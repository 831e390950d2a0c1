package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Limits in time. They are not settable: a longer one would be a weaker
// portal, and a shorter one is the provider's to enforce.
const (
	// IdleLimit ends a session that is not used.
	IdleLimit = 30 * time.Minute
	// AbsoluteLimit ends a session counted from the first sign-in, whatever
	// happened since.
	AbsoluteLimit = 8 * time.Hour
	// RenewAfter is when roles are read again if that costs nobody anything;
	// RolesLimit is when the session does nothing more before they are.
	RenewAfter = 10 * time.Minute
	RolesLimit = 15 * time.Minute
	// RecentLimit is how old an authentication may be for actions that ask for
	// a recent one.
	RecentLimit = 10 * time.Minute
	// AttemptLimit is how long a sign-in may take.
	AttemptLimit = 10 * time.Minute
)

// Paths of the sign-in pages; CallbackPath is registered with the provider.
const (
	LoginPath    = "/login"
	CallbackPath = "/login/callback"
	LogoutPath   = "/logout"
)

// Config says with whom people sign in and what their roles mean.
type Config struct {
	DB *db.DB
	// Kind is entra or oidc.
	Kind Kind
	// Issuer is the one issuer, compared exactly.
	Issuer   string
	ClientID string
	// ClientSecret is read at each exchange; the zero Ref makes a public client,
	// which PKCE alone protects.
	ClientSecret secret.Ref
	// RolesClaim names the claim; "roles" when empty. Roles maps its values.
	RolesClaim string
	Roles      map[string]string
	// AskFor are scopes beyond openid, profile and email.
	AskFor []string
	// AuthContext is the authentication context that a confirmation must have;
	// empty asks for a fresh sign-in only.
	AuthContext string
	// LimitRules say where roles hold.
	LimitRules []LimitRule
	// Guests lets guest accounts of Entra ID in.
	Guests bool
	// Help says whom to ask for a role.
	Help string
	// TokenDays is how long a token for a program may be good; 90 when zero.
	TokenDays int
	// PublicURL is the portal's own address, without a path.
	PublicURL string
	// HTTP is used to talk to the provider; its transport only.
	HTTP *http.Client
	// Now, Random and Log default to the clock, crypto/rand and nothing.
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// Client is who sends a request, as far as the transport tells.
type Client struct {
	IP, Agent string
	// Request is our id of the HTTP request.
	Request string
}

// Service signs people in and keeps their sessions. It is safe for use by
// several goroutines.
type Service struct {
	cfg       Config
	directory string // of Entra ID
	public    *url.URL
	roles     RoleMap
	http      *http.Client
	provider  provider
	attempts  attempts
	refreshes refreshes
	// vouchers are refresh tokens of people whose session has ended while
	// tokens of theirs go on: by the person, in memory only.
	vouchers refreshes
	// Refusals writes refusals into the ledger without letting a flood fill it.
	Refusals *Refusals
}

// New checks the configuration. It does not talk to the provider: that may be
// down, and the portal starts all the same. Errors are Invalid and name the key.
func New(cfg Config) (*Service, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.TokenDays <= 0 {
		cfg.TokenDays = usualTokenDays
	}
	if cfg.RolesClaim == "" {
		cfg.RolesClaim = "roles"
	}
	s := &Service{cfg: cfg, http: newClient(cfg.HTTP)}
	if err := s.check(); err != nil {
		return nil, err
	}
	s.Refusals = NewRefusals(cfg.DB, cfg.Now, cfg.Log)
	return s, nil
}

func (s *Service) check() error {
	var err error
	if s.cfg.Issuer == "" || s.cfg.ClientID == "" {
		return fault.New(fault.Invalid, "sign_in.issuer and sign_in.client_id are needed: nobody could sign in without them.")
	}
	switch s.cfg.Kind {
	case Entra:
		if s.directory, err = directoryOf(s.cfg.Issuer); err != nil {
			return err
		}
	case OIDC:
	default:
		return fault.New(fault.Invalid, "sign_in.provider %q is neither entra nor oidc.", s.cfg.Kind)
	}
	if !contextPattern.MatchString(s.cfg.AuthContext) {
		return fault.New(fault.Invalid, "sign_in.auth_context %q is no authentication context. Entra ID calls them c1 to c99.", s.cfg.AuthContext)
	}
	for _, scope := range s.cfg.AskFor {
		if scope == "" || strings.ContainsAny(scope, " \"\\") {
			return fault.New(fault.Invalid, "sign_in.ask_for: %q is no scope. Write one scope an entry, without blanks.", scope)
		}
	}
	if s.roles, err = NewRoleMap(s.cfg.Roles); err != nil {
		return err
	}
	s.public, err = url.Parse(strings.TrimSuffix(s.cfg.PublicURL, "/"))
	if err != nil || s.public.Host == "" || s.public.Path != "" {
		return fault.New(fault.Invalid, "public_url %q is not an address without a path.", s.cfg.PublicURL)
	}
	if s.public.Scheme != "https" && !(s.public.Scheme == "http" && isLoopback(s.public.Hostname())) {
		return fault.New(fault.Invalid, "public_url %q must be https; http is accepted for loopback only.", s.cfg.PublicURL)
	}
	return nil
}

// Secure reports whether the portal is reached over https.
func (s *Service) Secure() bool { return s.public.Scheme == "https" }

// Help says whom to ask for a role.
func (s *Service) Help() string {
	if s.cfg.Help != "" {
		return s.cfg.Help
	}
	return "Ask the administrator of this portal for a role."
}

// Now is the service's clock.
func (s *Service) Now() time.Time { return s.cfg.Now() }

// Run sweeps ended sessions and writes counted refusals until the context
// ends. It returns when it is done.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.Refusals.Close(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			s.Refusals.Flush(ctx)
			if err := s.Sweep(ctx); err != nil {
				s.cfg.Log.Error("sessions not swept", "error", err)
			}
		}
	}
}

// Sweep removes sessions that nobody can use any more.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.cfg.Now()
	s.attempts.sweep(now)
	s.refreshes.sweep(now)
	s.vouchers.sweep(now)
	return s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.SweepSessions(ctx, now.Add(-IdleLimit), now.Add(-AbsoluteLimit))
		return err
	})
}

// random returns a fresh 256-bit text for an id, a state or a nonce.
func (s *Service) random() (string, error) {
	var raw [32]byte
	if _, err := io.ReadFull(s.cfg.Random, raw[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}

// entry begins a ledger entry about the client.
func (c Client) entry(action ledger.Action, outcome ledger.Outcome, actor ledger.Actor) ledger.Entry {
	return ledger.Entry{Action: action, Outcome: outcome, Actor: actor, IP: c.IP, Request: c.Request, Object: ledger.Object{Kind: "session"}}
}
