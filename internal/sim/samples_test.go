package sim_test

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"

	"steward/internal/contract"
)

// paths collects the key paths of a JSON value, lists folded.
func paths(v any, at string, into map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			into[at+"."+k] = true
			paths(e, at+"."+k, into)
		}
	case []any:
		for _, e := range x {
			paths(e, at+"[]", into)
		}
	}
}

// absent are parts of Microsoft's examples that this tenant never gives, each
// with its reason.
var absent = map[string]string{
	"appUserAccessRight": "the examples carry it on every user; live answers have the key of the kind",
	"continuationUri":    "only where there is more",
	"continuationToken":  "only where there is more",
	"profile":            "no service principal profiles in the tenant",
	".workspaces[].datasets[].tables[].description": "no described tables in the tenant",
	"dataflowStorageId":                             "no dataflow storage accounts in the tenant",
	"tags":                                          "no tags in the tenant",
	"defaultIdentity":                               "told only when asked to include it",
	"customDomainName":                              "no GitHub Enterprise in the tenant",
	".datamarts":                                    "no datamarts in its pipelines",
}

func isAbsent(path string) bool {
	for part := range absent {
		if strings.HasPrefix(path, part) || strings.Contains(path+".", "."+part+".") || strings.Contains(path, "."+part+"[]") {
			return true
		}
	}
	return false
}

// TestOfficialShapes: every key of Microsoft's examples is in our answers, too.
func TestOfficialShapes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// Other tests hold the same answers against the definitions.
	b.unchecked = true
	in, _ := b.mine()
	var scanned []map[string]any
	for ids := b.modified(""); len(ids) > 0; ids = ids[min(100, len(ids)):] {
		scanned = append(scanned, b.scan(allFlags, ids[:min(100, len(ids))]...))
	}
	pbi := func(app, path string) any { return any(b.call(app, "GET", "/v1.0/myorg/"+path, nil).ok()) }
	pipe := rows(b.call("executor", "GET", "/v1.0/myorg/pipelines", nil).ok(), "value")
	var stages, ops, oneOp, arts []any
	for _, p := range pipe {
		id := "pipelines/" + p["id"].(string)
		stages = append(stages, pbi("executor", id+"/stages"))
		list := b.call("executor", "GET", "/v1.0/myorg/"+id+"/operations", nil).ok()
		ops = append(ops, list)
		for _, op := range rows(list, "value") {
			oneOp = append(oneOp, pbi("executor", id+"/operations/"+op["id"].(string)))
		}
		for n := range 3 {
			arts = append(arts, pbi("executor", fmt.Sprintf("%s/stages/%d/artifacts", id, n)))
		}
	}
	d := start.AddDate(0, 0, -3)
	events, _, _, last := b.events(day(d))
	expand := "?$top=5000&$expand="
	for sample, ours := range map[string][]any{
		"scanner_scanResult_official.json":             {scanned[0], scanned[len(scanned)-1]},
		"admin_groups_users.json":                      {b.admin("groups" + expand + "users")},
		"admin_groups_reports.json":                    {b.admin("groups" + expand + "reports")},
		"admin_groups_dashboards.json":                 {b.admin("groups" + expand + "dashboards")},
		"admin_groups_datasets.json":                   {b.admin("groups" + expand + "datasets")},
		"admin_groups_datasets_encryption.json":        {b.admin("groups" + expand + "datasets")},
		"admin_group_users.json":                       {b.admin("groups/" + in.ID + "/users")},
		"admin_capacities_tenantKey.json":              {b.admin("capacities?$expand=tenantKey")},
		"refreshables_expanded.json":                   {b.admin("capacities/refreshables" + expand + "capacity,group")},
		"admin_apps.json":                              {b.admin("apps?$top=100")},
		"admin_pipelines_users.json":                   {b.admin("pipelines?$expand=users")},
		"admin_pipelines_stages.json":                  {b.admin("pipelines?$expand=stages")},
		"tenantKeys.json":                              {b.admin("tenantKeys")},
		"linksSharedToWholeOrganization.json":          {b.admin("widelySharedArtifacts/linksSharedToWholeOrganization")},
		"activityevents_page1_official.json":           {map[string]any{"activityEventEntities": anys(events)}},
		"activityevents_last_lastResultSet_false.json": {last},
		"groups.json":                                  {pbi("executor", "groups")},
		"group_users.json":                             {pbi("executor", "groups/"+in.ID+"/users")},
		"pipelines_list.json":                          {pbi("executor", "pipelines")},
		"pipeline_stages.json":                         stages,
		"pipeline_operations_list.json":                ops,
		"pipeline_operation_succeeded_official.json":   oneOp,
		"pipeline_stage_artifacts_official.json":       arts,
		"fabric_admin_workspaces.json":                 {b.get("/v1/admin/workspaces").ok()},
		"fabric_admin_items.json":                      {b.get("/v1/admin/items").ok()},
		"fabric_tenantSettings.json":                   {b.get("/v1/admin/tenantsettings").ok()},
		"fabric_domains.json":                          {b.get("/v1/admin/domains?preview=false").ok()},
		"fabric_git_connections.json":                  {b.get("/v1/admin/workspaces/discoverGitConnections").ok()},
		"fabric_admin_workspace_users.json":            {b.get("/v1/admin/workspaces/" + in.ID + "/users").ok()},
	} {
		var official any
		if err := json.Unmarshal(contract.Sample(sample), &official); err != nil {
			t.Fatal(err)
		}
		want, have := map[string]bool{}, map[string]bool{}
		paths(official, "", want)
		for _, o := range ours {
			paths(o, "", have)
		}
		folded := map[string]bool{}
		for k := range have {
			folded[strings.ToLower(strings.ReplaceAll(k, " ", ""))] = true
		}
		var missing []string
		for k := range want {
			if !isAbsent(k) && !folded[strings.ToLower(k)] {
				missing = append(missing, k)
			}
		}
		sort.Strings(missing)
		if len(missing) > 0 {
			t.Errorf("%s has keys that our answer lacks: %v", sample, missing)
		}
	}
}

func anys(list []map[string]any) []any {
	var out []any
	for _, m := range list {
		out = append(out, m)
	}
	return out
}
