package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"steward/internal/db"
)

// Member is one principal in a group, directly.
type Member struct {
	// Group is the id of the group, ID that of the member.
	Group, ID           string
	Name, Kind, Address string
	Guest               bool
	// Left is no value where the directory was not asked.
	Left Value
}

// maxMembers bounds how many memberships are read for a page.
const maxMembers = 3000

const membersBehind = `WITH RECURSIVE m(grp, member) AS (
		SELECT gm.grp, gm.member FROM ident s CROSS JOIN group_member gm WHERE s.tenant = @tenant AND s.guid IN (%s) AND gm.grp = s.id AND visible(gm)
		UNION SELECT n.grp, n.member FROM m CROSS JOIN group_member n WHERE n.grp = m.member AND visible(n) LIMIT %d)
	SELECT gi.guid, mi.guid, coalesce(p.name, ''), coalesce(p.kind, ''), coalesce(p.address, ''), coalesce(p.guest, 0), %s
	FROM m CROSS JOIN ident gi CROSS JOIN ident mi LEFT JOIN principal p ON p.principal = m.member AND visible(p)
	WHERE gi.id = m.grp AND mi.id = m.member ORDER BY p.name_key, mi.guid`

// MembersBehind reads who is in the groups, and in the groups within them, each
// membership once. cut is true when there are more than are read.
func MembersBehind(ctx context.Context, reader *db.Reader, q Query, groups []string) (members []Member, cut bool, err error) {
	if len(groups) == 0 {
		return nil, false, nil
	}
	e := newExpander(q)
	marks := make([]string, len(groups))
	args := make([]any, len(groups))
	for i, g := range groups {
		marks[i], args[i] = "?", strings.ToLower(g)
	}
	query := e.sql(fmt.Sprintf(membersBehind, strings.Join(marks, ", "), maxMembers, leaver("p")), args...)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return nil, false, fmt.Errorf("members behind groups: %w", err)
	}
	err = each(rows, func() error {
		var m Member
		var left sql.NullInt64
		if err := rows.Scan(&m.Group, &m.ID, &m.Name, &m.Kind, &m.Address, &m.Guest, &left); err != nil {
			return err
		}
		if left.Valid {
			m.Left = Value{v: left.Int64}
		}
		members = append(members, m)
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("members behind groups: %w", err)
	}
	return members, len(members) >= maxMembers, nil
}
