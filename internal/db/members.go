package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

var memberHistory = &history{table: "group_member", scope: "grp", keys: []string{"grp", "member"}}

// GroupMembers writes all direct members of one group.
func (in *Ingest) GroupMembers(ctx context.Context, groupID string, members []tenant.Membership) error {
	return in.flushed(in.within(ctx, "members of group "+groupID, func() error {
		clear(in.local)
		grp, _, err := in.idents.number(&in.bulk, groupID, false)
		if err != nil {
			return err
		}
		rows := make([]row, 0, len(members))
		for _, m := range members {
			id, err := in.ident(m.MemberID)
			if err != nil {
				return err
			}
			rows = append(rows, row{grp, id})
		}
		return in.sync(ctx, memberHistory, wish{rows: rows}, grp)
	}))
}

// Mention writes principals that an answer names outside a workspace, such as
// the members of a group, in the way that Workspaces writes those it meets.
func (in *Ingest) Mention(ctx context.Context, some []tenant.Principal) error {
	clear(in.local)
	for i := range some {
		p := &some[i]
		if err := in.within(ctx, "principal "+p.ID, func() error { return in.principal(p) }); err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

// KnownPrincipal is one principal that rows of the current state name.
type KnownPrincipal struct {
	ID     string
	Kind   tenant.PrincipalKind
	Number int64
	// Asked says that the directory was asked about it before; for a group,
	// also for its members.
	Asked bool
}

// PrincipalsAfter returns open principals of a kind in the order of their
// number, beginning after the given one: for walking all of them in bounded
// memory while a scan is being written. An empty kind means every kind.
func (r *Reader) PrincipalsAfter(ctx context.Context, tenantID int64, kind tenant.PrincipalKind, after int64, limit int) ([]KnownPrincipal, error) {
	rows, err := r.Query(ctx, `SELECT i.guid, p.kind, p.principal,
			p.gone IS NOT NULL AND (p.kind <> 'Group' OR p.members_known = 1 OR p.gone = 1) FROM principal p JOIN ident i ON i.id = p.principal
		WHERE p.tenant = $1 AND p.principal > $2 AND p.to_scan IS NULL AND ($3 = '' OR p.kind = $3)
		ORDER BY p.principal LIMIT $4`, tenantID, after, string(kind), limit)
	if err != nil {
		return nil, fmt.Errorf("list principals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []KnownPrincipal
	for rows.Next() {
		var p KnownPrincipal
		var k string
		if err := rows.Scan(&p.ID, &k, &p.Number, &p.Asked); err != nil {
			return nil, fmt.Errorf("list principals: %w", classify(err))
		}
		p.Kind = tenant.PrincipalKind(k)
		all = append(all, p)
	}
	return all, classify(rows.Err())
}

// PeopleBehind returns how many different users are behind a group by the
// open memberships, nested groups followed, each counted once; a group inside
// itself ends there.
func (r *Reader) PeopleBehind(ctx context.Context, group int64) (int, error) {
	var n int
	err := r.QueryRow(ctx, `WITH RECURSIVE inside (member) AS (
			SELECT member FROM group_member WHERE grp = $1 AND to_scan IS NULL
			UNION
			SELECT m.member FROM group_member m JOIN inside ON m.grp = inside.member WHERE m.to_scan IS NULL)
		SELECT count(*) FROM inside JOIN principal p ON p.principal = inside.member AND p.to_scan IS NULL
		WHERE p.kind = 'User'`, group).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("people behind group %d: %w", group, classify(err))
	}
	return n, nil
}

// PrincipalByAddress returns the id of the one principal with an address, and
// nothing when there is none or more than one.
func (r *Reader) PrincipalByAddress(ctx context.Context, tenantID int64, address string) (string, error) {
	var id string
	var n int
	err := r.QueryRow(ctx, `SELECT coalesce(min(i.guid), ''), count(DISTINCT i.guid) FROM principal p JOIN ident i ON i.id = p.principal
		WHERE p.tenant = $1 AND p.address IN ($2, lower($2)) AND p.to_scan IS NULL AND i.guid <> lower(p.address)`, tenantID, address).Scan(&id, &n)
	if err != nil {
		return "", fmt.Errorf("principal by address: %w", classify(err))
	}
	if n != 1 {
		return "", nil
	}
	return id, nil
}
