package audittest

import "steward/internal/db"

func (s *story) rest() {
	s.exec(`INSERT INTO capacity (tenant, capacity, from_scan, to_scan, hash, name, name_key, sku, state, region, admins) VALUES
		(1, $1, 1, 3, 1, 'Premium', 'premium', 'F32', 'Active', 'West Europe', '["ana@contoso.com","ben@contoso.com"]'),
		(1, $1, 3, NULL, 2, 'Premium', 'premium', 'F64', 'Active', 'West Europe', '["ana@contoso.com","ben@contoso.com"]')`, s.n("cap-1"))
	s.exec(`INSERT INTO domain (tenant, domain, from_scan, hash, name, name_key, description, parent) VALUES (1, $1, 1, 1, 'Finance', 'finance', '', NULL), (1, $2, 1, 1, 'Marketing', 'marketing', '', $1)`,
		s.n("dom-fin"), s.n("dom-mkt"))
	s.exec(`INSERT INTO app (tenant, app, from_scan, hash, name, name_key, description, ws, published_by, updated) VALUES (1, $1, 1, 1, 'Sales app', 'sales app', '', $2, 'Ana', $3)`,
		s.n("app-1"), s.n("ws-fin"), db.Millis(Epoch))
	s.exec(`INSERT INTO pipeline (tenant, pipeline, from_scan, hash, name, name_key, description, users_known, stages, assigned, users) VALUES (1, $1, 1, 1, 'To PROD', 'to prod', '', 1, 2, 2, 1)`, s.n("pipe-1"))
	s.exec(`INSERT INTO pipeline_stage (pipeline, ord, from_scan, tenant, name, ws) VALUES ($1, 0, 1, 1, 'Development', $2), ($1, 1, 1, 1, 'Production', $3)`, s.n("pipe-1"), s.n("ws-mkt"), s.n("ws-fin"))
	s.exec(`INSERT INTO pipeline_user (pipeline, principal, from_scan, tenant, role) VALUES ($1, $2, 1, 1, 'Admin')`, s.n("pipe-1"), s.n("p-ben"))
	s.exec(`INSERT INTO pipeline_item (pipeline, ord, item, from_scan, to_scan, tenant, kind, name, source, target, deployed) VALUES
		($1, 0, $2, 1, NULL, 1, 'report', 'Campaign', NULL, $3, NULL), ($1, 1, $3, 1, NULL, 1, 'report', 'Campaign', $2, NULL, $4),
		($1, 0, $5, 1, NULL, 1, 'dataset', 'Leads', NULL, NULL, NULL), ($1, 1, $6, 1, 2, 1, 'dataset', 'Sales', NULL, NULL, NULL)`,
		s.n("pipe-1"), s.n("it-camp-dev"), s.n("it-camp"), db.Millis(Epoch), s.n("it-leads-dev"), s.n("it-model"))
	s.exec(`INSERT INTO deployment (tenant, pipeline, operation, status, started, ended, source_ord, target_ord, note, note_cut, performer, created, changed, equal, failed) VALUES
		(1, $1, 'op-1', 'Failed', $2, $3, 0, 1, 'CHG-7 [gov:0123456789ABCDEFGHJKMNPQRS]', 0, 'ana@contoso.com', 1, 1, 0, 1), (1, $1, 'op-0', 'Succeeded', $4, $4, 0, 1, '', 0, 'p-ben', 1, 0, 0, NULL)`,
		s.n("pipe-1"), db.Millis(Epoch), db.Millis(Epoch)+60_000, db.Millis(Epoch)-3_600_000)
	s.exec(`INSERT INTO deployment_step (pipeline, operation, idx, kind, status, difference, source, source_name, target, target_name, error_code, error_text) VALUES
		($1, 'op-1', 0, 'report', 'Succeeded', 'Different', $2, 'Campaign', $3, 'Campaign', '', ''), ($1, 'op-1', 1, 'dataset', 'Failed', 'New', $4, 'Leads', NULL, '', 'Alm_InvalidRequest_PurgeRequired', 'Data would be lost.')`,
		s.n("pipe-1"), s.n("it-camp-dev"), s.n("it-camp"), s.n("it-leads-dev"))
	s.exec(`INSERT INTO refreshable (tenant, item, from_scan, hash, name, name_key, kind, ws, capacity, refreshes, failures, average_s, median_s, per_day, last_status, last_type, last_start, last_end, last_error, configured_by)
		VALUES (1, $1, 1, 1, 'Sales', 'sales', 'Dataset', $2, $3, 14, 2, 61.5, 60, 8, 'Failed', 'Scheduled', $4, $5, 'ModelRefreshFailed', '["ana@contoso.com"]')`,
		s.n("it-model"), s.n("ws-fin"), s.n("cap-1"), db.Millis(Published(3))-7_200_000, db.Millis(Published(3))-7_140_000)
	s.exec(`INSERT INTO wide_link (tenant, link, item, from_scan, hash, item_name, item_kind, role, sharer, sharer_name, sharer_address) VALUES
		(1, 'organisation', $1, 1, 1, 'Sales', 'report', 'Read', $2, 'Ana', 'ana@contoso.com'), (1, 'public', $3, 2, 1, 'Salaries', 'report', 'Read', NULL, '', '')`,
		s.n("it-report"), s.n("p-ana"), s.n("it-pay"))
	s.exec(`INSERT INTO unused_item (tenant, item, ws, from_scan, hash, name, kind, size_mb, created, last_accessed) VALUES (1, $1, $2, 1, 1, 'Salaries', 'report', 1.5, NULL, $3)`,
		s.n("it-pay"), s.n("ws-hr"), db.Millis(Epoch.AddDate(0, -3, 0)))
	s.exec(`INSERT INTO setting (tenant, name, override_of, override_id, from_scan, to_scan, hash, title, area, enabled, for_groups, enabled_groups, excluded_groups, properties, delegated) VALUES
		(1, 'PublishToWeb', '', '', 1, 2, 1, 'Publish to web', 'Export and sharing', 0, 1, '[]', '[]', '[]', '[]'),
		(1, 'PublishToWeb', '', '', 2, NULL, 2, 'Publish to web', 'Export and sharing', 1, 1, '[{"id":"g-team","name":"Team"}]', '[]', '[]', '[]'),
		(1, 'ExportToExcel', '', '', 1, NULL, 1, 'Export to Excel', 'Export and sharing', 1, 1, '[]', '[]', '[]', '[]')`)
}

// event is one activity, some hours before the scan it belongs to.
func (s *story) event(id string, scan, hours int, activity, actor, ws, item, name string) {
	at := db.Millis(Published(scan)) - int64(hours)*3_600_000
	s.exec(`INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw) VALUES (1, $1, $2, $3, $4, $5, $6, $7, '', $8, '', 1, '', x'7b7d')`,
		id, at, at/86_400_000, activity, actor, s.n(ws), s.n(item), name)
}

func (s *story) activity() {
	s.event("e-1", 2, 30, "UpdateFolder", "ana@contoso.com", "ws-mkt", "", "")
	s.event("e-2", 2, 40, "UpdateFolderAccess", "p-ana", "ws-fin", "", "")
	s.event("e-3", 2, 50, "UpdatedAdminFeatureSwitch", "ben@contoso.com", "", "", "")
	s.event("e-4", 3, 5, "ViewReport", "gil#EXT#@contoso.com", "ws-fin", "it-copy", "Sales")
	s.event("e-5", 3, 20, "UpdateFolderAccess", "ana@contoso.com", "ws-fin", "", "")
	s.event("e-6", 3, 21, "UpdateFolderAccess", "ben@contoso.com", "ws-fin", "", "")
	s.exec(`UPDATE activity SET raw = CAST('{"FolderAccessRequests":[{"UserObjectId":"p-gil"}]}' AS BLOB) WHERE event = 'e-6'`)
	last := db.Millis(Published(3)) / 86_400_000
	for day := last - 90; day <= last; day++ {
		s.exec(`INSERT INTO activity_day (tenant, day, read_at, whole, events) VALUES (1, $1, ($1 + 2) * 86400000, $2, 3)`, day, map[bool]int{true: 1, false: 0}[day < last])
	}
	for _, u := range [][4]any{{last - 3, "it-copy", 5, 0}, {last - 80, "it-pay", 1, 0}, {last - 10, "it-flow", 0, 2}} {
		s.exec(`INSERT INTO usage_day (tenant, day, item, ws, views, edits, exports, shares, refreshes, people) VALUES (1, $1, $2, (SELECT ws FROM item WHERE item = $2 LIMIT 1), $3, $4, 0, 0, 0, 1)`, u[0], s.n(u[1].(string)), u[2], u[3])
	}
}

// other is the second tenant: one of each thing, with a name to look for.
func (s *story) other() {
	for i, id := range []string{"ws-fab", "it-fab", "p-fab", "g-fab"} {
		s.exec(`INSERT INTO ident (id, tenant, guid) VALUES ($1, 2, $2)`, 9000+i, id)
	}
	s.exec(`INSERT INTO workspace (tenant, ws, from_scan, hash, name, name_key, kind, state, description, dedicated, storage, users_known, items, grants, admins, guests)
		VALUES (2, 9000, 4, 1, 'Fabrikam only', 'fabrikam only', 'Workspace', 'Active', '', 0, '', 1, 1, 1, 1, 1)`)
	s.exec(`INSERT INTO item (tenant, ws, item, from_scan, hash, kind, name, name_key, description, state, created_by, modified_by, configured_by, report_type, endorsement, certified_by, label, storage_mode, provider, schema_error, tables, roles, users_known, shares)
		VALUES (2, 9000, 9001, 4, 1, 'report', 'Fabrikam report', 'fabrikam report', '', '', '', '', '', '', '', '', '', '', '', '', -1, -1, 1, 1)`)
	s.exec(`INSERT INTO principal (tenant, principal, from_scan, hash, kind, name, name_key, address, guest) VALUES (2, 9002, 4, 1, 'User', 'Fabrikam Fred', 'fabrikam fred', 'fred@fabrikam.com', 1)`)
	s.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (9000, 9000, 9002, 'Admin', 4, 2), (9000, 9001, 9002, 'Read', 4, 2)`)
	s.exec(`INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw) VALUES (2, 'e-fab', $1, $2, 'ViewReport', 'fred@fabrikam.com', 9000, 9001, 'report', 'Fabrikam report', 'Fabrikam only', 1, '', x'7b7d')`,
		db.Millis(Published(1)), db.Millis(Published(1))/86_400_000)
	s.exec(`INSERT INTO usage_day (tenant, day, item, ws, views, edits, exports, shares, refreshes, people) VALUES (2, $1, 9001, 9000, 1, 0, 0, 0, 0, 1)`, db.Millis(Published(1))/86_400_000)
}
