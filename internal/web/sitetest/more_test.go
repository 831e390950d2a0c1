package sitetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// multiplyOutside copies everything that lies outside of Finance, under new
// ids: who may not see the one must not notice the other.
func (f *filler) multiplyOutside() {
	f.exec(`INSERT INTO ident (tenant, guid) SELECT tenant, guid || '-more' FROM ident WHERE guid LIKE 'zq%'`)
	for _, c := range []struct {
		table, of string
		ids       []string
	}{
		{"workspace", "ws", []string{"ws", "capacity", "domain"}},
		{"item", "ws", []string{"ws", "item", "app", "original"}},
		{"principal", "principal", []string{"principal"}},
		{"access_grant", "ws", []string{"ws", "object", "principal"}},
		{"edge", "ws", []string{"ws", "downstream"}},
		{"capacity", "capacity", []string{"capacity"}},
		{"domain", "domain", []string{"domain"}},
		{"app", "app", []string{"app", "ws"}},
		{"pipeline", "pipeline", []string{"pipeline"}},
		{"pipeline_stage", "pipeline", []string{"pipeline", "ws"}},
		{"pipeline_user", "pipeline", []string{"pipeline", "principal"}},
		{"refreshable", "item", []string{"item", "ws", "capacity"}},
		{"wide_link", "item", []string{"item", "sharer"}},
		{"unused_item", "item", []string{"item", "ws"}},
		{"datasource", "source", []string{"source"}},
		{"activity", "ws", []string{"ws", "item"}},
		{"usage_day", "item", []string{"item", "ws"}},
		{"violation", "ws", []string{"ws", "object", "principal"}},
	} {
		f.copyRows(c.table, c.of, c.ids)
	}
	f.exec(`INSERT INTO waiver (violation, state, owner, owner_name, reason, ends, asked_by, asked_name, asked_at)
		SELECT v.id, 'asked', 'owner', label || ' owner', label || ' needs it', first_seen + 864000000, 'asker', label || ' asker', first_seen FROM violation v
		WHERE NOT EXISTS (SELECT 1 FROM waiver w WHERE w.violation = v.id)`)
}

// copyRows copies the rows whose column of names something outside.
func (f *filler) copyRows(table, of string, ids []string) {
	var into, from []string
	for _, c := range f.texts(`SELECT name FROM pragma_table_info('` + table + `')`) {
		value := "o." + c
		switch {
		case slices.Contains(ids, c):
			value = fmt.Sprintf("COALESCE((SELECT b.id FROM ident a JOIN ident b ON b.tenant = a.tenant AND b.guid = a.guid || '-more' WHERE a.id = o.%[1]s), o.%[1]s)", c)
		case c == "id":
			continue
		case c == "event":
			value = "o.event || '-more'"
		}
		into, from = append(into, c), append(from, value)
	}
	f.exec(fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s o WHERE o.%s IN (SELECT id FROM ident WHERE guid LIKE 'zq%%')`,
		table, strings.Join(into, ", "), strings.Join(from, ", "), table, of))
}

var moving = regexp.MustCompile(`name="next" value="[^"]*"|nonce="[^"]*"|request [A-Za-z0-9_-]{22}|"instance":"[^"]*"|cursor=[A-Za-z0-9_%.-]+|"took[^,]*,|(&lt; )?[0-9.]+ ?(ms|µs|s)\b`)

// steady is an answer without what differs from one request to the next.
func steady(body string) string { return moving.ReplaceAllString(body, "~") }

// difference is where two texts begin to differ.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(len(s), i)-160):min(len(s), i+80)] }
	return fmt.Sprintf("\n  …%s…\n  …%s…", cut(a), cut(b))
}
