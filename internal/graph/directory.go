package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"steward/internal/upstream"
)

// Kind tells what a directory object is.
type Kind string

// The kinds that matter; others are kept as Graph names them.
const (
	KindUser             Kind = "user"
	KindGroup            Kind = "group"
	KindServicePrincipal Kind = "servicePrincipal"
)

// Object is a person, group or app of the directory. Members that were not
// asked for, or that do not fit the kind, are zero.
type Object struct {
	// ID is the object id, in lower case.
	ID   string
	Kind Kind
	Name string
	// UserPrincipalName holds #EXT# for guests.
	UserPrincipalName string
	Mail              string
	// Enabled is accountEnabled; nil when the answer does not say.
	Enabled *bool
	// UserType is Member or Guest.
	UserType            string
	Department, Company string
	ManagerID           string
	// Security, MailEnabled and Unified describe a group; Unified is a
	// Microsoft 365 group.
	Security, MailEnabled, Unified bool
	// Removed is true in a list of changes for what was deleted.
	Removed bool
}

// Guest reports whether the object is an external user.
func (o Object) Guest() bool {
	return strings.EqualFold(o.UserType, "Guest") || strings.Contains(strings.ToUpper(o.UserPrincipalName), "#EXT#")
}

// object is an Object on the wire.
type object struct {
	Type        string   `json:"@odata.type"`
	ID          string   `json:"id"`
	Name        string   `json:"displayName"`
	UPN         string   `json:"userPrincipalName"`
	Mail        string   `json:"mail"`
	Enabled     *bool    `json:"accountEnabled"`
	UserType    string   `json:"userType"`
	Department  string   `json:"department"`
	Company     string   `json:"companyName"`
	Security    bool     `json:"securityEnabled"`
	MailEnabled bool     `json:"mailEnabled"`
	GroupTypes  []string `json:"groupTypes"`
	Manager     *struct {
		ID string `json:"id"`
	} `json:"manager"`
	Removed *struct {
		Reason string `json:"reason"`
	} `json:"@removed"`
}

// objects turns wire objects into Objects; those without an id are dropped.
func objects(wire []object) []Object {
	out := make([]Object, 0, len(wire))
	for _, w := range wire {
		if o := w.object(); o.ID != "" {
			out = append(out, o)
		}
	}
	return out
}

func (w object) object() Object {
	o := Object{ID: strings.ToLower(strings.TrimSpace(w.ID)), Kind: Kind(strings.TrimPrefix(w.Type, "#microsoft.graph.")),
		Name: w.Name, UserPrincipalName: w.UPN, Mail: w.Mail, Enabled: w.Enabled, UserType: w.UserType,
		Department: w.Department, Company: w.Company, Security: w.Security, MailEnabled: w.MailEnabled,
		Unified: slices.Contains(w.GroupTypes, "Unified"), Removed: w.Removed != nil}
	if w.Manager != nil {
		o.ManagerID = strings.ToLower(strings.TrimSpace(w.Manager.ID))
	}
	return o
}

const (
	memberFields = "id,displayName,userPrincipalName,accountEnabled,userType"
	userFields   = "id,userPrincipalName,displayName,mail,accountEnabled,userType,department,companyName"
	groupFields  = "id,displayName,mail,securityEnabled,mailEnabled,groupTypes"
	pageSize     = "999"
)

// TransitiveMembers calls each with everyone behind a group, nested groups
// resolved; nested groups are among them.
// GET groups/{id}/transitiveMembers.
func (c *Client) TransitiveMembers(ctx context.Context, groupID string, each func([]Object) error) error {
	_, err := c.pages(ctx, OpTransitive, "groups/"+upstream.Segment(groupID)+"/transitiveMembers",
		query("$select", memberFields, "$top", pageSize), each)
	return err
}

// Members calls each with the direct members of a group: one level, from which
// the path of a nested one can be told.
// GET groups/{id}/members.
func (c *Client) Members(ctx context.Context, groupID string, each func([]Object) error) error {
	_, err := c.pages(ctx, OpMembers, "groups/"+upstream.Segment(groupID)+"/members",
		query("$select", memberFields, "$top", pageSize), each)
	return err
}

// Users calls each with the users of the directory and their managers.
// GET users?$expand=manager.
func (c *Client) Users(ctx context.Context, each func([]Object) error) error {
	_, err := c.pages(ctx, OpUsers, "users",
		query("$select", userFields, "$top", pageSize, "$expand", "manager($select=id)"), asKind(KindUser, each))
	return err
}

// User returns one user by object id or user principal name. A user who is not
// there any more is fault.NotFound.
// GET users/{id}.
func (c *Client) User(ctx context.Context, id string) (Object, error) {
	answer, err := c.api.Do(ctx, upstream.Request{Operation: OpUser, Method: http.MethodGet,
		Path: "users/" + upstream.Segment(id), RawQuery: query("$select", userFields, "$expand", "manager($select=id)")})
	if err != nil {
		return Object{}, err
	}
	var w object
	if err := json.Unmarshal(answer.Body, &w); err != nil || w.ID == "" {
		return Object{}, c.api.Broken(OpUser, answer, errShape)
	}
	o := w.object()
	o.Kind = KindUser
	return o, nil
}

// UsersDelta calls each with the users changed since link, a delta link of an
// earlier call ("" means all users), and returns the link for next time. When
// Graph has forgotten the link the error is fault.Conflict: start over with "".
// GET users/delta.
func (c *Client) UsersDelta(ctx context.Context, link string, each func([]Object) error) (string, error) {
	return c.delta(ctx, OpUsersDelta, "users/delta", userFields, KindUser, link, each)
}

// GroupsDelta is UsersDelta for groups.
// GET groups/delta.
func (c *Client) GroupsDelta(ctx context.Context, link string, each func([]Object) error) (string, error) {
	return c.delta(ctx, OpGroupDelta, "groups/delta", groupFields, KindGroup, link, each)
}

func (c *Client) delta(ctx context.Context, op Operation, path, fields string, kind Kind, link string, each func([]Object) error) (string, error) {
	rawQuery := query("$select", fields)
	if link != "" {
		var err error
		if path, rawQuery, err = c.api.Follow(link); err != nil {
			return "", c.api.Foreign(op, nil, err)
		}
	}
	next, err := c.pages(ctx, op, path, rawQuery, asKind(kind, each))
	if err == nil && next == "" {
		return "", c.api.Broken(op, nil, errShape)
	}
	return next, err
}

// asKind names the kind of rows that come without a type because the list can
// hold one kind only.
func asKind(kind Kind, each func([]Object) error) func([]Object) error {
	return func(rows []Object) error {
		for i := range rows {
			if rows[i].Kind == "" {
				rows[i].Kind = kind
			}
		}
		return each(rows)
	}
}

// maxIDs is how many ids one getByIds takes.
const maxIDs = 1000

// ByIDs returns those of the ids that the directory still has, by id in lower
// case. What is missing from the answer is gone.
// POST directoryObjects/getByIds, 1,000 ids a call.
func (c *Client) ByIDs(ctx context.Context, ids []string) (map[string]Object, error) {
	var clean []string
	for _, id := range ids {
		if id = strings.ToLower(strings.TrimSpace(id)); id != "" {
			clean = append(clean, id)
		}
	}
	slices.Sort(clean)
	found := map[string]Object{}
	for chunk := range slices.Chunk(slices.Compact(clean), maxIDs) {
		if err := c.byIDs(ctx, chunk, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (c *Client) byIDs(ctx context.Context, ids []string, found map[string]Object) error {
	answer, err := c.api.Do(ctx, upstream.Request{Operation: OpByIDs, Method: http.MethodPost, Path: "directoryObjects/getByIds",
		Body: map[string][]string{"ids": ids, "types": {"user", "group", "servicePrincipal"}}})
	if err != nil {
		return err
	}
	var p page
	if err := json.Unmarshal(answer.Body, &p); err != nil || p.Value == nil {
		return c.api.Broken(OpByIDs, answer, errShape)
	}
	for _, o := range objects(*p.Value) {
		found[o.ID] = o
	}
	return nil
}
