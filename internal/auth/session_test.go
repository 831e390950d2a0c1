package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// noRefresh makes the provider give no refresh tokens.
func (p *portal) noRefresh() {
	p.issuer.Forge(func(f *authtest.Forgery) { delete(f.Reply, "refresh_token") })
}

func TestIdleAndAbsoluteLimits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		steps []time.Duration // between requests
		want  error
	}{
		{"used all the time", []time.Duration{29 * time.Minute, 29 * time.Minute, 29 * time.Minute}, nil},
		{"idle for half an hour", []time.Duration{30 * time.Minute}, auth.ErrIdle},
		{"idle later", []time.Duration{20 * time.Minute, 31 * time.Minute}, auth.ErrIdle},
		{"seven hours and a half", steps(18, 25*time.Minute), nil},
		{"eight hours in all", steps(20, 25*time.Minute), auth.ErrOld},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, true, nil)
			cookie, _ := p.signIn()
			var err error
			for _, d := range tc.steps {
				p.advance(d)
				if _, err = p.lookup(cookie); err != nil {
					break
				}
			}
			if !errors.Is(err, tc.want) {
				t.Fatalf("err = %v, want %v", err, tc.want)
			}
			if tc.want == nil {
				return
			}
			if _, err := p.lookup(cookie); !errors.Is(err, auth.ErrNoSession) || p.sessionCount() != 0 {
				t.Errorf("the session is still there: %v", err)
			}
			if es := p.entries(); es[len(es)-1].Action != ledger.SessionEnd {
				t.Errorf("last entry = %+v", es[len(es)-1])
			}
		})
	}
}

func steps(n int, d time.Duration) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = d
	}
	return out
}

func TestIdIsNotStored(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	for _, table := range []string{"session", "ledger", "signed_in"} {
		rows, err := p.db.Reader().Query(t.Context(), `SELECT * FROM `+table) //nolint:gosec // names of ours
		if err != nil {
			t.Fatal(err)
		}
		cols, _ := rows.Columns()
		for rows.Next() {
			vals := make([]any, len(cols))
			for i := range vals {
				vals[i] = new([]byte)
			}
			if err := rows.Scan(vals...); err != nil {
				t.Fatal(err)
			}
			for i := range vals {
				if strings.Contains(string(*vals[i].(*[]byte)), cookie) {
					t.Errorf("the id is in %s.%s", table, cols[i])
				}
			}
		}
	}
	for _, wrong := range []string{"", "x", cookie + "x", strings.ToLower(cookie), strings.Repeat("A", 43)} {
		if _, err := p.lookup(wrong); !errors.Is(err, auth.ErrNoSession) {
			t.Errorf("cookie %q: %v", wrong, err)
		}
	}
}

func TestStepUpRotatesAndKeepsTheStart(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	first, _ := p.signIn()
	started := p.mustLookup(first).Started
	p.advance(20 * time.Minute)
	s := p.mustLookup(first)
	if s.Recent(p.now()) {
		t.Error("twenty minutes old and recent")
	}
	v := p.begin(auth.Start{Purpose: auth.ForStepUp, Session: &s, ReturnTo: "/requests/7"})
	if q := query(t, v.url); q.Get("prompt") != "login" || q.Get("max_age") != "0" {
		t.Errorf("asked with %v", q)
	}
	v.Session = first
	done, err := p.Complete(t.Context(), v.Callback)
	if err != nil {
		t.Fatal(err)
	}
	second := sessionCookie(t, p.Service, done.Cookies)
	if second == first || done.ReturnTo != "/requests/7" {
		t.Errorf("completed = %+v", done)
	}
	if _, err := p.lookup(first); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the old id: %v", err)
	}
	s = p.mustLookup(second)
	if !s.Recent(p.now()) || !s.Started.Equal(started) {
		t.Errorf("after the step-up: %+v", s)
	}
	p.advance(auth.AbsoluteLimit - 20*time.Minute)
	if _, err := p.lookup(second); !errors.Is(err, auth.ErrOld) {
		t.Errorf("eight hours after the first sign-in: %v", err)
	}
}

func TestStepUpRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, rule string
		bend       func(p *portal, v *visit)
	}{
		{"without a new proof", "auth_time", func(p *portal, _ *visit) {
			p.issuer.Forge(claim("auth_time", p.now().Add(-time.Hour).Unix()))
		}},
		{"provider does not say when", "auth_time", func(p *portal, _ *visit) { p.issuer.Forge(without("auth_time")) }},
		{"someone else", "other person", func(p *portal, _ *visit) { p.issuer.SignInAs(authtest.Person("bo", "viewer")) }},
		{"session of another browser", "session gone", func(p *portal, v *visit) { v.Session = "x" }},
		{"signed out meanwhile", "session gone", func(p *portal, v *visit) {
			if _, err := p.SignOut(p.t.Context(), p.mustLookup(v.Session), client); err != nil {
				p.t.Fatal(err)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, true, nil)
			cookie, _ := p.signIn()
			s := p.mustLookup(cookie)
			v := p.begin(auth.Start{Purpose: auth.ForStepUp, Session: &s})
			v.Session = cookie
			tc.bend(p, &v)
			if _, err := p.Complete(t.Context(), v.Callback); !fault.Is(err, fault.Denied) {
				t.Fatalf("err = %v", err)
			}
			es := p.entries()
			if last := es[len(es)-1]; last.Action != ledger.StepUp || last.Outcome != ledger.Refused || last.Details[ledger.Rule] != tc.rule {
				t.Errorf("entry = %+v", last)
			}
		})
	}
}

func TestRolesAreReadAgainWithoutTheBrowser(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	p.issuer.SignInAs(authtest.Person("ana", "viewer", "admin"))
	p.advance(9 * time.Minute)
	if p.mustLookup(cookie).Person.Has(auth.Admin) {
		t.Error("read again too early")
	}
	p.advance(2 * time.Minute)
	if s := p.mustLookup(cookie); !s.Person.Has(auth.Admin) || s.RenewSoon {
		t.Errorf("roles = %v", s.Person.Roles)
	}
	es := p.entries()
	if last := es[len(es)-1]; last.Details[ledger.StateBefore] != "viewer" || last.Details[ledger.Roles] != "viewer admin" {
		t.Errorf("the change is not recorded: %+v", last)
	}
	p.issuer.SignInAs(authtest.Person("ana"))
	p.advance(11 * time.Minute)
	if _, err := p.lookup(cookie); !auth.IsNoRole(err) {
		t.Errorf("role taken away: %v", err)
	}
	if _, err := p.lookup(cookie); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the session goes on: %v", err)
	}
}

func TestDisabledAccountIsOutWithinFifteenMinutes(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	p.issuer.Forge(func(f *authtest.Forgery) { t.Error("a token was issued") })
	p.issuer.Fail("/token", 400)
	p.advance(11 * time.Minute)
	if _, err := p.lookup(cookie); !fault.Is(err, fault.Denied) || p.sessionCount() != 0 {
		t.Errorf("err = %v, %d sessions", err, p.sessionCount())
	}
}

// A provider that is down for a moment throws nobody out; one that is down for
// longer leaves nobody with roles that may be gone.
func TestProviderDownDuringASession(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	p.issuer.Fail("/token", 503)
	p.advance(11 * time.Minute)
	if s := p.mustLookup(cookie); s.RenewSoon {
		t.Error("the browser is sent to a provider that is down")
	}
	p.advance(4 * time.Minute)
	if _, err := p.lookup(cookie); !errors.Is(err, auth.ErrRoles) {
		t.Errorf("after 15 minutes: %v", err)
	}
	p.issuer.Fail("/token", 0)
	p.mustLookup(cookie)
}

func TestRenewalThroughTheBrowser(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	p.noRefresh()
	cookie, _ := p.signIn()
	p.advance(11 * time.Minute)
	s := p.mustLookup(cookie)
	if !s.RenewSoon {
		t.Fatal("no renewal is asked for")
	}
	v := p.begin(auth.Start{Purpose: auth.ForRenewal, Session: &s, ReturnTo: "/items"})
	if q := query(t, v.url); q.Get("prompt") != "none" || q.Get("login_hint") != "ana@contoso.example" {
		t.Errorf("asked with %v", q)
	}
	v.Session = cookie
	p.issuer.SignInAs(authtest.Person("ana", "viewer", "operator"))
	done, err := p.Complete(t.Context(), v.Callback)
	if err != nil || done.ReturnTo != "/items" {
		t.Fatal(err)
	}
	p.advance(5 * time.Minute)
	if s = p.mustLookup(cookie); !s.Person.Has(auth.Operator) || s.RenewSoon {
		t.Errorf("session = %+v", s)
	}
	p.advance(15 * time.Minute)
	if _, err := p.lookup(cookie); !errors.Is(err, auth.ErrRoles) {
		t.Errorf("roles older than 15 minutes: %v", err)
	}
	s.RenewSoon = true
	v = p.begin(auth.Start{Purpose: auth.ForRenewal, Session: &s})
	v.Session, v.Query = cookie, map[string][]string{"state": v.Query["state"], "error": {"login_required"}}
	if _, err := p.Complete(t.Context(), v.Callback); !errors.Is(err, auth.ErrInteraction) {
		t.Errorf("err = %v", err)
	}
	v = p.begin(auth.Start{Purpose: auth.ForRenewal, Session: &s})
	v.Session = cookie
	p.issuer.SignInAs(authtest.Person("ana"))
	if _, err := p.Complete(t.Context(), v.Callback); !auth.IsNoRole(err) || p.sessionCount() != 0 {
		t.Errorf("role taken away: %v, %d sessions", err, p.sessionCount())
	}
}

func TestRereadBeforeADecision(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	s := p.mustLookup(cookie)
	p.issuer.SignInAs(authtest.Person("ana", "auditor"))
	fresh, err := p.Reread(t.Context(), s, client)
	if err != nil || fresh.Person.Has(auth.Viewer) || !fresh.Person.Has(auth.Auditor) {
		t.Errorf("Reread = %v, %v", fresh.Person.Roles, err)
	}
}

func TestSignOutKillsOnTheServer(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	cookie, _ := p.signIn()
	gone, err := p.SignOut(t.Context(), p.mustLookup(cookie), client)
	if err != nil || gone.MaxAge >= 0 || gone.Name != p.SessionCookie() {
		t.Errorf("cookie = %v, %v", gone, err)
	}
	if _, err := p.lookup(cookie); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("after signing out: %v", err)
	}
	contains(t, p.SignOutURL(t.Context()), p.issuer.URL+"/logout?", "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F")
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	signIn := func(name string, roles ...string) (string, auth.Session) {
		p.issuer.SignInAs(authtest.Person(name, roles...))
		cookie, _ := p.signIn()
		return cookie, p.mustLookup(cookie)
	}
	anaOne, ana := signIn("ana", "viewer")
	anaTwo, ana2 := signIn("ana", "viewer")
	boCookie, bo := signIn("bo", "auditor")
	_, root := signIn("root", "admin")
	if own, err := p.Sessions(t.Context(), ana.Person); err != nil || len(own) != 2 {
		t.Fatalf("own sessions: %d, %v", len(own), err)
	}
	if _, err := p.AllSessions(t.Context(), bo.Person); !fault.Is(err, fault.NotFound) {
		t.Errorf("an auditor lists all sessions: %v", err)
	}
	if all, err := p.AllSessions(t.Context(), root.Person); err != nil || len(all) != 4 {
		t.Errorf("an admin lists %d, %v", len(all), err)
	}
	forbidden := p.Revoke(t.Context(), bo, ana.Hash.String(), client)
	absent := p.Revoke(t.Context(), bo, strings.Repeat("0", 64), client)
	if forbidden == nil || absent == nil || forbidden.Error() != absent.Error() {
		t.Errorf("forbidden and absent differ: %v, %v", forbidden, absent)
	}
	if err := p.Revoke(t.Context(), ana, ana2.Hash.String(), client); err != nil {
		t.Error(err)
	}
	if _, err := p.lookup(anaTwo); !errors.Is(err, auth.ErrNoSession) {
		t.Error("own other session goes on")
	}
	if err := p.Revoke(t.Context(), root, bo.Hash.String(), client); err != nil {
		t.Error(err)
	}
	if _, err := p.lookup(boCookie); !errors.Is(err, auth.ErrNoSession) {
		t.Error("a revoked session goes on")
	}
	if _, err := p.RevokePerson(t.Context(), ana, "", "", client); !fault.Is(err, fault.NotFound) {
		t.Errorf("a viewer revokes everyone: %v", err)
	}
	if n, err := p.RevokePerson(t.Context(), root, "", "", client); err != nil || n != 2 {
		t.Errorf("everyone: %d, %v", n, err)
	}
	if _, err := p.lookup(anaOne); !errors.Is(err, auth.ErrNoSession) {
		t.Error("not everyone was signed out")
	}
	var revoked int
	for _, e := range p.entries() {
		if e.Action == ledger.SessionRevoke {
			revoked++
		}
	}
	if revoked != 3 {
		t.Errorf("%d entries about revoking, want 3", revoked)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	p.signIn()
	p.advance(31 * time.Minute)
	if err := p.Service.Sweep(t.Context()); err != nil || p.sessionCount() != 0 {
		t.Errorf("%v, %d sessions", err, p.sessionCount())
	}
}

// A database that cannot record the sign-in lets nobody in.
func TestNoRecordNoSession(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	err := p.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), `CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback)
	if err == nil || len(done.Cookies) != 0 || p.sessionCount() != 0 {
		t.Errorf("signed in without a record: %v", err)
	}
}

func TestRefreshAboutSomeoneElseEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]authtest.Claims{
		"other object, same subject": {"sub": "sub-ana", "oid": authtest.ObjectID("bo"), "tid": authtest.Directory, "ver": "2.0", "roles": []string{"admin"}},
		"other subject, same object": {"sub": "sub-bo", "oid": authtest.ObjectID("ana"), "tid": authtest.Directory, "ver": "2.0", "roles": []string{"admin"}},
	} {
		p := open(t, true, nil)
		cookie, _ := p.signIn()
		p.issuer.SignInAs(who)
		p.advance(11 * time.Minute)
		if s, err := p.lookup(cookie); !fault.Is(err, fault.Denied) || p.sessionCount() != 0 {
			t.Errorf("%s: %+v, %v", name, s.Person, err)
		}
	}
}
