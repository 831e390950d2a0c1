package powerbi

import (
	"errors"
	"net/http"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
)

// actor is the caller as somebody who acts.
func actor(c *rest.Call) acts.Actor {
	return acts.Actor{ObjectID: c.Caller.ObjectID, Name: c.Caller.Name, MayCreate: c.Caller.Settings["ServicePrincipalAccessGlobalAPIs"]}
}

// refused answers an act that was not done; false when it was.
func refused(c *rest.Call, err error) bool {
	if err == nil {
		return false
	}
	var r *acts.Refusal
	if !errors.As(err, &r) {
		c.Fail(rest.Failure{Status: 500, Code: "UnknownError"})
		return true
	}
	c.Fail(rest.Failure{Status: r.Status, Code: r.Code, Message: r.Message, HeaderOnly: r.HeaderOnly})
	return true
}

// createGroup makes a workspace. The live service answers with the object itself,
// not with the list that Microsoft's example shows. The classic form, without
// workspaceV2=True, is refused.
func (s *Service) createGroup(c *rest.Call) {
	if v := c.Query("workspaceV2"); !strings.EqualFold(v, "true") {
		c.BadRequest("Only workspaceV2=True is supported.")
		return
	}
	var body struct {
		Name string `json:"name"`
	}
	if !c.Decode(&body) {
		return
	}
	ws, err := s.acts.CreateWorkspace(actor(c), acts.NewWorkspace{Name: body.Name}, c.Now)
	if refused(c, err) {
		return
	}
	c.JSON(http.StatusOK, struct {
		Context string `json:"@odata.context"`
		group
	}{metadata("groups/$entity"), wireMyGroup(ws)})
}

func (s *Service) updateGroup(c *rest.Call) {
	var body struct {
		Name   *string `json:"name"`
		Format *string `json:"defaultDatasetStorageFormat"`
	}
	if !c.Decode(&body) {
		return
	}
	if _, err := s.acts.UpdateWorkspace(actor(c), c.Param("groupId"), body.Name, nil, body.Format, c.Now); !refused(c, err) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) deleteGroup(c *rest.Call) {
	if !refused(c, s.acts.DeleteWorkspace(actor(c), c.Param("groupId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// holder is who a role is for. emailAddress may stand for the identifier of a
// user.
type holder struct {
	Identifier    string `json:"identifier"`
	Email         string `json:"emailAddress"`
	PrincipalType string `json:"principalType"`
	GroupRight    string `json:"groupUserAccessRight"`
	Right         string `json:"accessRight"`
}

func readHolder(c *rest.Call) (holder, bool) {
	var h holder
	if !c.Decode(&h) {
		return h, false
	}
	if h.Identifier == "" {
		h.Identifier = h.Email
	}
	if h.PrincipalType == "" && h.Email != "" {
		h.PrincipalType = "User"
	}
	if h.Identifier == "" || h.PrincipalType == "" {
		c.BadRequest("identifier and principalType are required.")
		return h, false
	}
	return h, true
}

func (s *Service) addGroupUser(c *rest.Call) {
	h, ok := readHolder(c)
	if !ok {
		return
	}
	if _, err := s.acts.AddRole(actor(c), c.Param("groupId"), h.PrincipalType, h.Identifier, h.GroupRight, c.Now); !refused(c, err) {
		c.Empty(http.StatusOK)
	}
}

// updateGroupUser changes a right; None takes it away.
func (s *Service) updateGroupUser(c *rest.Call) {
	h, ok := readHolder(c)
	if !ok {
		return
	}
	var err error
	if h.GroupRight == "None" {
		err = s.acts.RemoveRole(actor(c), c.Param("groupId"), h.Identifier, c.Now)
	} else {
		_, err = s.acts.ChangeRole(actor(c), c.Param("groupId"), h.Identifier, h.GroupRight, c.Now)
	}
	if !refused(c, err) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) deleteGroupUser(c *rest.Call) {
	if !refused(c, s.acts.RemoveRole(actor(c), c.Param("groupId"), c.Param("user"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) assignToCapacity(c *rest.Call) {
	var body struct {
		CapacityID string `json:"capacityId"`
	}
	if !c.Decode(&body) {
		return
	}
	if !isGUID(body.CapacityID) {
		c.BadRequest("capacityId must be a GUID.")
		return
	}
	if !refused(c, s.acts.AssignCapacity(actor(c), c.Param("groupId"), body.CapacityID, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) capacityStatus(c *rest.Call) {
	m, err := s.acts.MoveOf(actor(c), c.Param("groupId"), c.Now)
	if refused(c, err) {
		return
	}
	out := struct {
		Status     string `json:"status"`
		ActivityID string `json:"activityId,omitempty"`
		Start      string `json:"startTime,omitempty"`
		End        string `json:"endTime,omitempty"`
		CapacityID string `json:"capacityId,omitempty"`
	}{Status: m.Status(c.Now), ActivityID: m.ActivityID, Start: zulu(m.Start), CapacityID: upper(m.CapacityID)}
	if !c.Now.Before(m.End) {
		out.End = zulu(m.End)
	}
	c.JSON(http.StatusOK, out)
}

// notHere answers the routes of "My workspace", which an application has not.
func notHere(c *rest.Call) {
	c.Fail(rest.Failure{Status: http.StatusForbidden, Older: "Message", Message: "API is not accessible for application"})
}
