package audit

import "strings"

// subject is one kind of thing whose versions can be compared. The alias of a
// version stands as #. in its expressions: n for the newer, o for the older.
type subject struct {
	thing  string // what the reader sees
	table  string
	same   string // when two versions are of one thing: over o and n
	name   string
	id     string // ident number of the thing; empty when it has none
	ws     string // ident number of its workspace; empty for the tenant's own
	item   string // ident number of the item it is about; empty when none
	person string // ident number of the principal it is about; empty when none
	scope  string // who may see it, where ws does not say; @all for the tenant's own things
	few    string // why sorting is right: the table is small
	fields []field
	// which activity is about the thing, and which kinds of it cause a change
	which      string
	activities []string
	// named is true of the activity that names the very thing; looked for first
	named string
	// on what an added thing is shown to be
	shown string
}

// changeScope lets through what belongs to a workspace the reader may see now,
// or could see before it was gone.
func changeScope(ws string) string {
	return "(inscope(" + ws + ") OR (wasinscope(" + ws + ") AND NOT EXISTS (SELECT 1 FROM workspace gone WHERE gone.ws = " + ws + " AND visible(gone))))"
}

// parts are what was added, removed and changed between two views.
func (s subject) parts() []part {
	added := s.part("added", "n", "coalesce((SELECT min(n1.from_scan) FROM "+s.table+" n1 WHERE n1.from_scan > @before AND "+strings.ReplaceAll(at(s.same, "n"), "o.", "n1.")+"), n.from_scan)", prevScan)
	added.from = s.table + " n"
	added.where = "n.tenant = @tenant AND n.from_scan > @before AND n.from_scan <= @scan AND coalesce(n.to_scan, @far) > @scan AND NOT EXISTS (SELECT 1 FROM " + s.table + " o WHERE " + s.same + " AND before(o))"
	added.paths = []path{{sort: "at", order: []string{"n.from_scan", s.key("n")}}}
	added.exprs["after"] = or(at(s.shown, "n"), "NULL")

	removed := s.part("removed", "o", "o.to_scan", prevScan)
	removed.from = s.table + " o"
	removed.where = "o.tenant = @tenant AND o.to_scan > @before AND o.to_scan <= @scan AND o.from_scan + 0 <= @before AND NOT EXISTS (SELECT 1 FROM " + s.table + " n WHERE " + s.same + " AND visible(n))"
	removed.paths = []path{{sort: "at", order: []string{"o.to_scan", s.key("o")}}}
	removed.exprs["before"] = or(at(s.shown, "o"), "NULL")
	if len(s.fields) == 0 {
		return []part{added, removed}
	}

	changed := s.part("changed", "n", "n.from_scan", "@before_started")
	changed.from = s.table + " n CROSS JOIN " + s.table + " o CROSS JOIN " + fieldRows(s.fields) + " f"
	changed.where = "n.tenant = @tenant AND n.from_scan > @before AND n.from_scan <= @scan AND coalesce(n.to_scan, @far) > @scan AND " + s.same + " AND before(o) AND " + fieldDiffers(s.fields, "o", "n")
	changed.paths = []path{{sort: "at", order: []string{"n.from_scan", s.key("n"), "f.column1"}}}
	changed.exprs["field"] = fieldName(s.fields)
	changed.exprs["before"] = fieldValue(s.fields, "o")
	changed.exprs["after"] = fieldValue(s.fields, "n")
	return []part{added, removed, changed}
}

// key makes the order unique within a scan.
func (s subject) key(alias string) string {
	if s.table == "group_member" {
		return alias + ".grp * 4294967296 + " + alias + ".member"
	}
	return alias + ".id"
}

const prevScan = "the scan before"

// part fills what the three have in common. scan is the scan that noticed the
// change; since is from when on an activity may have caused it.
func (s subject) part(change, alias, scan, since string) part {
	actor := func(what string) string {
		if s.which == "" {
			return "NULL"
		}
		any := attributed(what, at(s.which, alias), quoted(s.activities), scan, since)
		if s.named == "" {
			return any
		}
		return "coalesce(" + attributed(what, at(s.which+" AND "+s.named, alias), quoted(s.activities), scan, since) + ", " + any + ")"
	}
	p := part{
		name: s.thing + " " + change, sorted: s.few, tags: map[string]string{"thing": s.thing, "change": change},
		exprs: map[string]string{
			"thing": "'" + s.thing + "'", "change": "'" + change + "'", "name": or(at(s.name, alias), "NULL"),
			"field": "NULL", "before": "NULL", "after": "NULL", "scan": scan,
			"actor_told": actor("actor"), "activity": actor("activity"),
			"#actor": actor("actor"), "#scan": scan,
			"#workspace": at(s.ws, alias), "#ident": or(at(s.id, alias), ""), "#item": at(s.item, alias), "#person": at(s.person, alias),
			"?workspace": at(s.ws, alias),
		},
	}
	switch {
	case s.scope != "":
		p.scope = at(s.scope, alias)
	case s.ws != "":
		p.scope = changeScope(at(s.ws, alias))
	default:
		p.scope = "@all"
	}
	return p
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
