package auth

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/fault"
)

// Tolerances of a token's times against our clock.
const (
	// clocksDiffer is how far the provider's clock may be from ours.
	clocksDiffer = 5 * time.Minute
	// datedBack is by how much Entra ID dates its tokens back.
	datedBack   = 5 * time.Minute
	issuedAfter = clocksDiffer
	notBefore   = time.Minute
)

// Most that is taken of what describes a person. OpenID Connect gives sub 255
// characters; the others only name people on pages.
const (
	maxSubject = 255
	maxName    = 200
)

// claims are the parts of a token, by their exact names: Go's decoder would
// take TID for tid.
type claims map[string]json.RawMessage

func readClaims(payload []byte) (claims, error) {
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil || c == nil {
		return nil, refuse("claims", "The token of the sign-in provider cannot be read.")
	}
	return c, nil
}

func (c claims) has(name string) bool { _, ok := c[name]; return ok }

// text returns a claim that is a string; empty when absent or anything else.
func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// time returns a claim that is a number of seconds; zero when it is none.
func (c claims) time(name string) time.Time {
	var n float64
	if json.Unmarshal(c[name], &n) != nil || n <= 0 || n > math.MaxInt32*4 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// find returns a claim by its name or, where providers nest, by its path:
// realm_access.roles, resource_access.portal.example.roles. A name may itself
// hold dots.
func (c claims) find(name string) (json.RawMessage, bool) {
	if raw, ok := c[name]; ok {
		return raw, true
	}
	for i := range name {
		var next claims
		if name[i] != '.' || json.Unmarshal(c[name[:i]], &next) != nil {
			continue
		}
		if raw, ok := next.find(name[i+1:]); ok {
			return raw, true
		}
	}
	return nil, false
}

// names returns the values of a claim in any of the forms that providers use
// for roles and groups: an array of texts, one text (several with blanks
// between), or an object whose keys are the names.
func (c claims) names(name string) ([]string, bool) {
	if list, ok := c.list(name); ok {
		return list, true
	}
	raw, ok := c.find(name)
	if !ok {
		return nil, false
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return append(strings.Fields(one), one), true
	}
	var keyed map[string]json.RawMessage
	if json.Unmarshal(raw, &keyed) != nil || keyed == nil {
		return nil, false
	}
	return slices.Sorted(maps.Keys(keyed)), true
}

// list returns a claim that is an array of strings.
func (c claims) list(name string) ([]string, bool) {
	raw, ok := c.find(name)
	if !ok {
		return nil, false
	}
	var out []string
	if json.Unmarshal(raw, &out) != nil {
		return nil, false
	}
	return out, true
}

// audience returns aud, which may be one string or several.
func (c claims) audience() []string {
	if one := c.text("aud"); one != "" {
		return []string{one}
	}
	list, _ := c.list("aud")
	return list
}

// overage reports whether the provider left groups or roles out because they
// were too many, and says instead where to ask for them. We never ask: the
// address is the token's, and the bearer would go with it.
func (c claims) overage(rolesClaim string) bool {
	var names map[string]json.RawMessage
	if json.Unmarshal(c["_claim_names"], &names) == nil {
		if _, ok := names[rolesClaim]; ok {
			return true
		}
		if _, ok := names["groups"]; ok && !c.has(rolesClaim) {
			return true
		}
	}
	return c.has("hasgroups") && !c.has(rolesClaim)
}

// refusal is a sign-in or token that was turned away, and by which rule.
type refusal struct {
	rule string
	err  *fault.Error
}

func (r *refusal) Error() string { return "sign-in refused (" + r.rule + "): " + r.err.Sentence }
func (r *refusal) Unwrap() error { return r.err }

func refuse(rule, sentence string, args ...any) error {
	return &refusal{rule: rule, err: fault.New(fault.Denied, "%s", fmt.Sprintf(sentence, args...))}
}

const badToken = "The sign-in provider sent a token that is not acceptable here (%s). Start again; if it happens twice, tell whoever runs the portal."

const clockDiffers = "The sign-in provider's token is from another time (%s): the clocks of the provider and of the portal's server seem to differ by minutes. Start again; if it happens twice, whoever runs the portal has to look at the clocks."

// expectation is what a token is held to beyond its signature, issuer,
// audience and expiry, which go-oidc checks.
type expectation struct {
	kind      Kind
	directory string // of Entra ID
	clientID  string
	nonce     string // empty: none is expected (a refreshed token)
	guests    bool
	now       time.Time
}

// check holds an ID token's claims against R17. go-oidc accepts each of these
// faults.
func (x expectation) check(c claims) error {
	for _, rule := range []struct {
		name string
		ok   bool
	}{
		{"nonce", x.nonceOK(c)},
		{"events", !c.has("events")}, // a logout token
		{"scp", !c.has("scp")},       // an access token
		{"sub", isSubject(c.text("sub"))},
		{"azp", x.azpOK(c)},
		{"iat", within(c.time("iat"), x.now.Add(-x.issuedBefore()), x.now.Add(issuedAfter))},
		{"nbf", !c.has("nbf") || within(c.time("nbf"), time.Unix(1, 0), x.now.Add(notBefore))},
		{"auth_time", !c.has("auth_time") || within(c.time("auth_time"), time.Unix(1, 0), x.now.Add(issuedAfter))},
	} {
		if !rule.ok && slices.Contains([]string{"iat", "nbf"}, rule.name) && c.has(rule.name) {
			return refuse(rule.name, clockDiffers, rule.name)
		}
		if !rule.ok {
			return refuse(rule.name, badToken, rule.name)
		}
	}
	if x.kind == Entra {
		return x.checkEntra(c)
	}
	return nil
}

// issuedBefore is how old a token may be that was made for us just now.
func (x expectation) issuedBefore() time.Duration {
	if x.kind == Entra {
		return clocksDiffer + datedBack
	}
	return clocksDiffer
}

// isSubject refuses none, and one so long that its end would be lost where it
// is recorded.
func isSubject(sub string) bool { return sub != "" && len(sub) <= maxSubject }

func (x expectation) checkEntra(c claims) error {
	if !strings.EqualFold(c.text("tid"), x.directory) {
		return refuse("tid", badToken, "tid")
	}
	if !guidPattern.MatchString(c.text("oid")) {
		return refuse("oid", badToken, "oid")
	}
	if c.text("ver") != "2.0" {
		return refuse("ver", badToken, "ver")
	}
	if !x.guests && x.guest(c) {
		return refuse("guest", "Guest accounts cannot sign in here. Use an account of this organisation; an administrator can allow guests with sign_in.guests.")
	}
	return nil
}

// guest reports whether the account is at home elsewhere: acct says so where
// it is configured, and idp names another provider than the issuer.
func (x expectation) guest(c claims) bool {
	acct := strings.Trim(string(c["acct"]), `"`)
	idp := c.text("idp")
	return c.has("acct") && acct != "0" || c.has("idp") && idp != c.text("iss")
}

// nonceOK compares the nonce in constant time. A refreshed token may repeat
// none.
func (x expectation) nonceOK(c claims) bool {
	if x.nonce == "" {
		return true
	}
	return subtle.ConstantTimeCompare([]byte(c.text("nonce")), []byte(x.nonce)) == 1
}

// azpOK: the party the token was issued to is us, and is named when there are
// several audiences.
func (x expectation) azpOK(c claims) bool {
	if c.has("azp") {
		return c.text("azp") == x.clientID
	}
	aud := c.audience()
	return len(aud) == 1 && slices.Contains(aud, x.clientID)
}

// within is false for the zero time: a time that is absent or unreadable is
// not within anything.
func within(t, from, to time.Time) bool { return !t.IsZero() && !t.Before(from) && !t.After(to) }

// personOf reads who the token is about. The claims have been checked.
func (s *Service) personOf(c claims) Person {
	p := Person{Issuer: s.cfg.Issuer, Subject: c.text("sub"), Name: c.text("name")}
	if s.cfg.Kind == Entra {
		p.TenantID, p.ObjectID = s.directory, strings.ToLower(c.text("oid"))
		p.Address = c.text("preferred_username")
	} else {
		p.TenantID, p.ObjectID = s.cfg.Issuer, p.Subject
		p.Address = c.text("email")
	}
	for _, other := range []string{"preferred_username", "email", "upn"} {
		if p.Address == "" {
			p.Address = c.text(other)
		}
	}
	if p.Name == "" {
		p.Name = p.Address
	}
	p.Name, p.Address = clipName(p.Name), clipName(p.Address)
	return p
}

// clipName cuts a name that is longer than any page has room for.
func clipName(name string) string {
	for i, n := 0, 0; i < len(name); n++ {
		if n == maxName {
			return name[:i] + "…"
		}
		_, size := utf8.DecodeRuneInString(name[i:])
		i += size
	}
	return name
}

// rolesOf reads the roles. NoRole errors say which of the three reasons it is,
// for the ledger; people get the page that says whom to ask.
func (s *Service) rolesOf(c claims) ([]Role, error) {
	if c.overage(s.cfg.RolesClaim) {
		return nil, s.noRole("overage")
	}
	values, ok := c.list(s.cfg.RolesClaim)
	if s.cfg.Kind == OIDC {
		values, ok = c.names(s.cfg.RolesClaim)
	}
	if !ok {
		return nil, s.noRole("roles absent")
	}
	roles := s.roles.Of(values)
	if len(roles) == 0 {
		return nil, s.noRole("roles unknown")
	}
	return roles, nil
}
