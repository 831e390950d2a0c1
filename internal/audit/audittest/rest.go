package audittest

import (
	"fmt"

	"steward/internal/db"
)

// small fills the other tables in proportion.
func small(s Size, people, rest int) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	items := s.Workspaces * s.Items
	add(counter(5)+`INSERT INTO capacity (tenant, capacity, from_scan, hash, name, name_key, sku, state, region, admins)
		SELECT 1, %d + x - 1, 1, x, printf('Cap %%d', x), printf('cap %%d', x), 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]' FROM c`, rest+1)
	add(counter(7)+`INSERT INTO domain (tenant, domain, from_scan, hash, name, name_key, description, parent)
		SELECT 1, %d + x - 1, 1, x, printf('Domain %%d', x), printf('domain %%d', x), '', NULL FROM c`, rest+11)
	add(counter(s.People/10)+`INSERT INTO group_member (grp, member, from_scan, tenant) SELECT %[1]d + x * 10, %[1]d + x * 10 - k.n, 1, 1
		FROM c, (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) k WHERE true ON CONFLICT DO NOTHING`, people)
	add(`INSERT INTO edge (ws, downstream, upstream, kind, from_scan, tenant, upstream_ws) SELECT ws, item, model, 'model', 1, 1, NULL FROM item WHERE model IS NOT NULL`)
	for i := 1; i <= 3; i++ {
		add(`INSERT INTO datasource (tenant, source, from_scan, hash, type, gateway, location, misconfigured, body) VALUES (1, %d, 1, %d, 'Sql', 'gw-1', 'srv%d;db', 0, '{}')`, rest+20+i, i, i)
		add(`INSERT INTO pipeline (tenant, pipeline, from_scan, hash, name, name_key, description, users_known, stages, assigned, users) VALUES (1, %d, 1, %d, 'Pipe %d', 'pipe %d', '', 1, 2, 2, 1)`, rest+30+i, i, i, i)
		add(`INSERT INTO pipeline_stage (pipeline, ord, from_scan, tenant, name, ws) VALUES (%d, 0, 1, 1, 'Development', %d), (%d, 1, 1, 1, 'Production', %d)`, rest+30+i, 2*i, rest+30+i, 2*i+1)
		add(`INSERT INTO pipeline_user (pipeline, principal, from_scan, tenant, role) VALUES (%d, %d, 1, 1, 'Admin')`, rest+30+i, people+i)
		add(`INSERT INTO pipeline_reading (pipeline, tenant, read_at, known_at) VALUES (%d, 1, 1790000000000, 1790000000000)`, rest+30+i)
		for ord := range 2 {
			add(`INSERT INTO pipeline_item (pipeline, ord, item, from_scan, tenant, kind, name, source, target, deployed)
				SELECT %d, %d, item, 1, 1, kind, name, NULL, NULL, 1790000000000 FROM item WHERE ws = %d ON CONFLICT DO NOTHING`, rest+30+i, ord, 2*i+ord)
		}
		add(`INSERT INTO deployment (tenant, pipeline, operation, status, started, ended, source_ord, target_ord, note, note_cut, performer, created, changed, equal, failed)
			VALUES (1, %d, 'op-%d', 'Failed', 1790000000000, 1790000060000, 0, 1, '', 0, 'person.1@contoso.com', 1, 1, 1, 1)`, rest+30+i, i)
		add(`INSERT INTO deployment_step (pipeline, operation, idx, kind, status, difference, source, source_name, target, target_name, error_code, error_text)
			SELECT %d, 'op-%d', row_number() OVER (ORDER BY item) - 1, kind, 'Failed', 'New', item, name, NULL, '', 'Code', 'Text' FROM item WHERE ws = %d`, rest+30+i, i, 2*i)
		add(`INSERT INTO app (tenant, app, from_scan, hash, name, name_key, description, ws, published_by, updated) VALUES (1, %d, 1, %d, 'App %d', 'app %d', '', %d, 'Person 1', 1790000000000)`, rest+40+i, i, i, i, i)
		add(`INSERT INTO setting (tenant, name, override_of, override_id, from_scan, hash, title, area, enabled, for_groups, enabled_groups, excluded_groups, properties, delegated)
			VALUES (1, 'Setting%d', '', '', 1, %d, 'Setting %d', 'Export', 1, 1, '[]', '[]', '[]', '[]')`, i, i, i)
	}
	add(`INSERT INTO edge (ws, downstream, upstream, kind, from_scan, tenant, upstream_ws) SELECT ws, item, %d + item %% 3, 'source', 1, 1, NULL FROM item WHERE kind = 'dataset'`, rest+21)
	add(`INSERT INTO wide_link (tenant, link, item, from_scan, hash, item_name, item_kind, role, sharer, sharer_name, sharer_address)
		SELECT 1, CASE WHEN item %% 200 = 0 THEN 'public' ELSE 'organisation' END, item, 1, item, name, kind, 'Read', %d, 'Person 1', 'person.1@contoso.com' FROM item WHERE item %% 100 = 0`, people+1)
	add(`INSERT INTO unused_item (tenant, item, ws, from_scan, hash, name, kind, size_mb, created, last_accessed) SELECT 1, item, ws, 1, item, name, kind, 1.5, created, NULL FROM item WHERE item %% 20 = 1`)
	add(`INSERT INTO refreshable (tenant, item, from_scan, hash, name, name_key, kind, ws, capacity, refreshes, failures, average_s, median_s, per_day, last_status, last_type, last_start, last_end, last_error, configured_by)
		SELECT 1, item, 1, item, name, name_key, 'Dataset', ws, NULL, 20, item %% 5, 12.5, 11, 8, CASE WHEN item %% 5 = 4 THEN 'Failed' ELSE 'Completed' END, 'Scheduled', 1790000000000, 1790000060000, '', '["person.1@contoso.com"]'
		FROM item WHERE kind = 'dataset'`)
	last := db.Millis(Published(s.Scans)) / 86400000
	add(counter(40)+`INSERT INTO activity_day (tenant, day, read_at, whole, events) SELECT 1, %[1]d - x + 1, (%[1]d - x + 3) * 86400000, CASE WHEN x = 1 THEN 0 ELSE 1 END, 100 FROM c`, last)
	add(counter(items*s.Events)+`INSERT INTO usage_day (tenant, day, item, ws, views, edits, exports, shares, refreshes, people)
		SELECT 1, %[1]d - (x / %[2]d) * 3 - x %% 7, %[3]d + 1 + x %% %[2]d, 1 + (x %% %[2]d) / %[4]d, x %% 5, x %% 2, 0, 0, 1, 1 FROM c WHERE x %% 4 <> 0 ON CONFLICT DO NOTHING`, last, items, s.Workspaces, s.Items)
	add(counter(items*s.Events)+`INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw)
		SELECT 1, printf('ev-%%d', x), (%[1]d - x %% 30) * 86400000 + x %% 86400000, %[1]d - x %% 30, CASE x %% 4 WHEN 0 THEN 'EditReport' ELSE 'ViewReport' END, printf('person.%%d@contoso.com', x %% %[5]d),
			1 + (x %% %[2]d) / %[4]d, %[3]d + 1 + x %% %[2]d, 'report', 'item', 'ws', 1, 'Workspace', x'7b7d' FROM c`, last, items, s.Workspaces, s.Items, s.People)
	for n := 1; n <= s.Scans; n++ {
		add(`INSERT INTO scan_figure (scan, name, value) VALUES (%[1]d, 'workspaces', %[2]d), (%[1]d, 'items', %[3]d)`, n, s.Workspaces, items)
		add(`INSERT INTO scan_part (scan, part, state, meant, seen, finished, as_of) VALUES (%[1]d, 'capacities', 'done', 5, 5, 1, 1), (%[1]d, 'activity', 'done', 1, 1, 1, 1)`, n)
		add(`INSERT INTO scan_batch (scan, seq, state, ids, upstream, attempts) VALUES (%d, 0, 'done', '[]', 'u', 1)`, n)
	}
	return out
}

// churn is what changed by scan n: some workspaces renamed, some items edited
// or gone, some grants given and taken.
func churn(s Size, n, people int) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	version := func(table, cols, edit, cond string) {
		add(`UPDATE %s SET to_scan = %d WHERE to_scan IS NULL AND from_scan < %d AND %s`, table, n, n, cond)
		add(`INSERT INTO %s (%s, from_scan) SELECT %s, %d FROM %s WHERE to_scan = %d AND %s`, table, cols, edit, n, table, n, cond)
	}
	ws := "tenant, ws, hash, name, name_key, kind, state, description, dedicated, capacity, domain, storage, users_known, items, grants, admins, guests"
	version("workspace", ws, fmt.Sprintf("tenant, ws, hash + 1, name || ' v%d', name_key || ' v%d', kind, state, description, dedicated, capacity, domain, storage, users_known, items, grants, admins, guests", n, n),
		fmt.Sprintf("ws %% 97 = %d", n))
	it := "tenant, ws, item, hash, kind, name, name_key, description, state, created, modified, created_by, modified_by, configured_by, model, model_ws, app, original, report_type, endorsement, certified_by, label, storage_mode, provider, refresh, schema_error, tables, roles, users_known, shares, extra"
	version("item", it, "tenant, ws, item, hash + 1, kind, name, name_key, description, state, created, modified + 5, created_by, modified_by, configured_by, model, model_ws, app, original, report_type, 'Promoted', certified_by, label, storage_mode, provider, refresh, schema_error, tables, roles, users_known, shares, extra",
		fmt.Sprintf("item %% 101 = %d", n))
	add(`UPDATE item SET to_scan = %d WHERE to_scan IS NULL AND item %% 211 = %d`, n, n)
	add(`UPDATE access_grant SET to_scan = %d WHERE to_scan IS NULL AND ws %% 89 = %d AND principal %% 5 = 1`, n, n)
	add(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) SELECT ws, ws, %d + ws %% %d, 'Member', %d, 1 FROM workspace WHERE to_scan IS NULL AND ws %% 83 = %d ON CONFLICT DO NOTHING`, people+1, s.People, n, n)
	add(`INSERT INTO workspace_touch (tenant, scan, ws) SELECT 1, %d, ws FROM workspace WHERE to_scan IS NULL AND (ws %% 83 = %d OR ws %% 89 = %d OR ws %% 97 = %d)`, n, n, n, n)
	add(`UPDATE setting SET to_scan = %d WHERE to_scan IS NULL AND name = 'Setting%d'`, n, n)
	add(`INSERT INTO setting (tenant, name, override_of, override_id, from_scan, hash, title, area, enabled, for_groups, enabled_groups, excluded_groups, properties, delegated)
		SELECT tenant, name, override_of, override_id, %d, hash + 1, title, area, 0, for_groups, enabled_groups, excluded_groups, properties, delegated FROM setting WHERE to_scan = %d`, n, n)
	return out
}
