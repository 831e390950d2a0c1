package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"io"
	"os"
	"time"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
)

// newDesk builds where requests are written. Invalid when the file of approval
// rules is none.
func (p *Portal) newDesk() (*desk.Desk, error) {
	limits := limitRules(p.cfg.SignIn.Scopes)
	cfg := desk.Config{DB: p.DB, Files: p.files, Own: p.newRules(), Executor: p.executors.id, Rules: p.rules.Set, Now: p.clock.now(), NewID: func() string { return newRequestID(p.clock.now()(), rand.Reader) },
		People: func(ctx context.Context) ([]auth.Person, error) { return auth.Known(ctx, p.DB.Reader(), limits) }}
	if path := p.cfg.Approvals; path != "" {
		b, err := os.ReadFile(path) //nolint:gosec // the operator names it
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The approval rules %s cannot be read.", path)
		}
		rules, err := request.ParseApprovals(path, b)
		if err != nil {
			return nil, err
		}
		cfg.Approvals = func() *request.ApprovalRules { return rules }
	}
	return desk.New(cfg), nil
}

// crockford is the alphabet of ULIDs.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newRequestID makes the id of a request: 26 characters that sort by time, of
// 48 bits of milliseconds and 80 of chance.
func newRequestID(at time.Time, random io.Reader) string {
	var b [17]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16) //nolint:gosec // the time is after 1970
	if _, err := io.ReadFull(random, b[6:16]); err != nil {
		panic(err) // crypto/rand does not fail
	}
	return crockford.EncodeToString(b[:])[:26]
}

// rulesHash is the hash of the policies in force; empty when none could be
// loaded, and then nothing that was agreed to under some is carried out.
func (p *Portal) rulesHash() string {
	if set := p.rules.Set(); set != nil {
		return set.Hash
	}
	return ""
}
