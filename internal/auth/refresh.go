package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// refreshes holds refresh tokens by session, in memory only: a database or a
// backup that is stolen holds none.
type refreshes struct {
	mu     sync.Mutex
	by     map[ledger.Hash]refreshToken
	flight singleflight.Group
}

type refreshToken struct {
	token secret.Value
	until time.Time
}

func (r *refreshes) keep(session ledger.Hash, token secret.Value, until time.Time) {
	if token.Empty() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[ledger.Hash]refreshToken{}
	}
	r.by[session] = refreshToken{token, until}
}

func (r *refreshes) of(session ledger.Hash) (refreshToken, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.by[session]
	return t, ok
}

func (r *refreshes) drop(session ledger.Hash) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.by, session)
}

func (r *refreshes) sweep(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for hash, t := range r.by {
		if now.After(t.until) {
			delete(r.by, hash)
		}
	}
}

// reread reads a session's roles again if it can without the browser, and
// otherwise says how urgent a renewal through it is: RenewSoon, then ErrRoles.
func (s *Service) reread(ctx context.Context, sess Session, c Client) (Session, error) {
	_, canAsk := s.refreshes.of(sess.Hash)
	if canAsk {
		fresh, err := s.Reread(ctx, sess, c)
		if err == nil || !fault.Is(err, fault.Unavailable) {
			return fresh, err
		}
		s.cfg.Log.Warn("roles not read again", "error", secret.Redact(fmt.Sprint(err)))
	}
	if s.cfg.Now().Sub(sess.RolesRead) >= RolesLimit {
		return Session{}, ErrRoles
	}
	// A provider that is down would not answer the browser either.
	sess.RenewSoon = !canAsk
	return sess, nil
}

// Reread asks the provider for the person's roles now. Decisions call it
// before they count. When the provider says that the person or the role is
// gone, the session ends. Unavailable when the provider does not answer, or
// when there is no way to ask it without the browser and the roles are older
// than RenewAfter; a session whose roles are younger is returned as it is.
func (s *Service) Reread(ctx context.Context, sess Session, c Client) (Session, error) {
	if _, ok := s.refreshes.of(sess.Hash); !ok {
		if s.cfg.Now().Sub(sess.RolesRead) < RenewAfter {
			return sess, nil
		}
		return Session{}, fault.Wrap(ErrRoles, fault.Unavailable, "%s", ErrRoles.Sentence)
	}
	// A refresh token may be good for one use: requests of one session share
	// its answer.
	out, err, _ := s.refreshes.flight.Do(string(sess.Hash[:]), func() (any, error) {
		return s.refresh(context.WithoutCancel(ctx), sess, c)
	})
	fresh, _ := out.(Session)
	return fresh, err
}

func (s *Service) refresh(ctx context.Context, sess Session, c Client) (Session, error) {
	t, ok := s.refreshes.of(sess.Hash)
	if !ok {
		return Session{}, ErrNoSession
	}
	p, next, err := s.askAgain(ctx, t.token, sess.Person)
	if err != nil {
		return Session{}, s.lost(ctx, sess, c, err)
	}
	s.refreshes.keep(sess.Hash, next, t.until)
	return s.storeRoles(ctx, sess, p, c)
}

// askAgain has the provider vouch for a person with a refresh token, and
// returns the one for the next time, which may be empty. Without a subject (a
// token's owner) the person's key alone is compared.
func (s *Service) askAgain(ctx context.Context, refresh secret.Value, was Person) (p Person, next secret.Value, err error) {
	e, err := s.endpoints(ctx)
	if err != nil {
		return p, next, unavailable(err)
	}
	conf, err := s.oauth(e, true)
	if err != nil {
		return p, next, unavailable(err)
	}
	token, err := conf.TokenSource(s.withClient(ctx), &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	if err != nil {
		return p, next, tokenError(err, secret.New(conf.ClientSecret))
	}
	raw, _ := token.Extra("id_token").(string)
	cl, err := s.verify(ctx, raw, "", token.AccessToken)
	if err != nil {
		return p, next, err
	}
	p = s.personOf(cl)
	if !p.Same(was) || was.Subject != "" && p.Subject != was.Subject {
		return p, next, refuse("other person", "The sign-in provider answered about someone else. Sign in again.")
	}
	if cl, err = s.withUserInfo(ctx, cl, token.AccessToken); err != nil {
		return p, next, err
	}
	p.Roles, err = s.rolesOf(cl)
	return p, secret.New(token.RefreshToken), err
}

// storeRoles keeps what the provider said, and records it when it is news.
func (s *Service) storeRoles(ctx context.Context, sess Session, p Person, c Client) (Session, error) {
	p.Limits = limitsOf(s.cfg.LimitRules, p)
	before := strings.Join(roleNames(sess.Person.Roles), " ")
	after := strings.Join(roleNames(p.Roles), " ")
	sess.Person, sess.RolesRead, sess.RenewSoon = p, s.cfg.Now(), false
	row := db.Session{Hash: sess.Hash, Tenant: p.TenantID, Person: p.ObjectID, Name: p.Name, Address: p.Address, Roles: roleNames(p.Roles), RolesRead: sess.RolesRead}
	err := s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.RefreshSession(ctx, row); err != nil || before == after {
			return err
		}
		e := c.entry(ledger.SignIn, ledger.Done, p.Actor())
		e.Session, e.Reason = sess.Hash.String(), "The roles changed."
		e.Details = map[ledger.Detail]string{ledger.Roles: after, ledger.StateBefore: before}
		return tx.Record(ctx, e)
	})
	if fault.Is(err, fault.NotFound) {
		return Session{}, ErrNoSession
	}
	return sess, err
}

// lost ends a session that the provider does not vouch for any more; a
// provider that is merely down ends nothing.
func (s *Service) lost(ctx context.Context, sess Session, c Client, why error) error {
	if fault.Is(why, fault.Unavailable) {
		return why
	}
	reason := "The sign-in provider does not vouch for the person any more."
	if IsNoRole(why) {
		reason = "The role was taken away."
	}
	s.refreshes.drop(sess.Hash) // it goes on nowhere
	if err := s.forget(ctx, sess.Person); err != nil {
		return errors.Join(err, why)
	}
	if err := s.end(ctx, sess, c, ledger.SessionEnd, sess.Person.Actor(), reason); err != nil {
		return errors.Join(err, why)
	}
	return why
}

// forget notes that nobody vouches for the person any more: the tokens they
// made rest until they sign in again.
func (s *Service) forget(ctx context.Context, p Person) error {
	s.vouchers.drop(ownerKey(p))
	return s.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.LoseRoles(ctx, p.TenantID, p.ObjectID) })
}

// renewed ends a renewal through the browser: the session goes on under its id.
func (s *Service) renewed(ctx context.Context, cb Callback, done Completed, old db.Session, refresh secret.Value) (Completed, error) {
	sess, err := s.storeRoles(ctx, s.session(old), done.Person, cb.Client)
	if err != nil {
		return Completed{}, err
	}
	s.refreshes.keep(sess.Hash, refresh, sess.Ends())
	done.Cookies = append(done.Cookies, s.cookie(s.AttemptCookie(), "", 0))
	return done, nil
}
