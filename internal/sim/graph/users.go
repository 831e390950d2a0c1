package graph

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

func wireUser(u world.User) object {
	o := object{typeKey: "#microsoft.graph.user", "id": u.ID, "userPrincipalName": u.UPN, "displayName": u.DisplayName,
		"givenName": nullable(u.GivenName), "surname": nullable(u.Surname), "mail": nullable(u.Mail),
		"accountEnabled": u.Enabled, "userType": u.UserType, "department": nullable(u.Department),
		"companyName": nullable(u.Company), "jobTitle": nullable(u.JobTitle), "officeLocation": nullable(u.Office),
		"createdDateTime": when(u.Created), "businessPhones": []string{}, "mobilePhone": nil, "preferredLanguage": nil,
		"externalUserState": nil}
	if u.UserType == world.UserGuest {
		o["externalUserState"] = "Accepted"
	}
	return o
}

// withManager answers $expand=manager.
func (s *Service) withManager(c *rest.Call, o object, u world.User) object {
	if c.Query("$expand") == "" {
		return o
	}
	if m, ok := s.world.User(u.ManagerID, c.At); ok && u.ManagerID != "" {
		o["manager"] = project(wireUser(m), nil)
	}
	return o
}

func canExpand(c *rest.Call) bool {
	if e := c.Query("$expand"); e != "" && e != "manager" && len(e) < 200 && e[:min(8, len(e))] != "manager(" {
		c.Fail(rest.Failure{Status: 400, Code: "BadRequest", Message: "Could not find a property to expand."})
		return false
	}
	return true
}

func (s *Service) users(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok || !canExpand(c) {
		return
	}
	var all []object
	for u := range s.world.Users(q.At) {
		all = append(all, s.withManager(c, wireUser(u), u))
	}
	answer(c, q, "users", all, false)
}

func (s *Service) user(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok || !canExpand(c) {
		return
	}
	u, ok := s.world.User(c.Param("id"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	o := project(s.withManager(c, wireUser(u), u), q.Select)
	delete(o, typeKey)
	o["@odata.context"] = c.Base + "/v1.0/$metadata#users/$entity"
	c.JSON(200, o)
}

func (s *Service) manager(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	u, ok := s.world.User(c.Param("id"), c.At)
	if ok && u.ManagerID != "" {
		if m, ok := s.world.User(u.ManagerID, c.At); ok {
			c.JSON(200, project(wireUser(m), q.Select))
			return
		}
	}
	c.NotFound()
}

// deleted lists the accounts that can still be brought back.
func (s *Service) deleted(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	var all []object
	for _, d := range s.world.DeletedUsers(q.At) {
		o := wireUser(d.User)
		o["deletedDateTime"] = when(d.Deleted)
		all = append(all, o)
	}
	if len(q.Select) == 0 {
		q.Select = append([]string{"deletedDateTime"}, defaults["#microsoft.graph.user"]...)
	}
	answer(c, q, "users", all, false)
}

func wireApp(a world.ServicePrincipal) object {
	return object{typeKey: "#microsoft.graph.servicePrincipal", "id": a.ID, "appId": a.AppID, "displayName": a.DisplayName,
		"accountEnabled": a.Enabled, "servicePrincipalType": "Application", "createdDateTime": when(a.Created)}
}

func (s *Service) servicePrincipals(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	var all []object
	for _, a := range s.world.ServicePrincipals(q.At) {
		all = append(all, wireApp(a))
	}
	answer(c, q, "servicePrincipals", all, false)
}

func (s *Service) servicePrincipal(c *rest.Call) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	a, ok := s.world.ServicePrincipal(c.Param("id"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	o := project(wireApp(a), q.Select)
	delete(o, typeKey)
	c.JSON(200, o)
}
