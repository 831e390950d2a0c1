package pbi

import (
	"context"
	"net/url"
	"time"

	"steward/internal/upstream"
)

// App is a published app of the tenant.
type App struct {
	ID, Name, Description string
	// PublishedBy is a person's name, not an id.
	PublishedBy string
	LastUpdate  time.Time
	// WorkspaceID is empty in some answers.
	WorkspaceID string
	// Users are known only where the answer has them, which is not in the
	// list: AppUsers asks for them.
	Users Users
}

// Apps returns the apps of the tenant.
// GET admin/apps, 200 an hour.
func (c *Client) Apps(ctx context.Context) ([]App, error) {
	rows := []App{}
	err := skipPages(ctx, c, OpApps, "admin/apps", url.Values{}, 5000, readApp, func(a App) string { return a.ID }, func(page []App) error {
		rows = append(rows, page...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// AppUsers returns who can use an app.
// GET admin/apps/{id}/users, 200 an hour.
func (c *Client) AppUsers(ctx context.Context, appID string) ([]User, error) {
	return wholeList(ctx, c, c.powerBI, OpAppUsers, "admin/apps/"+upstream.Segment(appID)+"/users", nil, readUser, "value")
}

func readApp(c *cursor) App {
	var a App
	c.object(func(key, _ string) {
		switch key {
		case "id":
			a.ID = c.id()
		case "name":
			a.Name = c.text()
		case "description":
			a.Description = c.text()
		case "publishedby":
			a.PublishedBy = c.word()
		case "lastupdate":
			a.LastUpdate = c.time()
		case "workspaceid":
			a.WorkspaceID = c.id()
		case "users":
			a.Users = readUsers(c)
		}
	})
	return a
}
