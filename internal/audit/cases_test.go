package audit_test

// reportCases are what a person finds who looks at the small tenant by hand.
var reportCases = []reportCase{
	{report: "workspaces", name: "now", columns: "name admins orphaned capacity domain", want: `
			Ana's own | 0 | no |  |
			Closed Box | unknown | unknown |  |
			Finance PROD | 1 | no | Premium | Finance
			HR Secret | 0 | yes |  |
			Marketing | 1 | no | Premium | Marketing
			New Lab | 1 | no |  |`},
	{report: "workspaces", name: "as of the first scan", scan: 1, columns: "name admins orphaned capacity", want: `
			Ana's own | 0 | no |
			Closed Box | unknown | unknown |
			Finance PROD | 1 | no | Premium
			HR Secret | 1 | no |
			Marketing DEV | 1 | no |
			Old Stuff | 1 | no |`},
	{report: "items", name: "now", columns: "name kind workspace owner owner_left model endorsement last_view app_copy", want: `
			[App] Sales | report | Finance PROD | unknown | unknown | Sales |  | 2026-11-11 | yes
			Campaigns | dashboard | Marketing | stranger@elsewhere.com | unknown |  |  | unknown | no
			Forgotten | report | New Lab | Deployer | unknown |  |  | unknown | no
			Lake | Lakehouse | New Lab | Deployer | unknown |  |  | unknown | no
			Ledger | dataflow | Finance PROD | Ana | no |  |  | unknown | no
			Salaries | report | HR Secret | unknown | unknown | Sales |  | 2026-08-26 | no
			Sales | dataset | Finance PROD | Ben | yes |  | Certified | unknown | no
			Sales | report | Finance PROD | Ana | no | Sales | Promoted | unknown | no`},
	{report: "access", name: "now", columns: "workspace item principal principal_kind right on guest left behind since", want: `
			Finance PROD |  | Ana | User | Admin | workspace | no | no | 1 | 2026-10-31T02:00:00Z
			Finance PROD |  | Gil | User | Viewer | workspace | yes | unknown | 1 | 2026-11-14T02:00:00Z
			Finance PROD |  | Team | Group | Member | workspace | no | unknown | 2 | 2026-11-07T02:00:00Z
			Finance PROD | Sales | Everybody | None | Read | item | no | unknown | unknown | 2026-10-31T02:00:00Z
			HR Secret | Salaries | Ben | User | Read | item | no | yes | 1 | 2026-10-31T02:00:00Z
			Marketing |  | Staff | Group | Admin | workspace | no | unknown | unknown | 2026-10-31T02:00:00Z
			New Lab |  | Deployer | App | Admin | workspace | no | unknown | 1 | 2026-11-14T02:00:00Z`},
	{report: "access", name: "as of the first scan", scan: 1, columns: "workspace item principal right", want: `
			Finance PROD |  | Ana | Admin
			Finance PROD |  | Team | Viewer
			Finance PROD | Sales | Everybody | Read
			HR Secret |  | Ben | Admin
			HR Secret | Salaries | Ben | Read
			Marketing DEV |  | Staff | Admin
			Old Stuff |  | Deployer | Admin`},
	{report: "access", name: "by principal", sort: "principal", columns: "principal workspace item right", want: `
			Ana | Finance PROD |  | Admin
			Ben | HR Secret | Salaries | Read
			Deployer | New Lab |  | Admin
			Everybody | Finance PROD | Sales | Read
			Gil | Finance PROD |  | Viewer
			Staff | Marketing |  | Admin
			Team | Finance PROD |  | Member`},
	{report: "access", name: "of an item", where: "item=it-report", columns: "principal workspace item right", want: `
			Everybody | Finance PROD | Sales | Read`},
	{report: "group-admins", name: "", columns: "workspace principal behind", want: `
			Marketing | Staff | unknown`},
	{report: "guest-access", name: "", columns: "workspace principal right", want: `
			Finance PROD | Gil | Viewer`},
	{report: "leaver-access", name: "", columns: "workspace item principal right", want: `
			HR Secret | Salaries | Ben | Read`},
	{report: "people", name: "", columns: "name kind guest left workspaces admin_of items groups behind", want: `
			Ana | User | no | no | 1 | 1 | 0 | 1 | 1
			Ben | User | no | yes | 0 | 0 | 1 | 1 | 1
			Deployer | App | no | unknown | 1 | 1 | 0 | 0 | 1
			Everybody | None | no | unknown | 0 | 0 | 1 | 0 | unknown
			Gil | User | yes | unknown | 1 | 0 | 0 | 0 | 1
			Staff | Group | no | unknown | 1 | 1 | 0 | 1 | unknown
			Team | Group | no | unknown | 1 | 0 | 0 | 1 | 2`},
	{report: "person-access", name: "Ana", where: "principal=p-ana", columns: "workspace item right via steps holder", want: `
			Finance PROD |  | Admin | direct | 0 | Ana
			Finance PROD |  | Member | via Team | 1 | Team
			Finance PROD | Sales | Read | everybody in the organisation | 1 | Everybody
			Marketing |  | Admin | via Team › Staff | 2 | Staff`},
	{report: "person-access", name: "Gil is a guest", where: "principal=p-gil", columns: "workspace item right via steps holder", want: `
			Finance PROD |  | Viewer | direct | 0 | Gil`},
	{report: "workspace-admins", name: "", columns: "name admins admin_people admin_groups admin_apps behind groups_unknown admin_left", want: `
			Ana's own | 0 | 0 | 0 | 0 | 0 | 0 | 0
			Closed Box | unknown | unknown | unknown | unknown | unknown | unknown | unknown
			Finance PROD | 1 | 1 | 0 | 0 | 0 | 0 | 0
			HR Secret | 0 | 0 | 0 | 0 | 0 | 0 | 0
			Marketing | 1 | 0 | 1 | 0 | 0 | 1 | 0
			New Lab | 1 | 0 | 0 | 1 | 0 | 0 | 0`},
	{report: "roles", name: "", columns: "right kind guest roles workspaces holders", want: `
			Admin | App | no | 1 | 1 | 1
			Admin | Group | no | 1 | 1 | 1
			Admin | User | no | 1 | 1 | 1
			Member | Group | no | 1 | 1 | 1
			Viewer | User | yes | 1 | 1 | 1`},
	{report: "links", name: "", columns: "item kind link workspace sharer since", want: `
			Sales | report | organisation | Finance PROD | Ana | 2026-10-31T02:00:00Z
			Salaries | report | public | HR Secret | unknown | 2026-11-07T02:00:00Z`},
	{report: "changes", name: "first to now", columns: "thing change name person field before after workspace at actor activity", want: `
			workspace | added | New Lab |  |  |  | Active | New Lab | 2026-11-14T02:00:00Z | unknown |
			workspace | removed | Old Stuff |  |  | Active |  | Old Stuff | 2026-11-14T02:00:00Z | unknown |
			workspace | changed | Marketing |  | name | Marketing DEV | Marketing | Marketing | 2026-11-07T02:00:00Z | Ana | UpdateFolder
			workspace | changed | Marketing |  | capacity |  | Premium | Marketing | 2026-11-07T02:00:00Z | Ana | UpdateFolder
			workspace | changed | Marketing |  | on a capacity | no | yes | Marketing | 2026-11-07T02:00:00Z | Ana | UpdateFolder
			item | added | Forgotten |  |  |  | report | New Lab | 2026-11-14T02:00:00Z | unknown |
			item | added | Lake |  |  |  | Lakehouse | New Lab | 2026-11-14T02:00:00Z | unknown |
			item | removed | Dust |  |  | report |  | Old Stuff | 2026-11-14T02:00:00Z | unknown |
			item | changed | Sales |  | endorsement |  | Promoted | Finance PROD | 2026-11-07T02:00:00Z | unknown |
			item | changed | Sales |  | modified | 2026-10-30T02:00:00Z | 2026-10-29T02:00:00Z | Finance PROD | 2026-11-07T02:00:00Z | unknown |
			right | added | Finance PROD | Gil |  |  | Viewer | Finance PROD | 2026-11-14T02:00:00Z | Ben | UpdateFolderAccess
			right | added | New Lab | Deployer |  |  | Admin | New Lab | 2026-11-14T02:00:00Z | unknown |
			right | removed | HR Secret | Ben |  | Admin |  | HR Secret | 2026-11-07T02:00:00Z | unknown |
			right | removed | Old Stuff | Deployer |  | Admin |  | Old Stuff | 2026-11-14T02:00:00Z | unknown |
			right | changed | Finance PROD | Team | right | Viewer | Member | Finance PROD | 2026-11-07T02:00:00Z | Ana | UpdateFolderAccess
			member of a group | added | Team | Ben |  |  |  |  | 2026-11-07T02:00:00Z | unknown |
			link to everybody | added | Salaries |  |  |  | public | HR Secret | 2026-11-07T02:00:00Z | unknown |
			capacity | changed | Premium |  | SKU | F32 | F64 |  | 2026-11-14T02:00:00Z | unknown |
			tenant setting | changed | Publish to web |  | enabled | no | yes |  | 2026-11-07T02:00:00Z | Ben | UpdatedAdminFeatureSwitch
			tenant setting | changed | Publish to web |  | limited to groups |  | Team |  | 2026-11-07T02:00:00Z | Ben | UpdatedAdminFeatureSwitch`},
	{report: "changes", name: "first to second", scan: 2, columns: "thing change name person field before after actor", want: `
			workspace | changed | Marketing |  | name | Marketing DEV | Marketing | Ana
			workspace | changed | Marketing |  | capacity |  | Premium | Ana
			workspace | changed | Marketing |  | on a capacity | no | yes | Ana
			item | changed | Sales |  | endorsement |  | Promoted | unknown
			item | changed | Sales |  | modified | 2026-10-30T02:00:00Z | 2026-10-29T02:00:00Z | unknown
			right | removed | HR Secret | Ben |  | Admin |  | unknown
			right | changed | Finance PROD | Team | right | Viewer | Member | Ana
			member of a group | added | Team | Ben |  |  |  | unknown
			link to everybody | added | Salaries |  |  |  | public | unknown
			tenant setting | changed | Publish to web |  | enabled | no | yes | Ben
			tenant setting | changed | Publish to web |  | limited to groups |  | Team | Ben`},
	{report: "changes", name: "second to third", from: 2, columns: "thing change name person field before after actor", want: `
			workspace | added | New Lab |  |  |  | Active | unknown
			workspace | removed | Old Stuff |  |  | Active |  | unknown
			item | added | Forgotten |  |  |  | report | unknown
			item | added | Lake |  |  |  | Lakehouse | unknown
			item | removed | Dust |  |  | report |  | unknown
			right | added | Finance PROD | Gil |  |  | Viewer | Ben
			right | added | New Lab | Deployer |  |  | Admin | unknown
			right | removed | Old Stuff | Deployer |  | Admin |  | unknown
			capacity | changed | Premium |  | SKU | F32 | F64 | unknown`},
	{report: "history", name: "of Finance", where: "workspace=ws-fin", columns: "at source what thing name person field before after actor", want: `
			2026-11-14T02:00:00Z | scan | added | right |  | Gil |  |  | Viewer |
			2026-11-13T06:00:00Z | activity | UpdateFolderAccess | workspace |  |  |  |  |  | Ana
			2026-11-13T05:00:00Z | activity | UpdateFolderAccess | workspace |  |  |  |  |  | Ben
			2026-11-07T02:00:00Z | scan | removed | right |  | Team |  | Viewer |  |
			2026-11-07T02:00:00Z | scan | added | right |  | Team |  |  | Member |
			2026-11-07T02:00:00Z | scan | changed | item | Sales |  | modified | 2026-10-30T02:00:00Z | 2026-10-29T02:00:00Z |
			2026-11-07T02:00:00Z | scan | changed | item | Sales |  | endorsement |  | Promoted |
			2026-11-05T10:00:00Z | activity | UpdateFolderAccess | workspace |  |  |  |  |  | Ana
			2026-10-31T02:00:00Z | scan | first seen | item | Sales |  |  |  | report |
			2026-10-31T02:00:00Z | scan | first seen | item | Sales |  |  |  | dataset |
			2026-10-31T02:00:00Z | scan | first seen | item | Ledger |  |  |  | dataflow |
			2026-10-31T02:00:00Z | scan | first seen | workspace | Finance PROD |  |  |  | Active |`},
	{report: "activity", name: "", columns: "at actor activity item", want: `
			2026-11-13T21:00:00Z | Gil | ViewReport | Sales
			2026-11-13T06:00:00Z | Ana | UpdateFolderAccess |
			2026-11-13T05:00:00Z | Ben | UpdateFolderAccess |
			2026-11-05T20:00:00Z | Ana | UpdateFolder |
			2026-11-05T10:00:00Z | Ana | UpdateFolderAccess |
			2026-11-05T00:00:00Z | Ben | UpdatedAdminFeatureSwitch |`},
	{report: "usage", name: "", columns: "day item workspace views edits", want: `
			2026-11-11 | [App] Sales | Finance PROD | 5 | 0
			2026-11-04 | Ledger | Finance PROD | 0 | 2
			2026-08-26 | Salaries | HR Secret | 1 | 0`},
	{report: "usage-items", name: "", columns: "name views edits viewed_days last_view", want: `
			[App] Sales | 5 | 0 | 1 | 2026-11-11
			Campaigns | 0 | 0 | 0 | unknown
			Forgotten | 0 | 0 | 0 | unknown
			Lake | 0 | 0 | 0 | unknown
			Ledger | 0 | 2 | 0 | unknown
			Salaries | 0 | 0 | 0 | 2026-08-26
			Sales | 0 | 0 | 0 | unknown
			Sales | 0 | 0 | 0 | unknown`},
	{report: "usage-workspaces", name: "", columns: "name views edits items_viewed", want: `
			Ana's own | 0 | 0 | 0
			Closed Box | 0 | 0 | 0
			Finance PROD | 5 | 2 | 1
			HR Secret | 0 | 0 | 0
			Marketing | 0 | 0 | 0
			New Lab | 0 | 0 | 0`},
	{report: "unused", name: "60 days", columns: "name kind workspace verdict last_view listed last_accessed activity_since", want: `
			Forgotten | report | New Lab | unused | unknown | no | unknown | 2026-08-16
			Lake | Lakehouse | New Lab | unknown | unknown | no | unknown | 2026-08-16
			Salaries | report | HR Secret | unused | 2026-08-26 | yes | 2026-07-31T02:00:00Z | 2026-08-16`},
	{report: "unused", name: "100 days", where: "days=100", columns: "name verdict why", want: `
			Forgotten | unknown | No use seen, but the activity read so far does not reach back that many days.
			Lake | unknown | No use seen, but the activity read so far does not reach back that many days.`},
	{report: "refreshes", name: "", columns: "name workspace status failures refreshes average last_took last_error capacity configured_by", want: `
			Sales | Finance PROD | Failed | 2 | 14 | 61.5 | 60 | ModelRefreshFailed | Premium | ana@contoso.com`},
	{report: "pipelines", name: "", columns: "name stages assigned users", want: `
			To PROD | 2 | 2 | 1`},
	{report: "pipeline-stages", name: "", columns: "pipeline order stage workspace", want: `
			To PROD | 0 | Development | Marketing
			To PROD | 1 | Production | Finance PROD`},
	{report: "pipeline-access", name: "", columns: "pipeline principal right left", want: `
			To PROD | Ben | Admin | yes`},
	{report: "stage-differences", name: "", where: "pipeline=pipe-1", columns: "name kind state why deployed", want: `
			Campaign | report | unknown | compared with the last deployment | 2026-10-31T02:00:00Z
			Leads | dataset | new | the target has no pair of it | unknown`},
	{report: "deployments", name: "", columns: "started pipeline from_stage to_stage status took failed error performer outside", want: `
			2026-10-31T02:00:00Z | To PROD | Development | Production | Partly failed | 60 | 1 | Alm_InvalidRequest_PurgeRequired | ana@contoso.com | no
			2026-10-31T01:00:00Z | To PROD | Development | Production | Succeeded | 0 | unknown |  | Ben | yes`},
	{report: "promotions", name: "", columns: "started pipeline status outside request", want: `
			2026-10-31T02:00:00Z | To PROD | Partly failed | no | 
			2026-10-31T01:00:00Z | To PROD | Succeeded | yes | `},
	{report: "deployment-steps", name: "", where: "pipeline=pipe-1", columns: "index item kind status difference target error", want: `
			1 | Campaign | report | Succeeded | Different | Campaign | 
			2 | Leads | dataset | Failed | New |  | Alm_InvalidRequest_PurgeRequired`},
	{report: "capacities", name: "", columns: "name sku workspaces items admins", want: `
			Premium | F64 | 2 | 4 | ana@contoso.com, ben@contoso.com`},
	{report: "domains", name: "", columns: "name parent workspaces items", want: `
			Finance |  | 1 | 3
			Marketing | Finance | 1 | 1`},
	{report: "apps", name: "", columns: "name workspace published_by updated", want: `
			Sales app | Finance PROD | Ana | 2026-10-31T02:00:00Z`},
	{report: "datasources", name: "", columns: "location type gateway used_by workspaces", want: `
			ledger-db;books | Sql | gw-1 | 1 | 1`},
	{report: "gateways", name: "", columns: "gateway sources used_by", want: `
			gw-1 | 1 | 1`},
	{report: "settings", name: "", columns: "name enabled enabled_groups since", want: `
			ExportToExcel | yes |  | 2026-10-31T02:00:00Z
			PublishToWeb | yes | Team | 2026-11-07T02:00:00Z`},
	{report: "settings-drift", name: "", columns: "at title change field before after actor", want: `
			2026-11-07T02:00:00Z | Publish to web | changed | limited to groups |  | Team | Ben
			2026-11-07T02:00:00Z | Publish to web | changed | enabled | no | yes | Ben`},
	{report: "scans", name: "", columns: "scan kind state seen meant gaps error", want: `
			3 | incremental | partial | 6 | 7 | 1 | One workspace was not seen.
			2 | full | complete | 7 | 7 | 0 |
			1 | full | complete | 7 | 7 | 0 |`},
	{report: "scan-batches", name: "", where: "scan=3", columns: "batch state workspaces attempts error", want: `
			0 | done | 2 | 1 |
			1 | failed | 1 | 3 | throttled`},
	{report: "scan-parts", name: "", where: "scan=3", columns: "part state as_of error", want: `
			apps | failed | 2026-11-07T02:00:00Z | Apps could not be read.
			capacities | done | 2026-11-14T02:00:00Z |`},
	{report: "scan-gaps", name: "", where: "scan=3", columns: "workspace reason last_seen", want: `
			Closed Box | throttled | 2026-11-07T02:00:00Z`},
	{report: "lineage", name: "of the model", where: "item=it-model", columns: "distance name kind workspace", want: `
			-3 | Sales | report | Finance PROD
			-2 | Campaigns | dashboard | Marketing
			-2 | ledger-db;books | Sql |
			-1 | Ledger | dataflow | Finance PROD
			0 | Sales | dataset | Finance PROD
			1 | Salaries | report | HR Secret
			2 | [App] Sales | report | Finance PROD`},
}
