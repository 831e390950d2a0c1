package auth

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// VouchedWithin is how long ago the provider may have vouched for a token's
// owner at most, where the portal has no way to ask it again without them: it
// was started anew since they were there. A token then rests until its owner
// signs in.
const VouchedWithin = 30 * 24 * time.Hour

// useToken returns what a token of ours lets a program do now. The owner's
// roles are read again as those of a session are: from the provider where it
// can be asked, else what it said last, unless a scan saw the owner leave.
func (s *Service) useToken(ctx context.Context, text string, c Client) (Session, error) {
	if len(text) != len(TokenPrefix)+43 {
		return Session{}, badBearer("size", nil)
	}
	k, err := s.cfg.DB.Reader().APIToken(ctx, hashOf(text))
	if fault.Is(err, fault.NotFound) {
		return Session{}, badBearer("token unknown", nil)
	}
	if err != nil {
		return Session{}, err
	}
	now, t := s.cfg.Now(), tokenOf(k)
	switch {
	case !t.Ended.IsZero():
		return Session{}, about(t.Owner, tokenRefusal("token revoked", "This token was revoked. Make a new one on the page Tokens, if it is still needed."))
	case !now.Before(t.Ends):
		return Session{}, about(t.Owner, tokenRefusal("token expired", "This token ended on %s. Make a new one on the page Tokens.", t.Ends.UTC().Format(time.DateOnly)))
	}
	owner, err := s.owner(ctx, t.Owner)
	if err != nil {
		return Session{}, about(t.Owner, err)
	}
	if now.Sub(k.Used) >= seenEvery {
		if err := s.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.TouchAPIToken(ctx, k.Hash, c.IP) }); err != nil {
			return Session{}, err
		}
	}
	return Session{Hash: k.Hash, Person: owner.as(t.ID, t.Grants, t.Tenants), Started: k.Made, Seen: now, IP: c.IP, Agent: c.Agent}, nil
}

// owner returns a token's owner as they stand now.
func (s *Service) owner(ctx context.Context, p Person) (Person, error) {
	row, err := s.cfg.DB.Reader().SignedInAs(ctx, p.TenantID, p.ObjectID)
	if fault.Is(err, fault.NotFound) {
		return p, ownerGone()
	}
	if err != nil {
		return p, err
	}
	now := s.cfg.Now()
	if now.Sub(row.Last) >= RenewAfter {
		if row, err = s.vouched(ctx, row); err != nil {
			return p, err
		}
	}
	p.Name, p.Address, p.Roles = row.Name, row.Address, rolesNamed(row.Roles)
	if len(p.Roles) == 0 {
		return p, ownerGone()
	}
	if now.Sub(row.Last) > VouchedWithin {
		return p, tokenRefusal("owner not seen", "Nobody has vouched for this token's owner for 30 days. The token works again when its owner has signed in to the portal.")
	}
	left, err := s.cfg.DB.Reader().HasLeft(ctx, p.TenantID, p.ObjectID, row.Last)
	if err != nil {
		return p, err
	}
	if left {
		return p, ownerGone()
	}
	p.Limits = limitsOf(s.cfg.LimitRules, p)
	return p, nil
}

// vouched asks the provider about a token's owner, through a session of theirs
// or with what one left behind; where neither is there, what was known stands.
func (s *Service) vouched(ctx context.Context, row db.SignedIn) (db.SignedIn, error) {
	was := Person{TenantID: row.Tenant, ObjectID: row.Person}
	sessions, err := s.Sessions(ctx, was)
	if err != nil {
		return row, err
	}
	for _, sess := range sessions {
		if _, ok := s.refreshes.of(sess.Hash); !ok {
			continue
		}
		if _, err := s.Reread(ctx, sess, Client{}); err != nil && !fault.Is(err, fault.Unavailable) {
			return row, ownerGone()
		}
		return s.cfg.DB.Reader().SignedInAs(ctx, row.Tenant, row.Person)
	}
	key := ownerKey(was)
	if _, ok := s.vouchers.of(key); !ok {
		return row, nil
	}
	_, err, _ = s.vouchers.flight.Do(string(key[:]), func() (any, error) {
		return nil, s.askAbout(context.WithoutCancel(ctx), was)
	})
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return row, ownerGone()
	}
	return s.cfg.DB.Reader().SignedInAs(ctx, row.Tenant, row.Person)
}

// askAbout has the provider vouch for a person without a session, and keeps
// what it said: a no counts as much as roles.
func (s *Service) askAbout(ctx context.Context, was Person) error {
	key := ownerKey(was)
	t, ok := s.vouchers.of(key)
	if !ok {
		return nil
	}
	p, next, err := s.askAgain(ctx, t.token, was)
	switch {
	case fault.Is(err, fault.Unavailable):
		return err
	case err != nil:
		if ferr := s.forget(ctx, was); ferr != nil {
			return ferr
		}
		return err
	}
	s.vouchers.keep(key, next, t.until)
	return s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Vouch(ctx, db.SignedIn{Tenant: was.TenantID, Person: was.ObjectID, Name: p.Name, Address: p.Address, Roles: roleNames(p.Roles)})
	})
}

// bequeath keeps an ending session's refresh token for the tokens its owner
// made, as long as one of them is good.
func (s *Service) bequeath(ctx context.Context, sess Session) {
	t, ok := s.refreshes.of(sess.Hash)
	if !ok {
		return
	}
	tokens, err := s.Tokens(ctx, sess.Person)
	if err != nil {
		s.cfg.Log.Warn("tokens of a session's owner not read", "error", secret.Clean(err))
		return
	}
	for _, k := range tokens {
		if k.Good(s.cfg.Now()) && k.Ends.After(t.until) {
			t.until = k.Ends
		}
	}
	if t.until.After(sess.Ends()) {
		s.vouchers.keep(ownerKey(sess.Person), t.token, t.until)
	}
}

// ownerKey is a person as the key of what is kept for them.
func ownerKey(p Person) ledger.Hash { return hashOf(p.TenantID + "\x00" + p.ObjectID) }

func tokenRefusal(rule, sentence string, args ...any) error {
	return &refusal{rule: "bearer " + rule, err: fault.New(fault.Denied, sentence, args...)}
}

func ownerGone() error {
	return tokenRefusal("owner without role", "Whoever made this token has no role in the portal any more, so it does nothing.")
}
