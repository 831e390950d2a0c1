// Package graph answers the operations of Microsoft Graph that a governance
// portal needs for people and groups: look-ups, memberships (one level and
// transitive), deltas, batches and deleted accounts.
//
// As in the real service, properties beyond a short default set come only with
// $select: accountEnabled and userType among them.
package graph

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Service answers the operations. It is safe for concurrent use.
type Service struct{ world *world.World }

// New returns the service over a tenant.
func New(w *world.World) *Service { return &Service{w} }

// Application permissions, as the token's roles name them.
const (
	readUsers  = "User.Read.All"
	readGroups = "GroupMember.Read.All"
)

const root = "/v1.0/"

// op is a row of the table; Graph's own throttling has no documented figures, so
// there are no quotas (faults can throttle).
func op(id, method, path, permission string, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: "Graph." + id, Method: method, Path: root + path, Access: rest.Directory,
		Handle: func(c *rest.Call) {
			if permission != "" && !c.Caller.Settings[permission] {
				c.Fail(rest.Failure{Status: 403, Code: "Authorization_RequestDenied",
					Message: "Insufficient privileges to complete the operation."})
				return
			}
			handle(c)
		}}
}

// Operations is the service's table.
func (s *Service) Operations() []rest.Operation {
	ops := []rest.Operation{
		op("ListUsers", "GET", "users", readUsers, s.users),
		op("GetUser", "GET", "users/{id}", readUsers, s.user),
		op("GetManager", "GET", "users/{id}/manager", readUsers, s.manager),
		op("UsersDelta", "GET", "users/delta", readUsers, s.usersDelta),
		op("ListGroups", "GET", "groups", readGroups, s.groups),
		op("GetGroup", "GET", "groups/{id}", readGroups, s.group),
		op("ListMembers", "GET", "groups/{id}/members", readGroups, s.members(false)),
		op("ListTransitiveMembers", "GET", "groups/{id}/transitiveMembers", readGroups, s.members(true)),
		op("GroupsDelta", "GET", "groups/delta", readGroups, s.groupsDelta),
		op("ListServicePrincipals", "GET", "servicePrincipals", readUsers, s.servicePrincipals),
		op("GetServicePrincipal", "GET", "servicePrincipals/{id}", readUsers, s.servicePrincipal),
		op("GetByIds", "POST", "directoryObjects/getByIds", readUsers, s.getByIDs),
		op("ListDeletedUsers", "GET", "directory/deletedItems/microsoft.graph.user", readUsers, s.deleted),
		op("Batch", "POST", "$batch", "", s.batch),
	}
	for i := range ops {
		// Graph is only asked here: its POSTs carry questions.
		ops[i].Reads = true
	}
	return ops
}

// object is a directory object as a table of its properties.
type object = map[string]any

// query is what the list parameters ask for.
type query struct {
	Select []string  `json:"s,omitempty"`
	Top    int       `json:"t"`
	Offset int       `json:"o,omitempty"`
	At     time.Time `json:"a,omitzero"`
	// Since is set when a delta goes on from an earlier one.
	Since  time.Time `json:"d,omitzero"`
	filter *odata.Filter
}

// readQuery reads $select, $top, $filter and $skiptoken, or answers 400.
func readQuery(c *rest.Call) (query, bool) {
	q := query{Top: 100, At: c.At}
	var ok bool
	if q.Top, ok = c.Int("$top", 100, 1, 999); !ok {
		return q, false
	}
	for _, name := range strings.Split(c.Query("$select"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			q.Select = append(q.Select, name)
		}
	}
	var err error
	if q.filter, err = odata.Parse(c.Query("$filter")); err != nil {
		c.Fail(rest.Failure{Status: 400, Code: "Request_UnsupportedQuery", Message: "Invalid filter clause."})
		return q, false
	}
	if c.Has("$skiptoken") {
		var at query
		if !untoken(c.Query("$skiptoken"), &at) {
			c.Fail(rest.Failure{Status: 400, Code: "Directory_ExpiredPageToken", Message: "The specified page token is not valid."})
			return q, false
		}
		q.Offset, q.At = at.Offset, at.At
	}
	return q, true
}

func token(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func untoken(text string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(raw, v) == nil
}

// defaults are the properties that come without $select.
var defaults = map[string][]string{
	"#microsoft.graph.user": {"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
		"preferredLanguage", "surname", "userPrincipalName", "id"},
	"#microsoft.graph.group": {"id", "displayName", "description", "mail", "mailEnabled", "securityEnabled", "groupTypes",
		"membershipRule", "createdDateTime"},
	"#microsoft.graph.servicePrincipal": {"id", "appId", "displayName", "accountEnabled", "servicePrincipalType"},
}

const typeKey = "@odata.type"

// project leaves the asked-for properties of an object; ids and the type always
// stay.
func project(o object, names []string) object {
	kind, _ := o[typeKey].(string)
	if len(names) == 0 {
		names = defaults[kind]
	}
	out := object{typeKey: kind, "id": o["id"]}
	for _, n := range names {
		if v, ok := o[n]; ok {
			out[n] = v
		}
	}
	if m, ok := o["manager"]; ok {
		out["manager"] = m
	}
	return out
}

// answer writes one page of objects. typed keeps the type on each, as lists of
// mixed kinds do.
func answer(c *rest.Call, q query, set string, all []object, typed bool) {
	rows := []object{}
	matched := 0
	more := false
	for _, o := range all {
		ok, err := q.filter.Match(odata.Fields(o))
		if err != nil {
			c.Fail(rest.Failure{Status: 400, Code: "Request_UnsupportedQuery", Message: "Unsupported or invalid query filter clause."})
			return
		}
		if !ok {
			continue
		}
		if matched++; matched <= q.Offset {
			continue
		}
		if len(rows) == q.Top {
			more = true
			break
		}
		row := project(o, q.Select)
		if !typed {
			delete(row, typeKey)
		}
		rows = append(rows, row)
	}
	out := object{"@odata.context": c.Base + "/v1.0/$metadata#" + set, "value": rows}
	if more {
		out["@odata.nextLink"] = link(c, "$skiptoken", token(query{Offset: q.Offset + len(rows), At: q.At}))
	}
	c.JSON(200, out)
}

// link is this call's address with one parameter replaced.
func link(c *rest.Call, name, value string, drop ...string) string {
	v := c.R.URL.Query()
	for _, d := range drop {
		v.Del(d)
	}
	v.Set(name, value)
	path := c.R.URL.EscapedPath()
	if i := strings.Index(path, "/v1.0/"); i >= 0 {
		path = path[i:]
	}
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var parts []string
	for _, k := range keys {
		// Graph leaves the dollar sign of its parameters as it is.
		parts = append(parts, k+"="+url.QueryEscape(v.Get(k)))
	}
	return c.Base + path + "?" + strings.Join(parts, "&")
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
