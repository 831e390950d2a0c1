package world

import "strconv"

// ip is where somebody works from: the office, now and then home.
func ip(person, h key) string {
	b := func(k key) string { return strconv.Itoa(int(k.span(2, 250))) }
	if h.sub(9).chance(0.25) {
		return "84." + b(person.sub(1)) + "." + b(person.sub(2)) + "." + b(person.sub(3))
	}
	return "185.175." + strconv.Itoa(34+person.n(5)) + "." + b(person.sub(4))
}

// workspace writes what people and schedules did in a workspace on the day.
func (s *scribe) workspace(slot int) {
	w, noon := s.w, s.day*day+18*hour
	st, ok := w.stateAt(slot, noon, true)
	if !ok || st.life.state != StateActive || st.life.created > s.day*day {
		return
	}
	for i := range st.items {
		it := &st.items[i]
		if it.plan.appCopy() || it.created > s.day*day+8*hour {
			continue
		}
		if usableKind(it.plan.kind) {
			s.use(st, it)
		}
		if it.plan.refreshes() {
			s.refreshes(st, it)
		}
	}
}

// place fills in where something happened.
func (s *scribe) place(st *state, e *Event) {
	e.WorkspaceID, e.WorkspaceName = s.w.workspaceID(st.spec.slot, st.life.gen), s.w.workspaceName(st)
	if c := st.attrs.capacity; c >= 0 && c < capacityCount {
		e.CapacityID, e.CapacityName = s.w.capacityID(c), capacityDefs[c].name
	} else {
		// What the log says of shared capacity is not a GUID (api-guide 4).
		e.CapacityID, e.CapacityName = "zy5bad4z-x1a2-491a-9f0c-f012171ee02e", "Shared On Premium - Reserved"
	}
}

func (s *scribe) item(st *state, it *istate, e *Event) {
	s.place(st, e)
	e.ItemID, e.ItemName, e.ItemKind = s.w.itemID(st.spec.slot, st.life.gen, it.plan, it.gen), s.w.itemName(st, it), it.plan.kind
	if it.plan.kind == KindReport {
		e.ReportType = "PowerBIReport"
		if it.plan.special == paginated {
			e.ReportType = "PaginatedReport"
		}
		s.modelOf(st, it, e)
	}
	if it.plan.kind == KindModel {
		e.ModelID, e.ModelName = e.ItemID, e.ItemName
	}
}

// modelOf fills in the model behind a report of the same workspace.
func (s *scribe) modelOf(st *state, it *istate, e *Event) {
	if it.plan.special != plain || it.plan.far {
		return
	}
	for i := range st.items {
		if m := &st.items[i]; m.plan.k == it.plan.model && m.plan.kind == KindModel {
			e.ModelID, e.ModelName = s.w.itemID(st.spec.slot, st.life.gen, m.plan, m.gen), s.w.itemName(st, m)
		}
	}
}

// use writes the openings of one item.
func (s *scribe) use(st *state, it *istate) {
	w := s.w
	k := w.useKey(st.spec, st.life, it.plan, it.gen)
	end := (s.day + 1) * day
	if !w.usedOn(st.spec, k, it.plan.kind, s.day) || w.abandoned(k, it.created, end) <= end {
		return
	}
	h := k.sub2(tagUse, uint64(s.day)).sub(50)
	first := firstUse(k, s.day)
	if first < it.created {
		return
	}
	for i := range uint64(1 + h.n(4)) {
		m := first
		if i > 0 {
			m += h.sub(i).span(minute, 11*hour)
		}
		if who, ok := s.reader(st, h.sub2(60, i), m); ok {
			s.opened(st, it, h.sub2(61, i), m, who)
		}
	}
}

// reader is somebody with access who is still here.
func (s *scribe) reader(st *state, h key, m moment) (ref, bool) {
	w := s.w
	if st.spec.class == classPersonal {
		return st.life.owner, w.spanOf(st.life.owner).left > m
	}
	var people []ref
	for _, seat := range st.seats {
		switch seat.who.kind {
		case refPerson, refGuest, refFixed:
			if seat.present && w.spanOf(seat.who).left > m {
				people = append(people, seat.who)
			}
		}
	}
	if len(people) > 0 && h.chance(0.4) {
		return pick(h.sub(1), people), true
	}
	return w.colleague(st.spec.dept, st.spec.team, h.sub(2), m)
}

var consumption = []string{"Power BI Web", "Power BI Web", "Power BI Web", "Power BI Web", "Power BI Mobile", "Teams", "SharePoint Online", "Embedding for your organization"}

func (s *scribe) opened(st *state, it *istate, h key, m moment, who ref) {
	e := Event{Activity: "ViewReport"}
	s.item(st, it, &e)
	switch it.plan.kind {
	case KindDashboard:
		e.Activity = "ViewDashboard"
	case KindModel:
		e.Activity = "AnalyzeInExcel"
	}
	e.Consumption, e.Distribution = pick(h, consumption), "Workspace"
	if created, _, ok := s.w.appDates(st.spec, st.life, m); ok && it.plan.kind == KindReport && created < m && h.sub(1).chance(0.5) &&
		s.w.mixtureOf(st.spec, st.life).app && it.created < created {
		e.Distribution, e.AppName = "Apps", s.w.workspaceName(st)
		copied := it.plan
		copied.k += kAppReport - kReport
		e.AppReportID = s.w.itemID(st.spec.slot, st.life.gen, copied, it.gen)
		e.CapacityID, e.CapacityName = "", "" // not told when viewed through an app
	} else if who.kind == refGuest || h.sub(2).chance(0.05) {
		e.Distribution = "Shared"
	}
	s.put(m, who, e)
	if it.plan.kind == KindReport {
		s.takenAway(st, it, h.sub(3), m+h.sub(4).span(20, 1500), who)
	}
}

// takenAway writes that somebody exported what they saw.
func (s *scribe) takenAway(st *state, it *istate, h key, m moment, who ref) {
	e := Event{}
	switch x := h.f(); {
	case x < 0.05:
		e.Activity = "ExportReport"
		kind := pick(h.sub(1), []string{"XLSX", "CSV", "PDF", "PPTX"})
		s.item(st, it, &e)
		e.Extra = map[string]any{"ExportedArtifactInfo": map[string]any{"ExportType": kind, "ArtifactType": "Report", "ArtifactId": len(e.ItemName)*7919 + h.sub(2).n(1000)}}
	case x < 0.062:
		e.Activity = "PrintReport"
	case x < 0.075:
		e.Activity = "DownloadReport"
	case x < 0.082:
		e.Activity = "GenerateScreenshot"
	case x < 0.088:
		e.Activity = "ExportTile"
	default:
		return
	}
	if e.Activity == "DownloadReport" && h.sub(5).chance(0.2) {
		e.Failure = "Failed"
	}
	if e.ItemID == "" {
		s.item(st, it, &e)
	}
	s.put(m, who, e)
}

// refreshes writes the runs that began on the day.
func (s *scribe) refreshes(st *state, it *istate) {
	w := s.w
	r := w.newRunner(st.spec, st.life, it.plan, st.life.created+4*day, st.attrs.capacity)
	for _, run := range w.onDay(r, s.day) {
		m := at(run.Start)
		if floorDiv(m, day) != s.day || len(r.rhythm.times) > 8 && m%3 != 0 {
			continue
		}
		e := Event{Activity: "RefreshDataset", Extra: map[string]any{"RefreshType": run.Type, "LastRefreshTime": run.Start.Format("2006-01-02T15:04:05Z")}}
		if it.plan.kind == KindDataflow {
			e.Activity = "RefreshDataflow"
		}
		s.item(st, it, &e)
		who := ref{}
		if run.Type != "Scheduled" {
			who = w.bossOf(st.spec.dept, m)
		}
		if run.Status != RefreshCompleted {
			e.Failure = "Failed"
		}
		s.put(m, who, e)
	}
}

// ownCalls are the portal's own questions, and those of an administrator's
// script.
func (s *scribe) ownCalls() {
	scanner := ref{kind: refApp, a: appScanner}
	for i := range int64(24) {
		m := s.day*day + i*hour
		s.put(m+120, scanner, Event{Activity: "GetModifiedWorkspacesAPI", Extra: map[string]any{"ModifiedSince": when(m - hour).Format("2006-01-02T15:04:05")}})
		s.put(m+125, scanner, Event{Activity: "GetWorkspacesInfoAPI"})
		if i%6 == 2 {
			s.put(m+190, scanner, Event{Activity: "GetWorkspacesInfoResult"})
			s.put(m+300, scanner, Event{Activity: "ExportActivityEvents"})
		}
	}
	if wd := weekday(s.day * day); wd == 1 {
		s.put(s.day*day+9*hour, ref{kind: refFixed, a: fixedNadia}, Event{Activity: "GetGroupsAsAdmin"})
	}
}
