package fabric

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// domain has a null parent in lists when it has none (asked for alone, it has no
// such key); the contributors' scope belongs to
// the preview form only, the label to the other.
type domain struct {
	ID           string  `json:"id"`
	DisplayName  string  `json:"displayName"`
	Description  string  `json:"description"`
	ParentID     *string `json:"parentDomainId"`
	DefaultLabel string  `json:"defaultLabelId,omitempty"`
	Contributors string  `json:"contributorsScope,omitempty"`
}

func wireDomain(d world.Domain, preview bool) domain {
	w := domain{ID: d.ID, DisplayName: d.DisplayName, Description: d.Description}
	if d.ParentID != "" {
		w.ParentID = &d.ParentID
	}
	if preview {
		w.Contributors = d.Contributors
	} else {
		w.DefaultLabel = d.DefaultLabelID
	}
	return w
}

// preview reads the parameter that chooses the form; without it, as older callers
// do it, the preview form is answered.
func preview(c *rest.Call) (bool, bool) {
	if !c.Has("preview") {
		return true, true
	}
	return c.Bool("preview")
}

func (s *Service) domains(c *rest.Call) {
	pre, ok := preview(c)
	if !ok {
		return
	}
	used, ok := c.Bool("nonEmptyOnly")
	if !ok {
		return
	}
	with := map[string]bool{}
	if used {
		for ws := range s.world.All(c.At) {
			with[ws.DomainID] = true
		}
	}
	rows := []domain{}
	for _, d := range s.world.Domains(c.At) {
		if !used || with[d.ID] {
			rows = append(rows, wireDomain(d, pre))
		}
	}
	c.JSON(200, map[string]any{"domains": rows})
}

func (s *Service) findDomain(c *rest.Call) (world.Domain, bool) {
	for _, d := range s.world.Domains(c.At) {
		if sameID(d.ID, c.Param("domainId")) {
			return d, true
		}
	}
	c.NotFound()
	return world.Domain{}, false
}

func (s *Service) domain(c *rest.Call) {
	pre, ok := preview(c)
	if !ok {
		return
	}
	d, ok := s.findDomain(c)
	if !ok {
		return
	}
	one := struct {
		domain
		ParentID string `json:"parentDomainId,omitempty"`
	}{wireDomain(d, pre), d.ParentID}
	c.JSON(200, one)
}

// domainWorkspaces lists the workspaces of a domain; both continuation keys are
// null on the last page, as in Microsoft's example.
func (s *Service) domainWorkspaces(c *rest.Call) {
	d, ok := s.findDomain(c)
	if !ok {
		return
	}
	at, ok := place(c)
	if !ok {
		return
	}
	type row struct {
		ID   string `json:"id"`
		Name string `json:"displayName"`
	}
	out := struct {
		Value []row   `json:"value"`
		Token *string `json:"continuationToken"`
		URI   *string `json:"continuationUri"`
	}{Value: []row{}}
	for slot := at; slot < s.world.Slots(c.At); slot++ {
		if len(out.Value) == workspacesPerPage {
			next := more(c, slot)
			out.Token, out.URI = &next.Token, &next.URI
			break
		}
		if ws, ok := s.world.WorkspaceAt(slot, c.At); ok && ws.DomainID == d.ID && ws.State == world.StateActive {
			out.Value = append(out.Value, row{ws.ID, ws.Name})
		}
	}
	c.JSON(200, out)
}
