package sitetest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/config"
	"steward/internal/db"
)

// persona is one kind of person who tries everything.
type persona struct {
	name   string
	roles  []auth.Role
	limit  *auth.Limit
	absent bool // nobody: no session, or one that has ended
	// started and age are how old the session and its last use are; roles is
	// when roles were read.
	started, seen, rolesRead time.Duration
	cookie                   string
}

// personas are all of them. Those with a limit are limited by configuration.
func personas() []*persona {
	var out []*persona
	add := func(p persona) { out = append(out, &p) }
	add(persona{name: "anonymous", absent: true})
	add(persona{name: "norole"})
	for _, r := range auth.AllRoles {
		add(persona{name: string(r), roles: []auth.Role{r}})
	}
	part := auth.Limit{Tenants: []string{contoso}, Prefixes: []string{"FINANCE"}}
	add(persona{name: "part-viewer", roles: []auth.Role{auth.Viewer}, limit: &part})
	add(persona{name: "part-everything", roles: auth.AllRoles, limit: &part})
	add(persona{name: "domain-viewer", roles: []auth.Role{auth.Viewer}, limit: &auth.Limit{Tenants: []string{contoso}, Domains: []string{"finance"}}})
	add(persona{name: "other-admin", roles: []auth.Role{auth.Admin}, limit: &auth.Limit{Tenants: []string{fabrikam}}})
	add(persona{name: "other-everything", roles: auth.AllRoles, limit: &auth.Limit{Tenants: []string{fabrikam}}})
	add(persona{name: "nowhere", roles: auth.AllRoles, limit: &auth.Limit{Tenants: []string{"elsewhere"}}})
	// As it is after the provider did not answer for too long; an account that was
	// disabled there is tried by TestDisabledInTheDirectory.
	add(persona{name: "unread", roles: auth.AllRoles, absent: true, rolesRead: 20 * time.Minute})
	add(persona{name: "expired", roles: auth.AllRoles, absent: true, started: auth.AbsoluteLimit + time.Minute})
	add(persona{name: "idle", roles: auth.AllRoles, absent: true, seen: auth.IdleLimit + time.Minute})
	add(persona{name: "revoked", absent: true, cookie: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
	return out
}

// scopes are the limits as the configuration has them.
func scopes() []config.PersonScope {
	var out []config.PersonScope
	for _, p := range personas() {
		if p.limit != nil {
			out = append(out, config.PersonScope{Person: authtest.ObjectID(p.name), Tenants: p.limit.Tenants, Prefixes: p.limit.Prefixes, Domains: p.limit.Domains})
		}
	}
	return out
}

// person is who the persona is once the portal knows them.
func (p *persona) person() auth.Person {
	if p.absent {
		return auth.Person{}
	}
	out := auth.Person{TenantID: authtest.Directory, ObjectID: authtest.ObjectID(p.name), Name: "Persona " + p.name, Roles: p.roles, Limits: map[auth.Role][]auth.Limit{}}
	if p.limit != nil {
		for _, r := range p.roles {
			out.Limits[r] = []auth.Limit{*p.limit}
		}
	}
	return out
}

// stored reports whether the persona has a session in the database.
func (p *persona) stored() bool { return p.name != "anonymous" && p.name != "revoked" }

// signIn stores the sessions of the personas; those that had ended at their
// first use are stored anew.
func (s *site) signIn(tb testing.TB, all []*persona) {
	tb.Helper()
	for _, p := range all {
		if !p.stored() {
			continue
		}
		sum := sha256.Sum256([]byte("sitetest " + p.name))
		p.cookie = base64.RawURLEncoding.EncodeToString(sum[:])
		if _, err := s.db.Reader().Session(tb.Context(), sha256.Sum256([]byte(p.cookie))); err == nil {
			continue
		}
		roles := []string{}
		for _, r := range p.roles {
			roles = append(roles, string(r))
		}
		row := db.Session{Hash: sha256.Sum256([]byte(p.cookie)), Tenant: authtest.Directory, Person: authtest.ObjectID(p.name), Name: "Persona " + p.name, Address: p.name + "@contoso.example",
			Roles: roles, Started: now().Add(-p.started), Confirmed: now(), RolesRead: now().Add(-p.rolesRead), Seen: now().Add(-p.seen)}
		if err := s.db.Write(tb.Context(), func(tx *db.Tx) error { return tx.AddSession(tb.Context(), row) }); err != nil {
			tb.Fatalf("session of %s: %v", p.name, err)
		}
	}
}

// as signs one persona in and returns the cookie.
func (s *site) as(tb testing.TB, name string) string {
	tb.Helper()
	all := personas()
	i := slices.IndexFunc(all, func(p *persona) bool { return p.name == name })
	s.signIn(tb, all[i:i+1])
	return all[i].cookie
}
