package fabric

import (
	"net/http"

	"steward/internal/sim/acts"
	"steward/internal/sim/content"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Definitions of items: every call starts a long-running operation, whose result
// is asked for at operations/{id}/result.

type definition struct {
	Parts []content.Part `json:"parts"`
}

func (s *Service) getDefinition(c *rest.Call) {
	l, err := s.acts.ReadDefinition(actor(c), c.Param("workspaceId"), c.Param("itemId"), c.Now)
	if !refused(c, err) {
		accepted(c, l)
	}
}

func (s *Service) updateDefinition(c *rest.Call) {
	var body struct {
		Definition definition `json:"definition"`
	}
	if !c.Decode(&body) {
		return
	}
	l, err := s.acts.WriteDefinition(actor(c), c.Param("workspaceId"), c.Param("itemId"), body.Definition.Parts, c.Now)
	if !refused(c, err) {
		accepted(c, l)
	}
}

func (s *Service) createItem(c *rest.Call) {
	var body struct {
		Name        string     `json:"displayName"`
		Description string     `json:"description"`
		Type        string     `json:"type"`
		Definition  definition `json:"definition"`
	}
	if !c.Decode(&body) {
		return
	}
	n := acts.NewItem{Name: body.Name, Description: body.Description, Type: body.Type}
	l, err := s.acts.CreateItem(actor(c), c.Param("workspaceId"), n, body.Definition.Parts, c.Now)
	if !refused(c, err) {
		accepted(c, l)
	}
}

func (s *Service) deleteItem(c *rest.Call) {
	if !refused(c, s.acts.DeleteItem(actor(c), c.Param("workspaceId"), c.Param("itemId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) item(c *rest.Call) {
	ws, ok := s.member(c)
	if !ok {
		return
	}
	for i := range ws.Items {
		if sameID(ws.Items[i].ID, c.Param("itemId")) && !hidden(&ws.Items[i]) {
			c.JSON(http.StatusOK, wireOwnItem(ws, &ws.Items[i]))
			return
		}
	}
	c.Fail(rest.Failure{Status: 404, Code: "ItemNotFound", Message: "The requested item could not be found."})
}

// ownItem is an item as those who have a role in its workspace see it.
type ownItem struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	WorkspaceID string `json:"workspaceId"`
	Label       *label `json:"sensitivityLabel,omitempty"`
}

// label is the sensitivity label of an item.
type label struct {
	ID string `json:"id"`
}

func wireOwnItem(ws *world.Workspace, it *world.Item) ownItem {
	out := ownItem{ID: it.ID, Type: itemType(it), DisplayName: it.Name, Description: it.Description, WorkspaceID: ws.ID}
	if it.LabelID != "" {
		out.Label = &label{it.LabelID}
	}
	return out
}

func accepted(c *rest.Call, l *acts.Long) {
	h := c.W.Header()
	h.Set("Location", c.Base+"/v1/operations/"+l.ID)
	h.Set("x-ms-operation-id", l.ID)
	h.Set("Retry-After", "5")
	c.Empty(http.StatusAccepted)
}

// longState answers for an operation on a definition; false when it is none.
func (s *Service) longState(c *rest.Call) bool {
	l, err := s.acts.LongOf(actor(c), c.Param("operationId"), c.Now)
	if err != nil {
		return false
	}
	out := map[string]any{"status": l.Status, "createdTimeUtc": zulu(l.Start), "lastUpdatedTimeUtc": zulu(l.Due), "percentComplete": 100}
	switch l.Status {
	case "Running":
		out["lastUpdatedTimeUtc"], out["percentComplete"] = zulu(c.Now), 40
		c.W.Header().Set("Retry-After", "5")
	case "Failed":
		out["error"] = map[string]string{"errorCode": l.Code, "message": l.Message}
	default:
		c.W.Header().Set("Location", c.Base+"/v1/operations/"+l.ID+"/result")
	}
	c.JSON(http.StatusOK, out)
	return true
}

// longResult answers with the result of an operation on a definition.
func (s *Service) longResult(c *rest.Call) bool {
	l, err := s.acts.LongOf(actor(c), c.Param("operationId"), c.Now)
	if err != nil {
		return false
	}
	if l.Status != "Succeeded" || l.Kind == acts.LongUpdate {
		c.Fail(rest.Failure{Status: 400, Code: "OperationHasNoResult", Message: "The operation has no result."})
		return true
	}
	if l.Kind == acts.LongGet {
		c.JSON(http.StatusOK, map[string]any{"definition": definition{l.Parts}})
		return true
	}
	ws, it, ok := s.acts.ItemNow(l.ItemID, c.Now)
	if !ok {
		c.NotFound()
		return true
	}
	c.JSON(http.StatusOK, wireOwnItem(ws, it))
	return true
}
