package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// Session is one signed-in browser. It is found by the hash of its id.
type Session struct {
	Hash ledger.Hash
	// Tenant and Person are the person's key: directory and object id, or issuer
	// and subject.
	Tenant, Person     string
	Issuer, Subject    string
	Name, Address      string
	Roles              []string
	Started, Confirmed time.Time
	RolesRead, Seen    time.Time
	IP, Agent          string
}

// SignedIn is someone who signed in at some time, as they were the last time.
type SignedIn struct {
	Tenant, Person, Name, Address string
	Roles                         []string
	First, Last                   time.Time
}

const sessionColumns = `hash, tenant, person, issuer, subject, name, address, roles, started, confirmed, roles_read, seen, ip, agent`

// AddSession stores a new session and remembers the person.
func (t *Tx) AddSession(ctx context.Context, s Session) error {
	roles, err := json.Marshal(nonNil(s.Roles))
	if err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	_, err = t.ExecContext(ctx, `INSERT INTO session (`+sessionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		s.Hash[:], s.Tenant, s.Person, s.Issuer, s.Subject, s.Name, s.Address, string(roles),
		Millis(s.Started), Millis(s.Confirmed), Millis(s.RolesRead), Millis(s.Seen), s.IP, s.Agent)
	if err != nil {
		return fmt.Errorf("add session: %w", classify(err))
	}
	return t.rememberPerson(ctx, s, string(roles))
}

func (t *Tx) rememberPerson(ctx context.Context, s Session, roles string) error {
	_, err := t.ExecContext(ctx, `INSERT INTO signed_in (tenant, person, name, address, roles, first, last)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (tenant, person) DO UPDATE SET name = excluded.name, address = excluded.address, roles = excluded.roles, last = excluded.last`,
		s.Tenant, s.Person, s.Name, s.Address, roles, t.Millis())
	if err != nil {
		return fmt.Errorf("remember who signed in: %w", classify(err))
	}
	return nil
}

// RefreshSession stores what the provider said of the person just now: name,
// address, roles, and when. NotFound when the session has ended meanwhile.
func (t *Tx) RefreshSession(ctx context.Context, s Session) error {
	roles, err := json.Marshal(nonNil(s.Roles))
	if err != nil {
		return fmt.Errorf("refresh session: %w", err)
	}
	res, err := t.ExecContext(ctx, `UPDATE session SET name = $2, address = $3, roles = $4, roles_read = $5 WHERE hash = $1`,
		s.Hash[:], s.Name, s.Address, string(roles), Millis(s.RolesRead))
	if err != nil {
		return fmt.Errorf("refresh session: %w", classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(noSession(), err)
	}
	return t.rememberPerson(ctx, s, string(roles))
}

// TouchSession notes that the session was used now.
func (t *Tx) TouchSession(ctx context.Context, hash ledger.Hash) error {
	_, err := t.ExecContext(ctx, `UPDATE session SET seen = $2 WHERE hash = $1 AND seen < $2`, hash[:], t.Millis())
	if err != nil {
		return fmt.Errorf("touch session: %w", classify(err))
	}
	return nil
}

// EndSession removes a session and reports whether it was there.
func (t *Tx) EndSession(ctx context.Context, hash ledger.Hash) (bool, error) {
	res, err := t.ExecContext(ctx, `DELETE FROM session WHERE hash = $1`, hash[:])
	if err != nil {
		return false, fmt.Errorf("end session: %w", classify(err))
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// EndSessionsOf removes every session of a person, or of everyone when both
// parts of the key are empty, and returns how many there were.
func (t *Tx) EndSessionsOf(ctx context.Context, tenant, person string) (int64, error) {
	res, err := t.ExecContext(ctx, `DELETE FROM session WHERE (tenant = $1 AND person = $2) OR ($1 = '' AND $2 = '')`, tenant, person)
	if err != nil {
		return 0, fmt.Errorf("end sessions of %s: %w", person, classify(err))
	}
	return res.RowsAffected()
}

// SweepSessions removes sessions not used since idle or begun before oldest;
// nobody can use them any more, and forgets whose sessions were that ended more
// than a day before idle.
func (t *Tx) SweepSessions(ctx context.Context, idle, oldest time.Time) (int64, error) {
	if _, err := t.ExecContext(ctx, `DELETE FROM ended_session WHERE seen < $1`, Millis(idle.Add(-24*time.Hour))); err != nil {
		return 0, fmt.Errorf("sweep ended sessions: %w", classify(err))
	}
	res, err := t.ExecContext(ctx, `DELETE FROM session WHERE seen < $1 OR started < $2`, Millis(idle), Millis(oldest))
	if err != nil {
		return 0, fmt.Errorf("sweep sessions: %w", classify(err))
	}
	return res.RowsAffected()
}

// Session returns the session with the given hash. NotFound when there is none.
func (r *Reader) Session(ctx context.Context, hash ledger.Hash) (Session, error) {
	s, err := scanSession(r.QueryRow(ctx, `SELECT `+sessionColumns+` FROM session WHERE hash = $1`, hash[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return s, noSession()
	}
	if err != nil {
		return s, fmt.Errorf("read session: %w", classify(err))
	}
	return s, nil
}

// SessionOwner returns the key of the person whose session this is, or was
// until it ended less than a day ago. NotFound when nobody knows any more.
func (r *Reader) SessionOwner(ctx context.Context, hash ledger.Hash) (tenant, person string, err error) {
	err = r.QueryRow(ctx, `SELECT tenant, person FROM session WHERE hash = $1
		UNION ALL SELECT tenant, person FROM ended_session WHERE hash = $1 LIMIT 1`, hash[:]).Scan(&tenant, &person)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", noSession()
	}
	if err != nil {
		return "", "", fmt.Errorf("read whose session it is: %w", classify(err))
	}
	return tenant, person, nil
}

// SessionRoles returns the roles of a session by its hash in hex, within the
// transaction that relies on them. NotFound when the session has ended.
func (t *Tx) SessionRoles(ctx context.Context, hash string) (roles []string, err error) {
	var text string
	err = t.QueryRowContext(ctx, `SELECT roles FROM session WHERE hash = unhex($1)`, hash).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSession()
	}
	if err != nil {
		return nil, fmt.Errorf("roles of a session: %w", classify(err))
	}
	if err := json.Unmarshal([]byte(text), &roles); err != nil {
		return nil, fmt.Errorf("roles of a session: %w", err)
	}
	return roles, nil
}

// Sessions returns the sessions of a person, or everyone's when both parts of
// the key are empty, the last used first, at most 500.
func (r *Reader) Sessions(ctx context.Context, tenant, person string) ([]Session, error) {
	rows, err := r.Query(ctx, `SELECT `+sessionColumns+` FROM session
		WHERE (tenant = $1 AND person = $2) OR ($1 = '' AND $2 = '') ORDER BY seen DESC, hash LIMIT 500`, tenant, person)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, fmt.Errorf("list sessions: %w", classify(err))
		}
		out = append(out, s)
	}
	return out, classify(rows.Err())
}

// SignedIn returns everyone who ever signed in, by name, at most 5,000.
func (r *Reader) SignedIn(ctx context.Context) ([]SignedIn, error) {
	rows, err := r.Query(ctx, `SELECT tenant, person, name, address, roles, first, last FROM signed_in ORDER BY name, tenant, person LIMIT 5000`)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []SignedIn
	for rows.Next() {
		var p SignedIn
		var roles string
		var first, last int64
		if err := rows.Scan(&p.Tenant, &p.Person, &p.Name, &p.Address, &roles, &first, &last); err != nil {
			return nil, fmt.Errorf("list people: %w", classify(err))
		}
		if err := json.Unmarshal([]byte(roles), &p.Roles); err != nil {
			return nil, fmt.Errorf("list people: roles of %s: %w", p.Person, err)
		}
		p.First, p.Last = Time(first), Time(last)
		out = append(out, p)
	}
	return out, classify(rows.Err())
}

func scanSession(row interface{ Scan(...any) error }) (Session, error) {
	var s Session
	var hash []byte
	var roles string
	var started, confirmed, read, seen int64
	err := row.Scan(&hash, &s.Tenant, &s.Person, &s.Issuer, &s.Subject, &s.Name, &s.Address, &roles, &started, &confirmed, &read, &seen, &s.IP, &s.Agent)
	if err != nil {
		return s, err
	}
	copy(s.Hash[:], hash)
	s.Started, s.Confirmed, s.RolesRead, s.Seen = Time(started), Time(confirmed), Time(read), Time(seen)
	if err := json.Unmarshal([]byte(roles), &s.Roles); err != nil {
		return s, fmt.Errorf("roles: %w", err)
	}
	return s, nil
}

func noSession() error {
	return fault.New(fault.NotFound, "There is no such session; it may have ended.")
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
