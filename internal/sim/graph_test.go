package sim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/sim/world"
)

// walk follows next links and returns all rows and the last answer.
func (b *bundle) walk(path string) ([]map[string]any, map[string]any) {
	b.t.Helper()
	var all []map[string]any
	for range 1000 {
		m := b.call("scanner", "GET", path, nil).ok()
		all = append(all, rows(m, "value")...)
		next, _ := m["@odata.nextLink"].(string)
		if next == "" {
			return all, m
		}
		path = strings.Replace(next, b.at.Graph, "", 1)
	}
	b.t.Fatalf("%s never ends", path)
	return nil, nil
}

func TestGraphUsers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want, guests, left := 0, 0, 0
	var someone world.User
	for u := range b.world.Users(start) {
		want++
		if u.UserType == world.UserGuest {
			guests++
		}
		if !u.Enabled {
			left++
		}
		if u.ManagerID != "" && u.Enabled {
			someone = u
		}
	}
	all, _ := b.walk("/v1.0/users?$select=id,userPrincipalName,accountEnabled,userType&$top=50")
	if len(all) != want || want < 60 {
		t.Fatalf("%d people, the directory has %d", len(all), want)
	}
	for filter, n := range map[string]int{"userType eq 'Guest'": guests, "accountEnabled eq false": left,
		"startswith(userPrincipalName,'" + someone.UPN[:6] + "') and accountEnabled eq true and id eq '" + someone.ID + "'": 1} {
		if got, _ := b.walk("/v1.0/users?$filter=" + url.QueryEscape(filter)); len(got) != n {
			t.Errorf("%s finds %d, want %d", filter, len(got), n)
		}
	}
	plain := b.get("/v1.0/users/" + url.PathEscape(someone.UPN)).ok()
	if plain["id"] != someone.ID || plain["accountEnabled"] != nil {
		t.Errorf("without $select: %v", plain)
	}
	full := b.get("/v1.0/users/" + someone.ID + "?$select=accountEnabled&$expand=manager").ok()
	if m, _ := full["manager"].(map[string]any); full["accountEnabled"] != true || m["id"] != someone.ManagerID {
		t.Errorf("with $select and $expand: %v", full)
	}
	b.get("/v1.0/users/nobody@contoso.com").want(404, "Request_ResourceNotFound")
	b.get("/v1.0/users?$top=1000").want(400, "")
	b.get("/v1.0/users?$filter=hats%20eq%201").want(400, "Request_UnsupportedQuery")
	b.get("/v1.0/directory/deletedItems/microsoft.graph.user").ok()
}

func TestGraphGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	groups, _ := b.walk("/v1.0/groups?$top=7")
	nested := false
	for _, g := range groups {
		id := g["id"].(string)
		one, _ := b.walk("/v1.0/groups/" + id + "/members?$top=999")
		deep, _ := b.walk("/v1.0/groups/" + id + "/transitiveMembers?$select=id,accountEnabled&$top=5")
		want, _ := b.world.TransitiveMembers(id, start)
		if len(deep) != len(want) || len(one) > len(deep) {
			t.Errorf("group %v: %d members, %d transitive, want %d", g["displayName"], len(one), len(deep), len(want))
		}
		for _, m := range deep {
			if kind, _ := m["@odata.type"].(string); !strings.HasPrefix(kind, "#microsoft.graph.") {
				t.Errorf("member without a type: %v", m)
			}
			nested = nested || m["@odata.type"] == "#microsoft.graph.group"
		}
	}
	if len(groups) < 5 || !nested {
		t.Errorf("%d groups, nested %v", len(groups), nested)
	}
	unified, _ := b.walk("/v1.0/groups?$filter=" + url.QueryEscape("groupTypes/any(c:c eq 'Unified')"))
	if len(unified) == 0 || len(unified) == len(groups) {
		t.Errorf("%d of %d groups are Microsoft 365 groups", len(unified), len(groups))
	}
}

func TestGraphDelta(t *testing.T) {
	t.Parallel()
	b := setup(t)
	then := start.AddDate(0, 0, -20)
	b.clock.Set(then)
	all, last := b.walk("/v1.0/users/delta?$select=id,accountEnabled")
	want := 0
	for range b.world.Users(then) {
		want++
	}
	if len(all) != want {
		t.Errorf("the first delta gives %d people, want %d", len(all), want)
	}
	link, _ := last["@odata.deltaLink"].(string)
	path := strings.Replace(link, b.at.Graph, "", 1)
	if none, _ := b.walk(path); len(none) != 0 {
		t.Errorf("nothing changed, yet %d are told", len(none))
	}
	b.clock.Set(start)
	clear(b.token)
	users, _, removed := b.world.DirectoryChanged(then, start)
	if changed, _ := b.walk(path); len(changed) != len(users)+len(removed) {
		t.Errorf("%d changes, want %d and %d removed", len(changed), len(users), len(removed))
	}
	b.clock.Advance(40 * 24 * time.Hour)
	clear(b.token)
	b.get(path).want(410, "resyncRequired")
	b.get("/v1.0/groups/delta?$deltatoken=rubbish").want(410, "resyncRequired")
	b.walk("/v1.0/groups/delta")
}

func TestGraphManyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ids []string
	for u := range b.world.Users(start) {
		if ids = append(ids, u.ID); len(ids) == 5 {
			break
		}
	}
	found := b.call("scanner", "POST", "/v1.0/directoryObjects/getByIds", map[string]any{
		"ids": append(ids, "11111111-2222-3333-4444-555555555555"), "types": []string{"user", "group"}}).ok()
	if n := len(rows(found, "value")); n != 5 {
		t.Errorf("getByIds finds %d of 5", n)
	}
	b.call("scanner", "POST", "/v1.0/directoryObjects/getByIds", map[string]any{"ids": make([]string, 1001)}).want(400, "1000")
	b.faulty("match: 'GET *nobody*'\nthrottle: '9'")
	out := b.call("scanner", "POST", "/v1.0/$batch", map[string]any{"requests": []map[string]any{
		{"id": "a", "method": "GET", "url": "/users/" + ids[0]}, {"id": "b", "method": "GET", "url": "/users/nobody"},
		{"id": "c", "method": "GET", "url": "groups?$top=1"}, {"id": "d", "method": "GET", "url": "/users/none@x"}}}).ok()
	for i, want := range []float64{200, 429, 200, 404} {
		if got := rows(out, "responses")[i]; got["status"] != want {
			t.Errorf("part %d: %v, want %v", i, got, want)
		}
	}
	if h, _ := rows(out, "responses")[1]["headers"].(map[string]any); h["Retry-After"] != "9" {
		t.Errorf("the throttled part has headers %v", h)
	}
	for name, reqs := range map[string][]map[string]any{"none": {}, "foreign": {{"id": "a", "method": "GET", "url": "https://example.com/"}},
		"nested": {{"id": "a", "method": "POST", "url": "/$batch"}}, "same id": {{"id": "a", "method": "GET", "url": "/users"}, {"id": "a", "method": "GET", "url": "/users"}}} {
		if r := b.call("scanner", "POST", "/v1.0/$batch", map[string]any{"requests": reqs}); r.status != 400 {
			t.Errorf("%s: status %d", name, r.status)
		}
	}
}
