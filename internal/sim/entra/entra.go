// Package entra is the stand-in for Microsoft Entra ID: the token endpoint that
// apps use (secret or certificate), the signing keys, and a sign-in page on which
// one picks a person with one click. Nothing about it is secure and it says so:
// it signs anyone in, and is reachable on loopback only.
//
// It does not know what a token opens; the gate in sim asks Verify who is
// calling and decides from the app's switches.
package entra

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"steward/internal/sim/rest"
)

// Resources that tokens are issued for, as they appear in the aud claim.
const (
	PowerBIResource = "https://analysis.windows.net/powerbi/api"
	FabricResource  = "https://api.fabric.microsoft.com"
	GraphResource   = "https://graph.microsoft.com"
)

// TokenLifetime is what expires_in says, in seconds, as Entra usually does.
const TokenLifetime = 3599

// App is an app registration with its service principal.
type App struct {
	// Name is the display name; faults and the journal use it.
	Name string
	// ClientID is the application id, ObjectID that of the service principal.
	ClientID, ObjectID string
	// Secret is the client secret's value; empty means that the app has none.
	Secret string
	// Certificates may sign client assertions.
	Certificates []Certificate
	Switches     Switches
}

// Switches are what an administrator has set for an app, in the tenant and on
// its registration. The zero value may get tokens and nothing else.
type Switches struct {
	// Disabled turns the enterprise application off (AADSTS7000112).
	Disabled bool `json:"disabled"`
	// SecretExpired makes the secret one of the past (AADSTS7000222).
	SecretExpired bool `json:"secretExpired"`
	// InSecurityGroup: the tenant settings are granted to a group, and the app is
	// in it. Without it every setting below is off for this app.
	InSecurityGroup bool `json:"inSecurityGroup"`
	// ReadAdminAPIs and UpdateAdminAPIs open the admin APIs.
	ReadAdminAPIs   bool `json:"readAdminAPIs"`
	UpdateAdminAPIs bool `json:"updateAdminAPIs"`
	// PublicAPIs opens ordinary calls, CreateWorkspaces creating things.
	PublicAPIs       bool `json:"publicAPIs"`
	CreateWorkspaces bool `json:"createWorkspaces"`
	// DetailedMetadata and Expressions open tables and queries in scans.
	DetailedMetadata bool `json:"detailedMetadata"`
	Expressions      bool `json:"expressions"`
	// PowerBIConsent is the trap: an admin-consented application permission of
	// Power BI, which its tokens carry and with which the admin APIs refuse it.
	PowerBIConsent bool `json:"powerBIConsent"`
	// PowerBIDelegated is the same trap sprung by a delegated permission, which an
	// application's token does not show.
	PowerBIDelegated bool `json:"powerBIDelegated"`
	// GraphGroups and GraphUsers are GroupMember.Read.All and User.Read.All.
	GraphGroups bool `json:"graphGroups"`
	GraphUsers  bool `json:"graphUsers"`
}

// AllOn is an app set up by the book.
func AllOn() Switches {
	return Switches{InSecurityGroup: true, ReadAdminAPIs: true, UpdateAdminAPIs: true, PublicAPIs: true,
		CreateWorkspaces: true, DetailedMetadata: true, Expressions: true, GraphGroups: true, GraphUsers: true}
}

// Person is someone who can sign in.
type Person struct {
	ObjectID, UPN, Name string
	// Roles are the portal's app roles given to the person.
	Roles []string
	// Note is one line for the sign-in page: what this person is good for.
	Note string
	// Disabled is an account that has been switched off (AADSTS50057).
	Disabled bool
}

// SignIn is the portal's own registration, for people.
type SignIn struct {
	ClientID, ClientSecret string
	// RedirectURIs are the registered ones; others are refused (AADSTS50011).
	RedirectURIs []string
	// Now is the time of the people, which is the machine's even while the
	// stand-in's clock is set to the past. nil is time.Now.
	Now func() time.Time
}

// Config is what New needs.
type Config struct {
	// TenantID is the directory's id, TenantNames the domains that stand for it.
	TenantID    string
	TenantName  string
	TenantNames []string
	Apps        []App
	People      []Person
	SignIn      SignIn
	// NewID makes identifiers (trace ids, codes); it must not repeat.
	NewID func() string
	// Enforce switches the refusal of endless token requests on (AADSTS50196).
	Enforce bool
}

// Service answers the operations of Entra ID. It is safe for concurrent use.
type Service struct {
	cfg  Config
	keys *keyRing

	mu       sync.Mutex
	apps     map[string]*App
	codes    map[string]grant
	sessions map[string]session
	verified map[string]Claims
	requests map[string][]time.Time
}

// New returns the service with its apps registered.
func New(cfg Config) *Service {
	if cfg.SignIn.Now == nil {
		cfg.SignIn.Now = time.Now
	}
	s := &Service{cfg: cfg, keys: newKeyRing(), apps: map[string]*App{}, codes: map[string]grant{},
		sessions: map[string]session{}, verified: map[string]Claims{}, requests: map[string][]time.Time{}}
	for _, a := range cfg.Apps {
		s.apps[strings.ToLower(a.ClientID)] = &a
	}
	return s
}

// App returns a copy of the registration with this client id or name.
func (s *Service) App(id string) (App, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.find(id); a != nil {
		return *a, true
	}
	return App{}, false
}

// Change edits an app's switches while the stand-in runs.
func (s *Service) Change(id string, edit func(*Switches)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(id)
	if a == nil {
		return fmt.Errorf("change app %s: there is no such app", id)
	}
	edit(&a.Switches)
	return nil
}

func (s *Service) find(id string) *App {
	if a := s.apps[strings.ToLower(id)]; a != nil {
		return a
	}
	for _, a := range s.apps {
		if a.Name == id {
			return a
		}
	}
	return nil
}

// AddRedirect registers another address to which people may be sent back.
func (s *Service) AddRedirect(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.SignIn.RedirectURIs = append(s.cfg.SignIn.RedirectURIs, uri)
}

// ErrTenant is returned for a tenant that is not this directory.
var ErrTenant = errors.New("tenant not found")

func (s *Service) tenantKnown(name string) bool {
	if strings.EqualFold(name, s.cfg.TenantID) {
		return true
	}
	for _, n := range s.cfg.TenantNames {
		if strings.EqualFold(name, n) {
			return true
		}
	}
	return false
}

// Operations is the service's table.
func (s *Service) Operations() []rest.Operation {
	get, post := "GET", "POST"
	return []rest.Operation{
		{ID: "Token", Method: post, Path: "/{tenant}/oauth2/v2.0/token", Handle: s.token},
		{ID: "TokenV1", Method: post, Path: "/{tenant}/oauth2/token", Handle: s.token},
		{ID: "Discovery", Method: get, Path: "/{tenant}/v2.0/.well-known/openid-configuration", Handle: s.discovery},
		{ID: "DiscoveryV1", Method: get, Path: "/{tenant}/.well-known/openid-configuration", Handle: s.discovery},
		{ID: "Keys", Method: get, Path: "/{tenant}/discovery/v2.0/keys", Handle: s.jwks},
		{ID: "KeysV1", Method: get, Path: "/{tenant}/discovery/keys", Handle: s.jwks},
		{ID: "Instance", Method: get, Path: "/common/discovery/instance", Handle: s.instance},
		{ID: "Authorize", Method: get, Path: "/{tenant}/oauth2/v2.0/authorize", Handle: s.authorize},
		{ID: "SignIn", Method: post, Path: "/{tenant}/oauth2/v2.0/authorize", Handle: s.pick},
		{ID: "Logout", Method: get, Path: "/{tenant}/oauth2/v2.0/logout", Handle: s.logout},
	}
}
