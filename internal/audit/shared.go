package audit

// What several reports look up in the same way.

// workspaceLookup finds the workspace behind a key, if the reader may see it.
func workspaceLookup(key string) lookup {
	return lookup{key: key, self: "w.ws", query: `FROM workspace w JOIN ident wi ON wi.id = w.ws
		WHERE w.ws IN (#) AND visible(w) AND inscope(w.ws)`}
}

// workspaceColumns are the workspace a row belongs to and its id.
func workspaceColumns() []Column {
	return []Column{
		{Key: "workspace", Title: "Workspace", Kind: Name, Null: Unknown, Link: Link{ToWorkspace, "workspace_id"}, lookup: "workspace", expr: "w.name"},
		{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "wi.guid"},
	}
}

// itemLookup finds the item behind a key, if the reader may see its workspace.
func itemLookup(key string) lookup {
	return lookup{key: key, self: "li.item", query: `FROM item li JOIN ident lii ON lii.id = li.item
		WHERE li.item IN (#) AND visible(li) AND inscope(li.ws)`}
}

// principalLookup finds the principal behind a key. Principals are things of
// the whole tenant; an id that no scan described still has its id.
func principalLookup(key string) lookup {
	return lookup{key: key, self: "pi.id", again: true, query: `FROM ident pi LEFT JOIN principal p ON p.principal = pi.id AND visible(p)
		WHERE pi.id IN (#)`}
}

// ownerLookup finds the principal that a text names, be it an id or an
// address. Microsoft gives owners as the one or the other.
func ownerLookup(key string) lookup {
	return lookup{key: key, self: "o.told", again: true, query: `FROM (
			SELECT oi.guid AS told, nullif(op.name, '') AS name, oi.guid AS guid, op.gone AS gone, op.enabled AS enabled
			FROM ident oi JOIN principal op ON op.principal = oi.id AND visible(op) WHERE oi.tenant = @tenant AND oi.guid IN (#)
			UNION ALL
			SELECT op.address, nullif(op.name, ''), oi.guid, op.gone, op.enabled
			FROM principal op JOIN ident oi ON oi.id = op.principal WHERE op.tenant = @tenant AND seen(op) AND op.address IN (#)
		) o`}
}

// scanLookup finds when the scan behind a key was published.
func scanLookup(key string) lookup {
	return lookup{key: key, self: "s.id", query: "FROM scan s WHERE s.id IN (#)"}
}

// identLookup finds the id that a number stands for.
func identLookup(key string) lookup {
	return lookup{key: key, self: "n.id", query: "FROM ident n WHERE n.id IN (#)"}
}

// leaver is 1 for people the directory no longer has or has disabled, null
// where the directory was not asked.
func leaver(p string) string {
	return "CASE WHEN " + p + ".gone = 1 OR " + p + ".enabled = 0 THEN 1 WHEN " + p + ".gone = 0 THEN 0 END"
}

// principalName is what a principal is called: some have no name, and are known
// by their address or id alone. id is their id in the same query.
func principalName(p, id string) string {
	return "coalesce(nullif(" + p + ".name, ''), nullif(" + p + ".address, ''), " + id + ")"
}

// peopleBehind is how many people hold what a principal holds; null where the
// members of a group are unknown, and for the whole organisation.
const peopleBehind = "CASE WHEN p.kind IN ('User', 'App') THEN 1 WHEN p.kind = 'Group' AND p.members_known = 1 THEN p.people END"

func choices(values ...string) []Choice {
	out := make([]Choice, len(values))
	for i, v := range values {
		out[i] = Choice{v, v}
	}
	return out
}

func columns(groups ...[]Column) []Column {
	var out []Column
	for _, g := range groups {
		out = append(out, g...)
	}
	return out
}
