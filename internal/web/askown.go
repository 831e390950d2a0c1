package web

import (
	"slices"

	"steward/internal/request"
	"steward/internal/tenant"
	"steward/web/templates/ui"
)

// throughWhom says how the person who asks is behind somebody they chose;
// empty when they are not.
func (a *asking) throughWhom(id request.ID) string {
	me := request.NewID(a.who.person.ObjectID)
	p, known := a.estate.Principals[id]
	switch {
	case !known || a.estate.TenantID != request.NewID(a.who.person.TenantID):
		return ""
	case id == me:
		return "This is you."
	case p.Kind == tenant.PrincipalGroup && slices.Contains(p.People, me):
		return "You belong to " + p.Name + "."
	}
	return ""
}

// ownGains says before a request is submitted what its author gains by it.
func (a *asking) ownGains(p *request.Plan) (out []ui.Notice) {
	for _, g := range p.Gains {
		if how := a.throughWhom(g.Principal); how != "" {
			out = append(out, ui.Notice{Tone: ui.Warn, Title: how + " You gain the role " + g.Right + " on " + g.Where + " by this yourself.", Text: "The approver sees it. Nobody who gains decides."})
		}
	}
	return out[:min(len(out), 3)]
}
