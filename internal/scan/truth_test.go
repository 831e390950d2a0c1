package scan_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/sim/world"
	"steward/internal/tenant"
)

// truth is what the tenant really holds at a moment, as sorted lines.
func truth(w *world.World, at time.Time) []string {
	set := map[string]bool{}
	for ws := range w.All(at) {
		set[fmt.Sprintf("workspace %s %q %s %s", ws.ID, ws.Name, ws.Type, ws.State)] = true
		grants(set, ws.ID, ws.Grants)
		for i := range ws.Items {
			it := &ws.Items[i]
			id := strings.ToLower(it.ID)
			set[fmt.Sprintf("item %s %s %s %q", ws.ID, id, singular(it.Kind), it.Name)] = true
			grants(set, id, w.ItemAccess(ws, it))
		}
	}
	return sorted(set)
}

func grants(set map[string]bool, object string, gs []world.Grant) {
	for _, g := range gs {
		who := strings.ToLower(g.Principal.ID)
		if g.Principal.Kind == world.KindNone {
			who = tenant.EveryoneID
		}
		set[fmt.Sprintf("grant %s %s %s", object, who, g.Right)] = true
	}
}

func singular(k world.ItemKind) string {
	switch k {
	case world.KindReport, world.KindDashboard, world.KindModel, world.KindDataflow, world.KindDatamart, world.KindWarehouse:
		return strings.TrimSuffix(string(k), "s")
	}
	return string(k)
}

// told is the same of what the last published scan says.
func told(t *testing.T, d *db.DB) []string {
	t.Helper()
	v, err := d.Reader().ViewNow(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, line := range lines(t, d, `SELECT 'workspace ' || i.guid || ' "' || x.name || '" ' || x.kind || ' ' || x.state FROM workspace x JOIN ident i ON i.id = x.ws WHERE `+v.Visible("x")+`
		UNION ALL SELECT 'item ' || w.guid || ' ' || i.guid || ' ' || x.kind || ' "' || x.name || '"' FROM item x JOIN ident w ON w.id = x.ws JOIN ident i ON i.id = x.item WHERE `+v.Visible("x")+`
		UNION ALL SELECT 'grant ' || o.guid || ' ' || p.guid || ' ' || x.role FROM access_grant x JOIN ident o ON o.id = x.object JOIN ident p ON p.id = x.principal WHERE `+v.Visible("x")) {
		set[line] = true
	}
	return sorted(set)
}

func lines(t *testing.T, d *db.DB, q string, args ...any) []string {
	t.Helper()
	rows, err := d.Reader().Query(t.Context(), q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func sorted(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for line := range set {
		all = append(all, line)
	}
	sort.Strings(all)
	return all
}

// unquoted drops Go's quoting from names of the truth, which SQL does not do.
func unquoted(all []string) []string {
	out := make([]string, len(all))
	for i, line := range all {
		a, z := strings.Index(line, ` "`), strings.LastIndex(line, `"`)
		if a >= 0 && z > a+1 {
			var name string
			if _, err := fmt.Sscanf(line[a+1:z+1], "%q", &name); err == nil {
				line = line[:a+2] + name + line[z:]
			}
		}
		out[i] = line
	}
	sort.Strings(out)
	return out
}

// visible drops from a dump what is history: closed versions, and since when
// the open ones stand.
func visible(dump []string) []string {
	var out []string
	for _, line := range dump {
		table, _, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(table, "scan_"), table == "workspace_touch", table == "activity_day":
			continue
		case strings.Contains(line, " to_scan=scan-"):
			continue
		}
		var kept []string
		for _, word := range strings.Split(line, " ") {
			if !strings.HasPrefix(word, "from_scan=") && !strings.HasPrefix(word, "to_scan=") {
				kept = append(kept, word)
			}
		}
		out = append(out, strings.Join(kept, " "))
	}
	sort.Strings(out)
	return out
}
