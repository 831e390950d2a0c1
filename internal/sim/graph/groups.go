package graph

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

func wireGroup(g world.Group) object {
	types := g.Types
	if types == nil {
		types = []string{}
	}
	return object{typeKey: "#microsoft.graph.group", "id": g.ID, "displayName": g.DisplayName, "description": nullable(g.Description),
		"mail": nullable(g.Mail), "mailEnabled": g.MailEnabled, "securityEnabled": g.SecurityEnabled, "groupTypes": types,
		"membershipRule": nullable(g.MembershipRule), "createdDateTime": when(g.Created)}
}

func (s *Service) groups(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	var all []object
	for g := range s.world.Groups(q.At) {
		all = append(all, wireGroup(g))
	}
	answer(c, q, "groups", all, false)
}

func (s *Service) group(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	g, ok := s.world.Group(c.Param("id"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	o := project(wireGroup(g), q.Select)
	delete(o, typeKey)
	o["@odata.context"] = c.Base + "/v1.0/$metadata#groups/$entity"
	c.JSON(200, o)
}

func wireMember(m world.Member) (object, bool) {
	switch {
	case m.User != nil:
		return wireUser(*m.User), true
	case m.Group != nil:
		return wireGroup(*m.Group), true
	case m.App != nil:
		return wireApp(*m.App), true
	}
	return nil, false
}

// members lists a group, one level or with nested groups resolved; kinds are
// told apart by @odata.type.
func (s *Service) members(transitive bool) func(*rest.Call) {
	return func(c *rest.Call) {
		q, ok := readQuery(c)
		if !ok {
			return
		}
		list := s.world.Members
		if transitive {
			list = s.world.TransitiveMembers
		}
		found, ok := list(c.Param("id"), q.At)
		if !ok {
			c.NotFound()
			return
		}
		var all []object
		for _, m := range found {
			if o, ok := wireMember(m); ok {
				all = append(all, o)
			}
		}
		answer(c, q, "directoryObjects", all, true)
	}
}
