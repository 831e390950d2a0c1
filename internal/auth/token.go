package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// TokenPrefix begins every token that a person made here, so that scanners of
// code and logs can find one that was left somewhere.
const TokenPrefix = "stw_"

const (
	// usualTokenDays is how long a token may be good where nothing is configured.
	usualTokenDays = 90
	// maxTokens is how many good tokens one person may have.
	maxTokens = 50
	// maxPurpose is how long a purpose may be, in characters.
	maxPurpose = 200
)

// Token is a token as its owner and admins see it: everything but itself.
type Token struct {
	ID      string
	Owner   Person
	Purpose string
	// Tenants are where it holds; empty for each that the owner may see.
	Tenants []string
	Grants  []Grant
	// Made and Ends bound its life, Ended is when it was revoked.
	Made, Ends, Used, Ended time.Time
	UsedIP, Why             string
}

// Good reports whether the token can be used at the moment, as far as itself
// goes: its owner's roles are another question.
func (t Token) Good(now time.Time) bool { return t.Ended.IsZero() && now.Before(t.Ends) }

// TokenWish is what a person asks a token for.
type TokenWish struct {
	Purpose string
	Tenants []string
	Grants  []string
	// Days is how long it is good.
	Days int
}

// TokenDays is how many days a token may be good at most.
func (s *Service) TokenDays() int { return s.cfg.TokenDays }

// MakeToken makes a token for a program to act for the person, and returns it
// once: only its digest is kept. all are the configured tenants. Errors are
// Invalid at a field; the guard has asked for a recent sign-in.
func (s *Service) MakeToken(ctx context.Context, by Session, w TokenWish, all []string, c Client) (Token, secret.Value, error) {
	k, err := s.checkWish(ctx, by, w, all)
	if err != nil {
		return Token{}, secret.Value{}, err
	}
	text, err := s.random()
	if err != nil {
		return Token{}, secret.Value{}, err
	}
	text = TokenPrefix + text
	k.Hash = hashOf(text)
	k.ID = k.Hash.String()[:16]
	e := tokenEntry(c, ledger.TokenMake, by, k)
	e.Reason = k.Purpose
	e.Details[ledger.Due], e.Details[ledger.Roles] = k.Ends.Format(time.DateOnly), strings.Join(k.Grants, " ")
	err = s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		k.Made = tx.Now
		if err := tx.AddAPIToken(ctx, k); err != nil {
			return err
		}
		return tx.Record(ctx, e)
	})
	return tokenOf(k), secret.New(text), err
}

func (s *Service) checkWish(ctx context.Context, by Session, w TokenWish, all []string) (db.APIToken, error) {
	p := by.Person
	k := db.APIToken{Tenant: p.TenantID, Person: p.ObjectID, Name: p.Name, Address: p.Address, Purpose: strings.TrimSpace(w.Purpose), Tenants: w.Tenants}
	if p.Token != "" {
		return k, Hidden() // a token makes no token
	}
	if n := utf8.RuneCountInString(k.Purpose); n == 0 || n > maxPurpose || !utf8.ValidString(k.Purpose) {
		return k, &fault.Error{Kind: fault.Invalid, Field: "purpose", Sentence: fmt.Sprintf("Say what the token is for, in at most %d characters: whoever finds it in a list must know whether it is still needed.", maxPurpose)}
	}
	grants, err := ParseGrants(w.Grants)
	if err != nil {
		return k, err
	}
	for _, g := range grants {
		k.Grants = append(k.Grants, string(g))
	}
	for _, t := range w.Tenants {
		if !slices.Contains(Tenants(p, ViewOverview, all), t) {
			return k, &fault.Error{Kind: fault.Invalid, Field: "tenants", Sentence: "Choose tenants of the list."}
		}
	}
	if w.Days < 1 || w.Days > s.cfg.TokenDays {
		return k, &fault.Error{Kind: fault.Invalid, Field: "days", Sentence: fmt.Sprintf("A token is good for 1 to %d days. None is good for ever: make a new one before it ends.", s.cfg.TokenDays)}
	}
	k.Ends = s.cfg.Now().AddDate(0, 0, w.Days)
	have, err := s.Tokens(ctx, p)
	if err != nil {
		return k, err
	}
	good := 0
	for _, t := range have {
		if t.Good(s.cfg.Now()) {
			good++
		}
	}
	if good >= maxTokens {
		return k, fault.New(fault.Conflict, "You have %d tokens that are good. Revoke one that is not needed any more first.", good)
	}
	return k, nil
}

// Tokens returns the person's own tokens, the newest first, those that ended
// too.
func (s *Service) Tokens(ctx context.Context, p Person) ([]Token, error) {
	rows, err := s.cfg.DB.Reader().APITokens(ctx, p.TenantID, p.ObjectID)
	if err != nil {
		return nil, err
	}
	out := make([]Token, 0, len(rows))
	for _, row := range rows {
		out = append(out, tokenOf(row))
	}
	return out, nil
}

// RevokeToken ends a token at once and for good: one's own, or anybody's for
// those who may. What is absent and what is forbidden look the same.
func (s *Service) RevokeToken(ctx context.Context, by Session, id string, c Client) error {
	k, err := s.cfg.DB.Reader().APITokenNamed(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Hidden()
	}
	if err != nil {
		return err
	}
	owner := tokenOf(k).Owner
	if !owner.Same(by.Person) && !May(by.Person, RevokeToken, Object{}) || by.Person.Token != "" {
		return Hidden()
	}
	e := tokenEntry(c, ledger.TokenRevoke, by, k)
	return s.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		err := tx.EndAPIToken(ctx, id, "Revoked by "+by.Person.Name+".")
		if fault.Is(err, fault.NotFound) {
			return nil // it has ended already, which is what was asked for
		}
		if err != nil {
			return err
		}
		return tx.Record(ctx, e)
	})
}

func tokenOf(k db.APIToken) Token {
	t := Token{ID: k.ID, Purpose: k.Purpose, Tenants: k.Tenants, Made: k.Made, Ends: k.Ends, Used: k.Used, Ended: k.Ended, UsedIP: k.UsedIP, Why: k.Why,
		Owner: Person{TenantID: k.Tenant, ObjectID: k.Person, Name: k.Name, Address: k.Address}}
	for _, g := range k.Grants {
		t.Grants = append(t.Grants, Grant(g))
	}
	return t
}

func tokenEntry(c Client, a ledger.Action, by Session, k db.APIToken) ledger.Entry {
	e := c.entry(a, ledger.Done, by.Person.Actor())
	e.Session = by.Hash.String()
	e.Object = ledger.Object{Kind: "token", ID: k.ID, Name: k.Name}
	e.Details = map[ledger.Detail]string{ledger.Token: k.ID}
	return e
}
