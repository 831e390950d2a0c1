package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/fault"
)

// session is a fresh sign-in of a test person with roles.
func (p *portal) session(name string, roles ...string) auth.Session {
	p.t.Helper()
	p.issuer.SignInAs(authtest.Person(name, roles...))
	cookie, _ := p.signIn()
	sess, err := p.Lookup(p.t.Context(), cookie, client)
	if err != nil {
		p.t.Fatalf("sign in %s: %v", name, err)
	}
	return sess
}

var wish = auth.TokenWish{Purpose: "nightly deployment", Grants: []string{"read", "ask"}, Days: 30}

// token makes a token for a person with roles.
func (p *portal) token(name string, roles ...string) (string, auth.Token, auth.Session) {
	p.t.Helper()
	sess := p.session(name, roles...)
	t, text, err := p.MakeToken(p.t.Context(), sess, wish, []string{"contoso"}, client)
	if err != nil {
		p.t.Fatalf("make a token: %v", err)
	}
	return text.Reveal(), t, sess
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	text, made, _ := p.token("ana", "requester", "approver")
	if len(text) != len(auth.TokenPrefix)+43 || made.ID == "" || strings.Contains(text, made.ID) {
		t.Fatalf("token %d characters, id %q", len(text), made.ID)
	}
	var stored string
	if err := p.db.Reader().QueryRow(t.Context(), `SELECT group_concat(quote(hash) || id || purpose || why) FROM api_token`).Scan(&stored); err != nil || strings.Contains(stored, text) {
		t.Errorf("the database has the token itself: %v", err)
	}
	who, err := p.bearer(text)
	if err != nil || who.ObjectID != authtest.ObjectID("ana") || who.Token != made.ID {
		t.Fatalf("bearer = %+v, %v", who, err)
	}
	for action, want := range map[auth.Action]bool{auth.ViewWorkspaces: true, auth.MakeRequest: true, auth.StartScan: false, auth.DecideRequest: false,
		auth.Delegate: false, auth.ViewApprovals: false, auth.MakeToken: false, auth.ViewOwnSessions: false, auth.RevokeOwnToken: false} {
		if got := auth.May(who, action, auth.Object{}); got != want {
			t.Errorf("a token with read and ask: %s is %v, want %v", action, got, want)
		}
	}
	mine, err := p.Tokens(t.Context(), who)
	if err != nil || len(mine) != 1 || mine[0].Used.IsZero() || mine[0].UsedIP != client.IP {
		t.Errorf("last use is not shown: %+v, %v", mine, err)
	}
	for _, bad := range []string{"", text[:len(text)-1], text + "A", strings.ToUpper(text), auth.TokenPrefix + strings.Repeat("A", 43)} {
		if _, err := p.bearer(bad); !fault.Is(err, fault.Denied) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	p.advance(30*24*time.Hour + time.Second)
	if _, err := p.bearer(text); auth.RuleOf(err) != "bearer token expired" {
		t.Errorf("after its end: %v", err)
	}
}

// TestTokenWishes: what a token may not be is refused at its field.
func TestTokenWishes(t *testing.T) {
	t.Parallel()
	p := open(t, true, func(c *auth.Config) {
		c.TokenDays = 10
		c.LimitRules = []auth.LimitRule{{Role: auth.Viewer, Limit: auth.Limit{Tenants: []string{"contoso"}}}}
	})
	sess := p.session("ana", "viewer")
	for field, bend := range map[string]func(*auth.TokenWish){
		"purpose": func(w *auth.TokenWish) { w.Purpose = "  " },
		"grants":  func(w *auth.TokenWish) { w.Grants = []string{"read", "approve"} },
		"days":    func(w *auth.TokenWish) { w.Days = 11 },
		"tenants": func(w *auth.TokenWish) { w.Tenants = []string{"fabrikam"} },
	} {
		w := auth.TokenWish{Purpose: "a pipeline", Grants: []string{"read"}, Days: 10}
		bend(&w)
		_, _, err := p.MakeToken(t.Context(), sess, w, []string{"contoso", "fabrikam"}, client)
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("a bad %s: %v", field, err)
		}
	}
	_, text, err := p.MakeToken(t.Context(), sess, auth.TokenWish{Purpose: "x", Grants: []string{"read"}, Tenants: []string{"contoso"}, Days: 10}, []string{"contoso"}, client)
	if err != nil {
		t.Fatal(err)
	}
	by, err := p.Bearer(t.Context(), text.Reveal(), client)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.MakeToken(t.Context(), by, wish, []string{"contoso"}, client); !fault.Is(err, fault.NotFound) {
		t.Errorf("a token made a token: %v", err)
	}
	for tenant, want := range map[string]bool{"contoso": true, "fabrikam": false} {
		if got := auth.May(by.Person, auth.ViewItems, auth.Object{Tenant: tenant}); got != want {
			t.Errorf("%s is open: %v", tenant, got)
		}
	}
}

// TestTokenEndsWithItsOwner: roles are the owner's at each use, and whoever
// left takes their tokens with them.
func TestTokenEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*portal, auth.Session, auth.Token){
		"role taken away, session there": func(p *portal, _ auth.Session, _ auth.Token) {
			p.issuer.SignInAs(authtest.Person("ana"))
			p.advance(auth.RenewAfter + time.Second)
		},
		"role taken away, signed out": func(p *portal, s auth.Session, _ auth.Token) {
			if _, err := p.SignOut(p.t.Context(), s, client); err != nil {
				p.t.Fatal(err)
			}
			p.issuer.SignInAs(authtest.Person("ana"))
			p.advance(auth.RenewAfter + time.Second)
		},
		"account gone": func(p *portal, _ auth.Session, _ auth.Token) {
			p.issuer.Fail("/token", 400)
			p.advance(auth.RenewAfter + time.Second)
		},
		"not seen for a month": func(p *portal, _ auth.Session, _ auth.Token) { p.advance(auth.VouchedWithin - time.Hour) },
		"revoked by the owner": func(p *portal, s auth.Session, k auth.Token) {
			if err := p.RevokeToken(p.t.Context(), s, k.ID, client); err != nil {
				p.t.Fatal(err)
			}
		},
		"revoked by an admin": func(p *portal, _ auth.Session, k auth.Token) {
			if err := p.RevokeToken(p.t.Context(), p.session("root", "admin"), k.ID, client); err != nil {
				p.t.Fatal(err)
			}
		},
		"shut out by an admin": func(p *portal, s auth.Session, _ auth.Token) {
			if _, err := p.RevokePerson(p.t.Context(), p.session("root", "admin"), s.Person.TenantID, s.Person.ObjectID, client); err != nil {
				p.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, true, nil)
			text, made, sess := p.token("ana", "requester")
			if _, err := p.bearer(text); err != nil {
				t.Fatal(err)
			}
			leave(p, sess, made)
			who, err := p.bearer(text)
			if name == "not seen for a month" {
				if err != nil {
					t.Fatalf("within the month: %v", err)
				}
				return
			}
			if !fault.Is(err, fault.Denied) {
				t.Errorf("it still works: %+v, %v", who.Roles, err)
			}
		})
	}
}

// TestTokenOfAnother: nobody but its owner and admins can end a token, and what
// is absent looks like what is another's.
func TestTokenOfAnother(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	text, made, _ := p.token("ana", "requester")
	ben := p.session("ben", "approver", "operator", "auditor", "viewer")
	one, two := p.RevokeToken(t.Context(), ben, made.ID, client), p.RevokeToken(t.Context(), ben, "0123456789abcdef", client)
	if !fault.Is(one, fault.NotFound) || fault.Sentence(one) != fault.Sentence(two) {
		t.Errorf("another's token: %v; none: %v", one, two)
	}
	if _, err := p.bearer(text); err != nil {
		t.Errorf("the token ended: %v", err)
	}
}
