package powerbi

import (
	"iter"
	"slices"
	"strings"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// artifactAccess is one thing that somebody, or everybody, can reach.
type artifactAccess struct {
	ID     string `json:"artifactId"`
	Name   string `json:"displayName"`
	Type   string `json:"artifactType"`
	Right  string `json:"accessRight"`
	Share  string `json:"shareType,omitempty"`
	Sharer *user  `json:"sharer,omitempty"`
}

// accessPage spells its list with a capital A, as the live service does and the
// definition does not.
type accessPage struct {
	Entities []artifactAccess `json:"ArtifactAccessEntities"`
	URI      string           `json:"continuationUri,omitempty"`
	Token    string           `json:"continuationToken,omitempty"`
}

// artifactType names a kind in the words of these lists.
func artifactType(it *world.Item) string {
	switch {
	case it.Report != nil && it.Report.Type == "PaginatedReport":
		return "PaginatedReport"
	case it.Model != nil:
		return "Dataset"
	}
	return it.Kind.FabricType()
}

func (s *Service) widely(share string, all func(*rest.Call) iter.Seq[world.WideShare]) func(*rest.Call) {
	return func(c *rest.Call) {
		rows := s.links.get(share, c.At, c.Has("continuationToken"), func() []artifactAccess {
			var rows []artifactAccess
			for w := range all(c) {
				row := artifactAccess{ID: w.Item.ID, Name: w.Item.Name, Type: artifactType(w.Item), Right: w.Right, Share: share}
				if w.Sharer != nil {
					u := wireUser(*w.Sharer)
					row.Sharer = &u
				}
				rows = append(rows, row)
			}
			return rows
		})
		accessAnswer(c, rows)
	}
}

func accessAnswer(c *rest.Call, rows []artifactAccess, keep ...string) {
	offset, ok := continued(c)
	if !ok {
		return
	}
	var out accessPage
	var next int
	if out.Entities, next = page(rows, offset); next > 0 {
		out.URI, out.Token = nextPage(c, next, keep...)
	}
	c.JSON(200, out)
}

// userAccess lists what one person reaches directly.
func (s *Service) userAccess(c *rest.Call) {
	u, ok := s.world.User(c.Param("userId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	var kinds []string
	if text := strings.TrimSpace(c.Query("artifactTypes")); text != "" {
		kinds = strings.Split(text, ",")
	}
	rows := s.reach.get(u.ID+c.Query("artifactTypes"), c.At, c.Has("continuationToken"), func() []artifactAccess {
		return s.reachOf(c, u.ID, kinds)
	})
	accessAnswer(c, rows, "artifactTypes")
}

func (s *Service) reachOf(c *rest.Call, userID string, kinds []string) []artifactAccess {
	rows := []artifactAccess{}
	for a := range s.world.AccessOf(userID, c.At) {
		row := artifactAccess{ID: a.Workspace.ID, Name: a.Workspace.Name, Type: string(a.Workspace.Type), Right: a.Right}
		if a.Item != nil {
			row.ID, row.Name, row.Type = a.Item.ID, a.Item.Name, artifactType(a.Item)
		}
		if len(kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return strings.EqualFold(strings.TrimSpace(k), row.Type) }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// userSubscriptions lists a person's subscriptions; their recipients are not told
// in this call.
func (s *Service) userSubscriptions(c *rest.Call) {
	u, ok := s.world.User(c.Param("userId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	offset, ok := continued(c)
	if !ok {
		return
	}
	rows := []subscription{}
	for x := range s.world.UserSubscriptions(u.ID, c.At) {
		rows = append(rows, wireSubscription(x, false))
	}
	out := struct {
		Entities []subscription `json:"subscriptionEntities"`
		URI      string         `json:"continuationUri,omitempty"`
		Token    string         `json:"continuationToken,omitempty"`
	}{}
	var next int
	if out.Entities, next = page(rows, offset); next > 0 {
		out.URI, out.Token = nextPage(c, next)
	}
	c.JSON(200, out)
}
