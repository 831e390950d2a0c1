package audittest

// PlainAccess is the access report as one would write it by hand, as one scan
// saw it: the baseline of the benchmarks.
const PlainAccess = `SELECT p.name, p.kind, p.address, g.role, CASE WHEN g.object = g.ws THEN 'workspace' ELSE 'item' END, w.name, i.name, i.kind, p.guest,
		CASE WHEN p.gone = 1 OR p.enabled = 0 THEN 1 WHEN p.gone = 0 THEN 0 END, CASE WHEN p.kind <> 'Group' THEN 1 WHEN p.members_known = 1 THEN p.people END,
		strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', s.published / 1000, 'unixepoch'), g.profile, wi.guid, ii.guid, pi.guid
	FROM workspace w CROSS JOIN access_grant g JOIN ident wi ON wi.id = w.ws JOIN ident pi ON pi.id = g.principal JOIN scan s ON s.id = g.from_scan
	LEFT JOIN item i ON i.item = nullif(g.object, g.ws) AND i.from_scan <= %[1]d AND (i.to_scan IS NULL OR i.to_scan > %[1]d)
	LEFT JOIN ident ii ON ii.id = i.item
	LEFT JOIN principal p ON p.principal = g.principal AND p.from_scan <= %[1]d AND (p.to_scan IS NULL OR p.to_scan > %[1]d)
	WHERE w.tenant = 1 AND w.from_scan <= %[1]d AND (w.to_scan IS NULL OR w.to_scan > %[1]d)
		AND g.ws = w.ws AND g.from_scan <= %[1]d AND (g.to_scan IS NULL OR g.to_scan > %[1]d)
	ORDER BY w.name_key, w.ws, g.object, g.principal, g.role`
