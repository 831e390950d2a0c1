package auth

import (
	"context"
	"net/http"
	"strconv"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// SignOut ends a session on the server and returns the cookie that removes it
// from the browser.
func (s *Service) SignOut(ctx context.Context, sess Session, c Client) (*http.Cookie, error) {
	if err := s.end(ctx, sess, c, ledger.SignOut, sess.Person.Actor(), ""); err != nil {
		return nil, err
	}
	return s.cookie(s.SessionCookie(), "", 0), nil
}

// Sessions returns the person's own sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, p Person) ([]Session, error) {
	return s.sessions(ctx, p.TenantID, p.ObjectID)
}

// AllSessions returns everyone's sessions, for those who may see them.
func (s *Service) AllSessions(ctx context.Context, by Person) ([]Session, error) {
	if err := Check(by, ViewSessions, Object{}); err != nil {
		return nil, err
	}
	return s.sessions(ctx, "", "")
}

func (s *Service) sessions(ctx context.Context, tenant, person string) ([]Session, error) {
	rows, err := s.cfg.DB.Reader().Sessions(ctx, tenant, person)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	out := make([]Session, 0, len(rows))
	for _, row := range rows {
		if now.Sub(row.Started) < AbsoluteLimit && now.Sub(row.Seen) < IdleLimit {
			out = append(out, s.session(row))
		}
	}
	return out, nil
}

// Revoke ends one session, given by its hash in hex: one's own, or anyone's
// for those who may. What is absent and what is forbidden look the same.
func (s *Service) Revoke(ctx context.Context, by Session, hash string, c Client) error {
	h, err := ledger.ParseHash(hash)
	if err != nil {
		return Hidden()
	}
	row, err := s.cfg.DB.Reader().Session(ctx, h)
	if fault.Is(err, fault.NotFound) {
		return Hidden()
	}
	if err != nil {
		return err
	}
	target := s.session(row)
	if !target.Person.Same(by.Person) && !May(by.Person, RevokeSessions, Object{}) {
		return Hidden()
	}
	return s.end(ctx, target, c, ledger.SessionRevoke, by.Person.Actor(), "")
}

// RevokePerson ends every session of a person, given by their key; with two
// empty texts everyone's. It returns how many there were. Where it is somebody
// else's doing, the tokens that the person made end with them: a program must
// not go on for somebody who was shut out.
func (s *Service) RevokePerson(ctx context.Context, by Session, tenant, person string, c Client) (int64, error) {
	own := Person{TenantID: tenant, ObjectID: person}.Same(by.Person)
	if !own && !May(by.Person, RevokeSessions, Object{}) {
		return 0, Hidden()
	}
	ended, err := s.cfg.DB.Reader().Sessions(ctx, tenant, person)
	if err != nil {
		return 0, err
	}
	var n int64
	err = s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if n, err = tx.EndSessionsOf(ctx, tenant, person); err != nil {
			return err
		}
		if !own && person != "" {
			if err := tx.EndAPITokensOf(ctx, tenant, person, "Shut out by "+by.Person.Name+"."); err != nil {
				return err
			}
		}
		e := c.entry(ledger.SessionRevoke, ledger.Done, by.Person.Actor())
		e.Session, e.Object.Kind, e.Object.ID = by.Hash.String(), "person", person
		if person == "" {
			e.Object.ID = "everyone"
		}
		e.Details = map[ledger.Detail]string{ledger.Count: strconv.FormatInt(n, 10)}
		return tx.Record(ctx, e)
	})
	for _, row := range ended {
		s.refreshes.drop(row.Hash)
	}
	s.vouchers.drop(ownerKey(Person{TenantID: tenant, ObjectID: person}))
	return n, err
}
