package db

import (
	"context"
	"database/sql"
	"fmt"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// Touched is what must be judged again after a scan.
type Touched struct {
	Workspaces map[int64]bool
	Principals map[int64]bool
}

// Changed returns the workspaces and principals about which the facts may
// differ between an earlier published scan and the view: rows of their own,
// and rows elsewhere that their facts are made from. Only what passes with
// time, and the use that the activity log shows, is left to the judging of
// everything once a day.
func (f *Facts) Changed(ctx context.Context, since int64) (Touched, error) {
	t := Touched{Workspaces: map[int64]bool{}, Principals: map[int64]bool{}}
	for _, step := range []struct {
		what string
		run  func(context.Context, int64, *Touched) error
	}{
		{"workspaces", f.touchedSpaces}, {"principals", f.touchedPrincipals}, {"placing", f.touchedElsewhere},
		{"names", f.touchedNames}, {"models", f.touchedModels}, {"holders", f.touchedHolders}, {"runs", f.touchedByRuns},
	} {
		if err := step.run(ctx, since, &t); err != nil {
			return t, fmt.Errorf("changes since scan %d: %s: %w", since, step.what, classify(err))
		}
	}
	return t, nil
}

// changed is the condition that a version began or ended between the scans.
func (f *Facts) changed(alias string, since int64) string {
	return fmt.Sprintf("(%[1]s.from_scan > %[2]d AND %[1]s.from_scan <= %[3]d OR %[1]s.to_scan > %[2]d AND %[1]s.to_scan <= %[3]d)", alias, since, f.view.Scan)
}

func (f *Facts) collect(ctx context.Context, into map[int64]bool, query string, args ...any) error {
	return f.rows(ctx, query, func(rows *sql.Rows) error {
		var n sql.NullInt64
		err := rows.Scan(&n)
		if n.Valid {
			into[n.Int64] = true
		}
		return err
	}, args...)
}

func (f *Facts) touchedSpaces(ctx context.Context, since int64, t *Touched) error {
	if err := f.collect(ctx, t.Workspaces, `SELECT ws FROM workspace_touch WHERE tenant = $1 AND scan > $2 AND scan <= $3`, f.view.Tenant, since, f.view.Scan); err != nil {
		return err
	}
	// A workspace that was a gap then and is none now was not judged then.
	return f.collect(ctx, t.Workspaces, `SELECT ws FROM scan_gap WHERE scan >= $1 AND scan < $2 AND scan IN (SELECT id FROM scan WHERE tenant = $3)`, since, f.view.Scan, f.view.Tenant)
}

// touchedPrincipals finds who changed, the groups they are in, and the
// workspaces where any of these hold a right.
func (f *Facts) touchedPrincipals(ctx context.Context, since int64, t *Touched) error {
	for _, q := range []string{
		`SELECT p.principal FROM principal p WHERE p.tenant = $1 AND p.from_scan > $2 AND p.from_scan <= $3`,
		`SELECT p.principal FROM principal p WHERE p.tenant = $1 AND p.to_scan > $2 AND p.to_scan <= $3`,
		`SELECT m.grp FROM group_member m WHERE m.tenant = $1 AND m.from_scan > $2 AND m.from_scan <= $3`,
		`SELECT m.grp FROM group_member m WHERE m.tenant = $1 AND m.to_scan > $2 AND m.to_scan <= $3`,
	} {
		if err := f.collect(ctx, t.Principals, q, f.view.Tenant, since, f.view.Scan); err != nil {
			return err
		}
	}
	todo := sortedKeys(t.Principals)
	for len(todo) > 0 { // groups of groups
		above := map[int64]bool{}
		if err := f.collect(ctx, above, `SELECT m.grp FROM group_member m WHERE m.member = $1 AND `+f.view.Visible("m"), todo[0]); err != nil {
			return err
		}
		todo = todo[1:]
		for grp := range above {
			if !t.Principals[grp] {
				t.Principals[grp] = true
				todo = append(todo, grp)
			}
		}
	}
	for _, p := range sortedKeys(t.Principals) {
		if err := f.collect(ctx, t.Workspaces, `SELECT DISTINCT g.ws FROM access_grant g WHERE g.principal = $1 AND `+f.view.Visible("g"), p); err != nil {
			return err
		}
	}
	return nil
}

// touchedElsewhere finds workspaces whose capacity, domain, stage, links or
// refreshes changed.
func (f *Facts) touchedElsewhere(ctx context.Context, since int64, t *Touched) error {
	for _, q := range []string{
		`SELECT s.ws FROM pipeline_stage s WHERE s.tenant = $1 AND ` + f.changed("s", since),
		`SELECT r.ws FROM refreshable r WHERE r.tenant = $1 AND ` + f.changed("r", since),
		`SELECT u.ws FROM unused_item u WHERE u.tenant = $1 AND ` + f.changed("u", since),
		`SELECT t.ws FROM wide_link l JOIN item t ON t.item = l.item WHERE l.tenant = $1 AND ` + f.changed("l", since),
		`SELECT w.ws FROM capacity c JOIN workspace w ON w.tenant = c.tenant AND w.capacity = c.capacity WHERE c.tenant = $1 AND ` + f.changed("c", since),
		`SELECT w.ws FROM domain d JOIN workspace w ON w.tenant = d.tenant AND w.domain = d.domain WHERE d.tenant = $1 AND ` + f.changed("d", since),
	} {
		if err := f.collect(ctx, t.Workspaces, q, f.view.Tenant); err != nil {
			return err
		}
	}
	return nil
}

// touchedNames finds the namesakes, by the old name and the new one, of
// workspaces that came, went, were renamed, or began or ceased to compete for
// their name.
func (f *Facts) touchedNames(ctx context.Context, since int64, t *Touched) error {
	type naming struct {
		ws                int64
		name, kind, state string
	}
	versions := map[naming]int{} // begun minus ended
	for column, by := range map[string]int{"from_scan": 1, "to_scan": -1} {
		err := f.rows(ctx, `SELECT w.ws, w.name, w.kind, w.state FROM workspace w WHERE w.tenant = $1 AND w.`+column+` > $2 AND w.`+column+` <= $3`, func(rows *sql.Rows) error {
			var n naming
			err := rows.Scan(&n.ws, &n.name, &n.kind, &n.state)
			versions[n] += by
			return err
		}, f.view.Tenant, since, f.view.Scan)
		if err != nil {
			return err
		}
	}
	for n, balance := range versions {
		if balance == 0 {
			continue // another version of the workspace under the same name
		}
		for _, ws := range f.names.related(n.name) {
			t.Workspaces[ws] = true
		}
	}
	return nil
}

// touchedModels finds the workspaces whose reports use a model of a workspace
// that changed, or went with its models.
func (f *Facts) touchedModels(ctx context.Context, since int64, t *Touched) error {
	more := map[int64]bool{}
	for _, ws := range sortedKeys(t.Workspaces) {
		if err := f.collect(ctx, more, `SELECT e.ws FROM item m JOIN edge e ON e.upstream = m.item AND e.kind = $2
			WHERE m.ws = $1 AND m.kind = $3 AND (`+f.view.Visible("m")+` OR `+f.changed("m", since)+`) AND `+f.view.Visible("e"), ws, string(tenant.EdgeReportModel), tenant.ItemDataset); err != nil {
			return err
		}
	}
	for ws := range more {
		t.Workspaces[ws] = true
	}
	return nil
}

// touchedHolders finds who gained or lost a right.
func (f *Facts) touchedHolders(ctx context.Context, since int64, t *Touched) error {
	for _, ws := range sortedKeys(t.Workspaces) {
		if err := f.collect(ctx, t.Principals, `SELECT DISTINCT g.principal FROM access_grant g WHERE g.ws = $1 AND `+f.changed("g", since), ws); err != nil {
			return err
		}
	}
	return nil
}

// related returns the workspaces whose name shares a bucket with the name:
// the same by look, case or stem, and rarely one more.
func (n *nameIndex) related(name string) []int64 {
	w := policy.Workspace{Name: name}
	w.Derive()
	var out []int64
	for _, list := range [][]int32{
		n.looks[n.hash(policy.Skeleton(name))], n.folds[n.hash(tenant.Fold(name))], n.stems[n.hash(w.Stem)],
	} {
		for _, i := range list {
			out = append(out, n.entries[i].ws)
		}
	}
	return out
}
