package world

import "time"

// Summary are the true counts at a moment, to compare with what somebody
// found through the API.
type Summary struct {
	Workspaces      int // every state
	ByState         map[WorkspaceState]int
	ByType          map[WorkspaceType]int
	Orphaned        int
	OnCapacity      int
	Items           int // app copies included, in workspaces of every state
	ByKind          map[ItemKind]int
	WorkspaceGrants int
	ItemGrants      int // with those that follow from workspace roles
	Shares          int // on the items themselves
	OrgLinks        int
	WebEmbeds       int
	Pipelines       int
	Apps            int
	AppCopies       int // "[App] " copies of reports and dashboards
	Users           int
	Guests          int
	DisabledUsers   int
	Groups          int
}

// Summary counts the tenant at t. It builds every workspace.
func (w *World) Summary(t time.Time) Summary {
	s := Summary{ByState: map[WorkspaceState]int{}, ByType: map[WorkspaceType]int{}, ByKind: map[ItemKind]int{}}
	for ws := range w.All(t) {
		s.workspace(w, ws)
	}
	for range w.Pipelines(t) {
		s.Pipelines++
	}
	for range w.Apps(t) {
		s.Apps++
	}
	for u := range w.Users(t) {
		s.Users++
		if u.UserType == UserGuest {
			s.Guests++
		}
		if !u.Enabled {
			s.DisabledUsers++
		}
	}
	for range w.Groups(t) {
		s.Groups++
	}
	return s
}

func (s *Summary) workspace(w *World, ws *Workspace) {
	s.Workspaces++
	s.ByState[ws.State]++
	s.ByType[ws.Type]++
	if ws.Orphaned() {
		s.Orphaned++
	}
	if ws.CapacityID != "" {
		s.OnCapacity++
	}
	s.WorkspaceGrants += len(ws.Grants)
	s.Items += len(ws.Items)
	for i := range ws.Items {
		it := &ws.Items[i]
		s.ByKind[it.Kind]++
		s.ItemGrants += len(w.ItemAccess(ws, it))
		s.Shares += len(it.Shares)
		if it.Report != nil && it.Report.AppID != "" || it.Dashboard != nil && it.Dashboard.AppID != "" {
			s.AppCopies++
		}
		if ws.State != StateActive {
			continue
		}
		for _, g := range it.Shares {
			if g.Principal.Kind == KindNone {
				s.OrgLinks++
			}
		}
		if it.PublishedToWeb != nil {
			s.WebEmbeds++
		}
	}
}
