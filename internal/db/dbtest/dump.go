package dbtest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"steward/internal/db"
)

// idColumns are the columns that hold the number of an id.
var idColumns = []string{"ws", "item", "object", "principal", "grp", "member", "downstream", "upstream", "upstream_ws",
	"capacity", "domain", "model", "model_ws", "app", "original", "source", "parent", "pipeline", "sharer", "manager"}

// leftOut are columns without content: row numbers, hashes over them, and when
// the program did its work. Where an event of the activity log is packed is
// left out too; its digest says that what was packed is the same.
var leftOut = []string{"id", "tenant", "read_at", "hash", "block", "place"}

// Dump returns everything that is known of a tenant by content: one line per
// version, with ids instead of numbers and scans counted in the order in which
// they were published. Two databases with equal dumps say the same, however
// they came to it.
func Dump(tb testing.TB, d *db.DB, tenant int64) []string {
	tb.Helper()
	dm := dumper{tb: tb, d: d, tenant: tenant, ids: map[int64]string{}, scans: map[int64]string{}}
	dm.names(`SELECT id, guid FROM ident WHERE tenant = $1`, dm.ids)
	dm.names(`SELECT id, 'scan-' || row_number() OVER (ORDER BY id) FROM scan WHERE tenant = $1 AND published IS NOT NULL`, dm.scans)
	var lines []string
	tables := append(strings.Fields(db.HistoryTables()), "activity", "usage_day", "activity_day", "scan_figure", "scan_gap", "workspace_touch")
	for _, table := range tables {
		lines = append(lines, dm.table(table)...)
	}
	sort.Strings(lines)
	return lines
}

type dumper struct {
	tb         testing.TB
	d          *db.DB
	tenant     int64
	ids, scans map[int64]string
}

func (dm *dumper) names(q string, into map[int64]string) {
	dm.tb.Helper()
	rows, err := dm.d.Reader().Query(dm.tb.Context(), q, dm.tenant)
	if err != nil {
		dm.tb.Fatalf("dump: %v", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		var name string
		if err := rows.Scan(&n, &name); err != nil {
			dm.tb.Fatalf("dump: %v", err)
		}
		into[n] = name
	}
	if err := rows.Err(); err != nil {
		dm.tb.Fatalf("dump: %v", err)
	}
}

func (dm *dumper) table(name string) []string {
	dm.tb.Helper()
	where := "tenant = $1"
	if name == "scan_figure" || name == "scan_gap" {
		where = "scan IN (SELECT id FROM scan WHERE tenant = $1 AND published IS NOT NULL)"
	}
	rows, err := dm.d.Reader().Query(dm.tb.Context(), `SELECT * FROM `+name+` WHERE `+where, dm.tenant)
	if err != nil {
		dm.tb.Fatalf("dump %s: %v", name, err)
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		dm.tb.Fatalf("dump %s: %v", name, err)
	}
	var lines []string
	for rows.Next() {
		vals, into := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			into[i] = &vals[i]
		}
		if err := rows.Scan(into...); err != nil {
			dm.tb.Fatalf("dump %s: %v", name, err)
		}
		lines = append(lines, dm.line(name, cols, vals))
	}
	if err := rows.Err(); err != nil {
		dm.tb.Fatalf("dump %s: %v", name, err)
	}
	return lines
}

func (dm *dumper) line(table string, cols []string, vals []any) string {
	var b strings.Builder
	b.WriteString(table)
	for i, col := range cols {
		if slices.Contains(leftOut, col) {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", col, dm.value(col, vals[i]))
	}
	return b.String()
}

func (dm *dumper) value(col string, v any) string {
	n, isInt := v.(int64)
	switch {
	case isInt && slices.Contains(idColumns, col):
		return dm.ids[n]
	case isInt && (col == "from_scan" || col == "to_scan" || col == "scan" || col == "last_seen"):
		return dm.scans[n]
	}
	if raw, ok := v.([]byte); ok {
		return fmt.Sprintf("%x", raw)
	}
	return fmt.Sprintf("%v", v)
}

// Diff returns what two sorted lists of lines do not have in common, at most
// twenty lines of it, and nothing when they are equal.
func Diff(want, got []string) string {
	var b strings.Builder
	lines := 0
	tell := func(sign, line string) {
		if lines++; lines <= 20 {
			b.WriteString(sign + line + "\n")
		}
	}
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0] < got[0]:
			tell("-", want[0])
			want = want[1:]
		case len(want) == 0 || got[0] < want[0]:
			tell("+", got[0])
			got = got[1:]
		default:
			want, got = want[1:], got[1:]
		}
	}
	if lines > 20 {
		fmt.Fprintf(&b, "and %d lines more\n", lines-20)
	}
	return b.String()
}
