package powerbi

import (
	"time"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// unusedAfter is how long nobody may have used an item for it to be listed.
const unusedAfter = 30 * 24 * time.Hour

type unusedItem struct {
	ID       string `json:"artifactId"`
	Name     string `json:"displayName"`
	Type     string `json:"artifactType"`
	SizeMB   int    `json:"artifactSizeInMB,omitempty"`
	Created  string `json:"createdDateTime,omitempty"`
	Accessed string `json:"lastAccessedDateTime,omitempty"`
}

// unused lists the models, reports and dashboards of a workspace that nobody has
// used for thirty days.
func (s *Service) unused(c *rest.Call) {
	ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	offset, ok := continued(c)
	if !ok {
		return
	}
	rows := []unusedItem{}
	for i := range ws.Items {
		it := &ws.Items[i]
		old := c.At.Sub(it.Created) > unusedAfter && c.At.Sub(it.LastAccessed) > unusedAfter
		if old && (it.Kind == world.KindReport || it.Kind == world.KindDashboard || it.Kind == world.KindModel) && !isAppCopy(it) {
			rows = append(rows, unusedItem{it.ID, it.Name, artifactType(it), it.SizeMB, zulu(it.Created), zulu(it.LastAccessed)})
		}
	}
	out := struct {
		Entities []unusedItem `json:"unusedArtifactEntities"`
		URI      string       `json:"continuationUri,omitempty"`
		Token    string       `json:"continuationToken,omitempty"`
	}{}
	var next int
	if out.Entities, next = page(rows, offset); next > 0 {
		out.URI, out.Token = nextPage(c, next)
	}
	c.JSON(200, out)
}
