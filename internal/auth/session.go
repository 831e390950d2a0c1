package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Session is one signed-in browser.
type Session struct {
	// Hash is the SHA-256 of the id; the id itself is in the cookie only.
	Hash   ledger.Hash
	Person Person
	// Started is the first sign-in, Confirmed when the person last proved who
	// they are (zero when the provider did not say), RolesRead when their roles
	// were read, Seen the last use.
	Started, Confirmed, RolesRead, Seen time.Time
	IP, Agent                           string
	// RenewSoon asks for a renewal at the next chance that disturbs nobody: a
	// GET of a page.
	RenewSoon bool
}

// Recent reports whether the person proved who they are within RecentLimit.
func (s Session) Recent(now time.Time) bool {
	return within(s.Confirmed, now.Add(-RecentLimit), now.Add(issuedAfter))
}

// Ends is when the session ends at the latest.
func (s Session) Ends() time.Time { return s.Started.Add(AbsoluteLimit) }

// Why there is no session, for errors.Is. ErrRoles means that a renewal would
// help; the others need a sign-in.
var (
	ErrNoSession = fault.New(fault.Denied, "You are not signed in.")
	ErrIdle      = fault.New(fault.Denied, "You were signed out after 30 minutes without activity. Sign in again.")
	ErrOld       = fault.New(fault.Denied, "You were signed out: a session lasts eight hours. Sign in again.")
	ErrRoles     = fault.New(fault.Denied, "Your roles have to be read again before this can be done. Reload the page, then try again.")
)

// seenEvery is how exactly the last use is kept: a write per request would
// make every page a write.
const seenEvery = time.Minute

// Lookup returns the session of a cookie. It fails with one of the errors
// above; the first failure of a session that is too old also ends it.
func (s *Service) Lookup(ctx context.Context, cookie string, c Client) (Session, error) {
	if len(cookie) != 43 {
		return Session{}, ErrNoSession
	}
	row, err := s.cfg.DB.Reader().Session(ctx, hashOf(cookie))
	if fault.Is(err, fault.NotFound) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, err
	}
	now := s.cfg.Now()
	sess := s.session(row)
	switch {
	case now.Sub(row.Started) >= AbsoluteLimit:
		return Session{}, s.expire(ctx, sess, c, ErrOld)
	case now.Sub(row.Seen) >= IdleLimit:
		return Session{}, s.expire(ctx, sess, c, ErrIdle)
	case now.Sub(row.RolesRead) >= RenewAfter:
		if sess, err = s.reread(ctx, sess, c); err != nil {
			return Session{}, err
		}
	}
	if now.Sub(row.Seen) >= seenEvery {
		if err := s.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.TouchSession(ctx, sess.Hash) }); err != nil {
			return Session{}, err
		}
	}
	return sess, nil
}

// Owner returns the key of the person whose session a cookie stands for, or
// stood for until it ended; false when nobody knows. It lets nobody in.
func (s *Service) Owner(ctx context.Context, cookie string) (Person, bool) {
	tenant, person, err := s.cfg.DB.Reader().SessionOwner(ctx, hashOf(cookie))
	return Person{TenantID: tenant, ObjectID: person}, err == nil
}

// session gives a stored row its meaning. The limits are today's, not those of
// the day of the sign-in.
func (s *Service) session(row db.Session) Session {
	p := Person{TenantID: row.Tenant, ObjectID: row.Person, Issuer: row.Issuer, Subject: row.Subject, Name: row.Name, Address: row.Address, Roles: rolesNamed(row.Roles)}
	p.Limits = limitsOf(s.cfg.LimitRules, p)
	confirmed := row.Confirmed
	if confirmed.UnixMilli() == 0 {
		confirmed = time.Time{}
	}
	return Session{Hash: row.Hash, Person: p, Started: row.Started, Confirmed: confirmed, RolesRead: row.RolesRead, Seen: row.Seen, IP: row.IP, Agent: row.Agent}
}

// expire ends a session and says so in the ledger.
func (s *Service) expire(ctx context.Context, sess Session, c Client, why error) error {
	if err := s.end(ctx, sess, c, ledger.SessionEnd, sess.Person.Actor(), fault.Sentence(why)); err != nil {
		return err
	}
	return why
}

// end removes a session and records it in one transaction; ending one that is
// gone is no error and no entry.
func (s *Service) end(ctx context.Context, sess Session, c Client, action ledger.Action, by ledger.Actor, reason string) error {
	s.bequeath(ctx, sess)
	s.refreshes.drop(sess.Hash)
	e := c.entry(action, ledger.Done, by)
	e.Session, e.Reason = sess.Hash.String(), reason
	e.Object.ID, e.Object.Name = sess.Hash.String()[:16], sess.Person.Name
	return s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := tx.EndSession(ctx, sess.Hash)
		if err != nil || !there {
			return err
		}
		return tx.Record(ctx, e)
	})
}

// settle begins, confirms or renews the session after the provider has vouched
// for the person.
func (s *Service) settle(ctx context.Context, cb Callback, at attempt, p Person, authTime time.Time, refresh secret.Value) (Completed, error) {
	done := Completed{Person: p, Purpose: at.purpose, ReturnTo: at.returnTo}
	now := s.cfg.Now()
	if at.purpose == ForSignIn {
		return s.begin(ctx, cb, done, db.Session{Started: now, Confirmed: authTime}, hashOf(cb.Session), refresh)
	}
	// A step-up and a renewal are for the session that asked, and it is the one
	// in the browser.
	old, err := s.cfg.DB.Reader().Session(ctx, at.session)
	if err != nil || at.session != hashOf(cb.Session) || now.Sub(old.Started) >= AbsoluteLimit {
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Completed{}, err
		}
		return Completed{}, about(p, refuse("session gone", "Your session has ended meanwhile. Sign in again."))
	}
	if !p.Same(s.session(old).Person) {
		return Completed{}, about(p, refuse("other person", "You confirmed as someone else than you are signed in as. Sign out first to change accounts."))
	}
	if at.purpose == ForRenewal {
		return s.renewed(ctx, cb, done, old, refresh)
	}
	if !within(authTime, now.Add(-RecentLimit), now.Add(issuedAfter)) {
		return Completed{}, about(p, refuse("auth_time", "The sign-in provider did not confirm that you proved who you are just now. An administrator may have to add the optional claim auth_time to the portal's application."))
	}
	return s.begin(ctx, cb, done, db.Session{Started: old.Started, Confirmed: authTime}, old.Hash, refresh)
}

// begin stores a session under a fresh id and ends the one before it.
func (s *Service) begin(ctx context.Context, cb Callback, done Completed, row db.Session, old ledger.Hash, refresh secret.Value) (Completed, error) {
	id, err := s.random()
	if err != nil {
		return Completed{}, err
	}
	now, p := s.cfg.Now(), done.Person
	row.Hash, row.Tenant, row.Person, row.Issuer, row.Subject = hashOf(id), p.TenantID, p.ObjectID, p.Issuer, p.Subject
	row.Name, row.Address, row.Roles = p.Name, p.Address, roleNames(p.Roles)
	row.RolesRead, row.Seen, row.IP, row.Agent = now, now, cb.Client.IP, clipAgent(cb.Client.Agent)
	if row.Confirmed.IsZero() {
		row.Confirmed = time.UnixMilli(0)
	}
	action := ledger.SignIn
	if done.Purpose == ForStepUp {
		action = ledger.StepUp
	}
	e := cb.Client.entry(action, ledger.Done, p.Actor())
	e.Session = row.Hash.String()
	e.Details = map[ledger.Detail]string{ledger.Roles: strings.Join(row.Roles, " "), ledger.Issuer: s.cfg.Issuer}
	err = s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.EndSession(ctx, old); err != nil {
			return err
		}
		if err := tx.AddSession(ctx, row); err != nil {
			return err
		}
		return tx.Record(ctx, e)
	})
	if err != nil {
		return Completed{}, fmt.Errorf("begin session: %w", err)
	}
	s.refreshes.drop(old)
	s.refreshes.keep(row.Hash, refresh, row.Started.Add(AbsoluteLimit))
	done.Cookies = []*http.Cookie{s.cookie(s.SessionCookie(), id, 0)}
	if !s.attempts.open(hashOf(cb.Browser), now.Add(-AttemptLimit)) { // else another tab still needs it
		done.Cookies = append(done.Cookies, s.cookie(s.AttemptCookie(), "", 0))
	}
	return done, nil
}

func clipAgent(agent string) string {
	return strings.ToValidUTF8(agent[:min(len(agent), 300)], "")
}

// dropAfter ends the session behind a renewal or step-up when the provider
// says that the person has no role any more or is not who they were. A failed
// step-up alone leaves the session as it was.
func (s *Service) dropAfter(ctx context.Context, cb Callback, at attempt, err error) {
	if !IsNoRole(err) {
		return
	}
	row, rerr := s.cfg.DB.Reader().Session(ctx, at.session)
	if rerr != nil {
		return
	}
	if eerr := s.end(ctx, s.session(row), cb.Client, ledger.SessionEnd, s.session(row).Person.Actor(), "The role was taken away."); eerr != nil {
		s.cfg.Log.Error("session without role not ended", "error", errors.Join(err, eerr))
	}
}

// ForRenewalOnly returns a session whose roles are too old for Lookup, to
// renew it or to end it; nothing else may be done with it.
func (s *Service) ForRenewalOnly(ctx context.Context, cookie string) (Session, error) {
	row, err := s.cfg.DB.Reader().Session(ctx, hashOf(cookie))
	if err != nil {
		return Session{}, err
	}
	now := s.cfg.Now()
	if now.Sub(row.Started) >= AbsoluteLimit || now.Sub(row.Seen) >= IdleLimit {
		return Session{}, ErrNoSession
	}
	return s.session(row), nil
}
