package powerbi

import (
	"time"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type app struct {
	ID          string `json:"id"`
	Description string `json:"description,omitempty"`
	Name        string `json:"name"`
	PublishedBy string `json:"publishedBy,omitempty"`
	LastUpdate  string `json:"lastUpdate,omitempty"`
	WorkspaceID string `json:"workspaceId,omitempty"`
}

// adminApps lists the published apps; the time has an offset, and publishedBy is
// a name, not an address.
func (s *Service) adminApps(c *rest.Call) {
	if !needTop(c) {
		return
	}
	top, skip, ok := window(c, 0, 1<<31-1)
	if !ok {
		return
	}
	rows := []app{}
	for a := range s.world.Apps(c.At) {
		if skip > 0 {
			skip--
			continue
		}
		w := app{ID: a.ID, Description: a.Description, Name: a.Name, PublishedBy: a.PublishedBy, WorkspaceID: a.WorkspaceID}
		if !a.Updated.IsZero() {
			w.LastUpdate = a.Updated.In(time.FixedZone("", 2*3600)).Format("2006-01-02T15:04:05.000-07:00")
		}
		if rows = append(rows, w); len(rows) == top {
			break
		}
	}
	answerList(c, "apps", rows)
}

func (s *Service) appUsers(c *rest.Call) {
	a, ok := s.world.App(c.Param("appId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	var rows []user
	for _, g := range a.Grants {
		u := wireUser(g.Principal)
		u.AppRight = g.Right
		rows = append(rows, u)
	}
	answerList(c, "appUsers", rows)
}

// subscription dates are text in the American manner.
type subscription struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	ArtifactID    string `json:"artifactId"`
	ArtifactName  string `json:"artifactDisplayName"`
	ArtifactType  string `json:"artifactType"`
	Enabled       bool   `json:"isEnabled"`
	Frequency     string `json:"frequency"`
	Start         string `json:"startDate"`
	End           string `json:"endDate,omitempty"`
	LinkToContent bool   `json:"linkToContent"`
	PreviewImage  bool   `json:"previewImage"`
	Format        string `json:"attachmentFormat,omitempty"`
	Users         []user `json:"users"`
}

func wireSubscription(x world.Subscription, recipients bool) subscription {
	w := subscription{ID: x.ID, Title: x.Title, ArtifactID: x.ItemID, ArtifactName: x.ItemName, ArtifactType: x.ItemKind.FabricType(),
		Enabled: x.Enabled, Frequency: x.Frequency, Start: usText(x.Start), End: usText(x.End), LinkToContent: x.LinkToContent,
		PreviewImage: x.PreviewImage, Format: x.AttachmentFormat, Users: []user{}}
	if recipients {
		for _, p := range x.Recipients {
			w.Users = append(w.Users, wireUser(p))
		}
	}
	return w
}

// subscriptions lists the e-mail subscriptions of a report or dashboard.
func (s *Service) subscriptions(kind world.ItemKind, param string) func(*rest.Call) {
	return func(c *rest.Call) {
		_, it, ok := s.world.Item(c.Param(param), c.At)
		if !ok || it.Kind != kind {
			c.NotFound()
			return
		}
		var rows []subscription
		for _, x := range s.world.Subscriptions(it.ID, c.At) {
			rows = append(rows, wireSubscription(x, true))
		}
		answerList(c, "subscriptions", rows)
	}
}
