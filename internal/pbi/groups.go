package pbi

import (
	"context"
	"net/url"

	"steward/internal/upstream"
)

// Group is a workspace as the admin list has it (guide, section 3).
type Group struct {
	ID, Name, Description string
	Type, State           string
	ReadOnly              bool
	OnDedicatedCapacity   bool
	CapacityID            string
	// CapacityMigration is capacityMigrationStatus.
	CapacityMigration string
	StorageFormat     string
	// WorkspaceSettings is hasWorkspaceLevelSettings, whose key has a trailing
	// blank on the wire.
	WorkspaceSettings bool
	PipelineID        string
	DataflowStorageID string
	// Users are known only with $expand=users; then entries may have no more
	// than an e-mail address and a right.
	Users Users
	// Items are the items of the expanded collections.
	Items []Item
}

// GroupsQuery narrows and widens the admin list of workspaces.
type GroupsQuery struct {
	// Filter is an OData filter, such as state eq 'Deleted'.
	Filter string
	// Expand is one of users, reports, dashboards, datasets, dataflows,
	// workbooks. More than one at once tends to run into the service's 30 s.
	Expand string
	// PageSize is $top, 1 to 5000; 0 means 5000, or 500 with Expand.
	PageSize int
}

// Groups calls each with the workspaces of the tenant, page by page.
// GET admin/groups, 50 an hour and 15 a minute for the whole tenant.
func (c *Client) Groups(ctx context.Context, q GroupsQuery, each func([]Group) error) error {
	query := url.Values{}
	if q.Filter != "" {
		query.Set("$filter", q.Filter)
	}
	size := 5000
	if q.Expand != "" {
		query.Set("$expand", q.Expand)
		size = 500
	}
	if q.PageSize > 0 {
		size = min(q.PageSize, 5000)
	}
	return skipPages(ctx, c, OpGroups, "admin/groups", query, size, readGroup, func(g Group) string { return g.ID }, each)
}

// MyGroups calls each with the workspaces that the app itself is in.
// GET groups.
func (c *Client) MyGroups(ctx context.Context, filter string, each func([]Group) error) error {
	query := url.Values{}
	if filter != "" {
		query.Set("$filter", filter)
	}
	return skipPages(ctx, c, OpMyGroups, "groups", query, 5000, readGroup, func(g Group) string { return g.ID }, each)
}

// skipPages reads a list by $top and $skip and hands over its rows a page at a
// time, without those that came before.
func skipPages[T any](ctx context.Context, c *Client, op Operation, path string, query url.Values, size int, read func(*cursor) T, id func(T) string, each func([]T) error) error {
	var page []T
	known := map[string]bool{}
	return c.skips(ctx, c.powerBI, op, path, query, size, func(cur *cursor) string {
		row := read(cur)
		name := id(row)
		if name != "" && !known[name] {
			known[name] = true
			page = append(page, row)
		}
		return name
	}, func() error {
		rows := page
		page = nil
		if len(rows) == 0 {
			return nil
		}
		return each(rows)
	})
}

func readGroup(c *cursor) Group {
	var g Group
	c.object(func(key, spelt string) {
		switch key {
		case "id":
			g.ID = c.id()
		case "name":
			g.Name = c.text()
		case "description":
			g.Description = c.text()
		case "type":
			g.Type = c.word()
		case "state":
			g.State = c.word()
		case "isreadonly":
			g.ReadOnly = c.boolean()
		case "isondedicatedcapacity":
			g.OnDedicatedCapacity = c.boolean()
		case "capacityid":
			g.CapacityID = c.personID()
		case "capacitymigrationstatus":
			g.CapacityMigration = c.word()
		case "defaultdatasetstorageformat":
			g.StorageFormat = c.word()
		case "hasworkspacelevelsettings":
			g.WorkspaceSettings = c.boolean()
		case "pipelineid":
			g.PipelineID = c.id()
		case "dataflowstorageid":
			g.DataflowStorageID = c.id()
		case "users":
			g.Users = readUsers(c)
		case "reports", "dashboards", "datasets", "dataflows", "workbooks":
			c.array(func() { g.Items = append(g.Items, readItem(c, key)) })
		}
	})
	return g
}

// GroupUsers returns who has a role in a workspace.
// GET admin/groups/{id}/users, 200 an hour.
func (c *Client) GroupUsers(ctx context.Context, workspaceID string) ([]User, error) {
	return wholeList(ctx, c, c.powerBI, OpGroupUsers, "admin/groups/"+upstream.Segment(workspaceID)+"/users", nil, readUser, "value")
}

// wholeList reads a list that comes in one piece.
func wholeList[T any](ctx context.Context, c *Client, api *upstream.Client, op Operation, path string, query url.Values, read func(*cursor) T, keys ...string) ([]T, error) {
	rows := []T{}
	err := c.whole(ctx, api, op, path, query, func(cur *cursor) { rows = append(rows, read(cur)) }, keys...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// tokenList reads a list that goes on by continuation token, into memory.
func tokenList[T any](ctx context.Context, c *Client, api *upstream.Client, op Operation, path string, query url.Values, quoted bool, read func(*cursor) T, keys ...string) ([]T, error) {
	rows := []T{}
	err := c.tokens(ctx, api, op, path, query, quoted, func(cur *cursor) { rows = append(rows, read(cur)) },
		func() error { return nil }, keys...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// tokenPages is tokenList page by page.
func tokenPages[T any](ctx context.Context, c *Client, api *upstream.Client, op Operation, path string, query url.Values, quoted bool, read func(*cursor) T, each func([]T) error, keys ...string) error {
	var page []T
	return c.tokens(ctx, api, op, path, query, quoted, func(cur *cursor) { page = append(page, read(cur)) }, func() error {
		rows := page
		page = nil
		if len(rows) == 0 {
			return nil // pages without rows are normal
		}
		return each(rows)
	}, keys...)
}
