package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

var memberHistory = &history{table: "group_member", scope: "grp", keys: []string{"grp", "member"}}

// GroupMembers writes all direct members of one group.
func (in *Ingest) GroupMembers(ctx context.Context, groupID string, members []tenant.Membership) error {
	return in.within(ctx, "members of group "+groupID, func() error {
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
	})
}

// KnownPrincipal is one principal that rows of the current state name.
type KnownPrincipal struct {
	ID     string
	Kind   tenant.PrincipalKind
	Number int64
}

// PrincipalsAfter returns open principals of a kind in the order of their
// number, beginning after the given one: for walking all of them in bounded
// memory while a scan is being written. An empty kind means every kind.
func (r *Reader) PrincipalsAfter(ctx context.Context, tenantID int64, kind tenant.PrincipalKind, after int64, limit int) ([]KnownPrincipal, error) {
	rows, err := r.Query(ctx, `SELECT i.guid, p.kind, p.principal FROM principal p JOIN ident i ON i.id = p.principal
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
		if err := rows.Scan(&p.ID, &k, &p.Number); err != nil {
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
