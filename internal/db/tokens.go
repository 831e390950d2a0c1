package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// APIToken is what a program sends instead of a session, as it is kept.
type APIToken struct {
	Hash ledger.Hash
	// ID is how pages and the ledger call it.
	ID string
	// Tenant and Person are the owner's key, as sessions have it; Name and
	// Address what they were called when it was made.
	Tenant, Person, Name, Address string
	Purpose                       string
	// Tenants limits it; empty for each that the owner may see. Grants are the
	// words of what it is for.
	Tenants, Grants []string
	Made, Ends      time.Time
	// Used is the last use, zero before the first; Ended when it was revoked,
	// zero while it was not, and Why by whom.
	Used, Ended time.Time
	UsedIP, Why string
}

const tokenColumns = `hash, id, tid, oid, name, address, purpose, tenants, grants, made, ends, used, used_ip, ended, why`

// AddAPIToken stores a new token.
func (t *Tx) AddAPIToken(ctx context.Context, k APIToken) error {
	tenants, err := json.Marshal(nonNil(k.Tenants))
	if err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	grants, err := json.Marshal(nonNil(k.Grants))
	if err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	_, err = t.ExecContext(ctx, `INSERT INTO api_token (hash, id, tid, oid, name, address, purpose, tenants, grants, made, ends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		k.Hash[:], k.ID, k.Tenant, k.Person, k.Name, k.Address, k.Purpose, string(tenants), string(grants), t.Millis(), Millis(k.Ends))
	if err != nil {
		return fmt.Errorf("add token: %w", classify(err))
	}
	return nil
}

// EndAPIToken revokes a token for good. NotFound when there is none that is
// still good.
func (t *Tx) EndAPIToken(ctx context.Context, id, why string) error {
	res, err := t.ExecContext(ctx, `UPDATE api_token SET ended = $2, why = $3 WHERE id = $1 AND ended IS NULL`, id, t.Millis(), why)
	if err != nil {
		return fmt.Errorf("revoke token: %w", classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(noToken(), err)
	}
	return nil
}

// EndAPITokensOf revokes every token of a person that is still good.
func (t *Tx) EndAPITokensOf(ctx context.Context, tenant, person, why string) error {
	_, err := t.ExecContext(ctx, `UPDATE api_token SET ended = $3, why = $4 WHERE tid = $1 AND oid = $2 AND ended IS NULL`, tenant, person, t.Millis(), why)
	if err != nil {
		return fmt.Errorf("revoke tokens of %s: %w", person, classify(err))
	}
	return nil
}

// TouchAPIToken notes that the token was used now.
func (t *Tx) TouchAPIToken(ctx context.Context, hash ledger.Hash, ip string) error {
	_, err := t.ExecContext(ctx, `UPDATE api_token SET used = $2, used_ip = $3 WHERE hash = $1 AND ended IS NULL`, hash[:], t.Millis(), ip)
	if err != nil {
		return fmt.Errorf("touch token: %w", classify(err))
	}
	return nil
}

// LoseRoles notes that the provider does not vouch for a person any more: they
// have no role until they sign in again.
func (t *Tx) LoseRoles(ctx context.Context, tenant, person string) error {
	_, err := t.ExecContext(ctx, `UPDATE signed_in SET roles = '[]' WHERE tenant = $1 AND person = $2`, tenant, person)
	if err != nil {
		return fmt.Errorf("forget the roles of %s: %w", person, classify(err))
	}
	return nil
}

// Vouch keeps what the provider said of a person just now, outside of any
// session.
func (t *Tx) Vouch(ctx context.Context, s SignedIn) error {
	roles, err := json.Marshal(nonNil(s.Roles))
	if err != nil {
		return fmt.Errorf("remember who signed in: %w", err)
	}
	return t.rememberPerson(ctx, Session{Tenant: s.Tenant, Person: s.Person, Name: s.Name, Address: s.Address}, string(roles))
}

// APIToken returns the token with the given hash. NotFound when there is none.
func (r *Reader) APIToken(ctx context.Context, hash ledger.Hash) (APIToken, error) {
	return oneToken(r.QueryRow(ctx, `SELECT `+tokenColumns+` FROM api_token WHERE hash = $1`, hash[:]))
}

// APITokenNamed returns the token with the id. NotFound when there is none.
func (r *Reader) APITokenNamed(ctx context.Context, id string) (APIToken, error) {
	return oneToken(r.QueryRow(ctx, `SELECT `+tokenColumns+` FROM api_token WHERE id = $1`, id))
}

func oneToken(row *sql.Row) (APIToken, error) {
	k, err := scanToken(row)
	if errors.Is(err, sql.ErrNoRows) {
		return k, noToken()
	}
	if err != nil {
		return k, fmt.Errorf("read token: %w", classify(err))
	}
	return k, nil
}

// APITokens returns a person's tokens, the newest first, at most 200.
func (r *Reader) APITokens(ctx context.Context, tenant, person string) ([]APIToken, error) {
	rows, err := r.Query(ctx, `SELECT `+tokenColumns+` FROM api_token WHERE tid = $1 AND oid = $2 ORDER BY made DESC LIMIT 200`, tenant, person)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []APIToken
	for rows.Next() {
		k, err := scanToken(rows)
		if err != nil {
			return nil, fmt.Errorf("list tokens: %w", classify(err))
		}
		out = append(out, k)
	}
	return out, classify(rows.Err())
}

// SignedInAs returns what the provider said last of a person. NotFound when
// they never signed in.
func (r *Reader) SignedInAs(ctx context.Context, tenant, person string) (SignedIn, error) {
	p := SignedIn{Tenant: tenant, Person: person}
	var roles string
	var first, last int64
	err := r.QueryRow(ctx, `SELECT name, address, roles, first, last FROM signed_in WHERE tenant = $1 AND person = $2`, tenant, person).Scan(&p.Name, &p.Address, &roles, &first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "Nobody of that name ever signed in.")
	}
	if err != nil {
		return p, fmt.Errorf("read who signed in: %w", classify(err))
	}
	p.First, p.Last = Time(first), Time(last)
	if err := json.Unmarshal([]byte(roles), &p.Roles); err != nil {
		return p, fmt.Errorf("roles of %s: %w", person, err)
	}
	return p, nil
}

// HasLeft reports whether a scan published after the moment found the person's
// account gone or disabled in their directory.
func (r *Reader) HasLeft(ctx context.Context, directory, person string, after time.Time) (bool, error) {
	var left bool
	err := r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tenant t
		JOIN scan s ON s.id = t.published_scan AND s.published > $3
		JOIN ident i ON i.tenant = t.id AND i.guid = $2
		JOIN principal p ON p.principal = i.id AND p.from_scan <= t.published_scan AND (p.to_scan IS NULL OR p.to_scan > t.published_scan)
		WHERE lower(t.guid) = $1 AND (p.gone = 1 OR p.enabled = 0))`, fold(directory), fold(person), Millis(after)).Scan(&left)
	if err != nil {
		return false, fmt.Errorf("whether %s has left: %w", person, classify(err))
	}
	return left, nil
}

func scanToken(row interface{ Scan(...any) error }) (APIToken, error) {
	var k APIToken
	var hash []byte
	var tenants, grants string
	var made, ends int64
	var used, ended sql.NullInt64
	err := row.Scan(&hash, &k.ID, &k.Tenant, &k.Person, &k.Name, &k.Address, &k.Purpose, &tenants, &grants, &made, &ends, &used, &k.UsedIP, &ended, &k.Why)
	if err != nil {
		return k, err
	}
	copy(k.Hash[:], hash)
	k.Made, k.Ends = Time(made), Time(ends)
	if used.Valid {
		k.Used = Time(used.Int64)
	}
	if ended.Valid {
		k.Ended = Time(ended.Int64)
	}
	return k, errors.Join(json.NewDecoder(strings.NewReader(tenants)).Decode(&k.Tenants), json.NewDecoder(strings.NewReader(grants)).Decode(&k.Grants))
}

func noToken() error {
	return fault.New(fault.NotFound, "There is no such token, or it has ended.")
}
