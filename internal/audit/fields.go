package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/db"
)

// field is one thing that can differ between two versions of a row. expr is
// SQL over a version, whose alias stands as #.
type field struct{ name, expr string }

// fieldRows is a table of the fields' numbers, to be joined so that each
// changed field is a row.
func fieldRows(fields []field) string {
	var rows []string
	for i := range fields {
		rows = append(rows, fmt.Sprintf("(%d)", i))
	}
	return "(VALUES " + strings.Join(rows, ", ") + ")"
}

// fieldName is the name of the field f.
func fieldName(fields []field) string {
	return fieldCase(fields, func(f field) string { return "'" + f.name + "'" })
}

// fieldValue is the value of the field f in the version with the alias.
func fieldValue(fields []field, alias string) string {
	return fieldCase(fields, func(f field) string { return "CAST(" + at(f.expr, alias) + " AS TEXT)" })
}

// fieldDiffers is true when the field f differs between two versions.
func fieldDiffers(fields []field, older, newer string) string {
	return "(" + fieldCase(fields, func(f field) string {
		return at(f.expr, older) + " IS DISTINCT FROM " + at(f.expr, newer)
	}) + ")"
}

func fieldCase(fields []field, then func(field) string) string {
	var b strings.Builder
	b.WriteString("CASE f.column1")
	for i, f := range fields {
		fmt.Fprintf(&b, " WHEN %d THEN %s", i, then(f))
	}
	return b.String() + " END"
}

// at puts the alias of a version in the place of the placeholder.
func at(expr, alias string) string {
	return strings.ReplaceAll(expr, "#.", alias+".")
}

// settingActivities change tenant settings.
var settingActivities = []string{"UpdatedAdminFeatureSwitch"}

// attributed finds in the activity who caused a change: the one actor of
// matching events up to the scan that noticed it. since is from when on, or
// prevScan for the beginning of the scan before. Null when nobody or several
// people match: a guess is worse than an unknown. what is actor or activity.
func attributed(what, which, activities, scan, since string) string {
	if since == prevScan {
		since = "(SELECT coalesce(max(ps.started), 0) FROM scan ps WHERE ps.tenant = @tenant AND ps.id < " + scan + " AND ps.published IS NOT NULL)"
	}
	return "(SELECT CASE WHEN count(DISTINCT a.actor) = 1 THEN max(a." + what + ") END FROM activity a WHERE " + which + " AND a.at > " + since +
		" AND a.at <= (SELECT ts.published FROM scan ts WHERE ts.id = " + scan + ") AND a.activity IN (" + activities + ") AND a.succeeded = 1)"
}

// shown shows the text of a version: a marked time as a moment, groups by
// name, the rest as it is.
func shown(text string) string {
	if ms, ok := strings.CutPrefix(text, "\x1e"); ok {
		if n, err := strconv.ParseInt(ms, 10, 64); err == nil {
			return db.Time(n).Format("2006-01-02T15:04:05Z")
		}
	}
	return groupNames(text)
}

// groupNames shows a JSON array of {id, name} by names, and other text as it
// is.
func groupNames(text string) string {
	var groups []struct{ ID, Name string }
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &groups) != nil {
		return text
	}
	words := make([]string, len(groups))
	for i, g := range groups {
		if words[i] = g.Name; g.Name == "" {
			words[i] = g.ID
		}
	}
	return strings.Join(words, ", ")
}

// properties shows a JSON array of {name, value} as name=value.
func properties(text string) string {
	var props []struct{ Name, Value string }
	if json.Unmarshal([]byte(text), &props) != nil {
		return text
	}
	words := make([]string, len(props))
	for i, p := range props {
		words[i] = p.Name + "=" + p.Value
	}
	return strings.Join(words, ", ")
}
