package world

import (
	"strings"
	"testing"
	"time"
)

func day0(n int) time.Time { return now.AddDate(0, 0, n).Truncate(24 * time.Hour) }

// eventsOf lists a day as it is known a week later.
func eventsOf(w *World, d time.Time) []Event {
	var out []Event
	for h := range 24 {
		out = append(out, w.Activity(d, h, d.AddDate(0, 0, 7))...)
	}
	return out
}

func TestLogIsConsistentWithTheTenant(t *testing.T) {
	t.Parallel()
	w := demo(1)
	for _, d := range []time.Time{day0(-3), day0(300)} {
		ids := map[string]bool{}
		for _, e := range eventsOf(w, d) {
			if ids[e.ID] || e.ID == "" {
				t.Fatalf("event id %q twice", e.ID)
			}
			ids[e.ID] = true
			checkEvent(t, w, e)
		}
	}
}

func checkEvent(t *testing.T, w *World, e Event) {
	t.Helper()
	if e.Activity == "" || e.Available.Before(e.Created) || e.Available.Sub(e.Created) > 24*time.Hour {
		t.Errorf("%s created %s available %s", e.Activity, e.Created, e.Available)
	}
	gone := strings.HasPrefix(e.Activity, "Delete")
	if e.WorkspaceID != "" && !gone {
		ws, ok := w.Workspace(e.WorkspaceID, e.Created)
		if !ok {
			t.Errorf("%s at %s in a workspace that does not exist", e.Activity, e.Created)
			return
		}
		if e.ItemID != "" && ws.Item(e.ItemID) == nil {
			t.Errorf("%s at %s on %q, which %s does not have", e.Activity, e.Created, e.ItemName, ws.Name)
		}
	}
	if strings.Contains(e.UserID, "@") {
		if u, ok := w.User(e.UserID, e.Created); !ok || !u.Enabled && u.Left.Before(e.Created) {
			t.Errorf("%s by %s, who was not there at %s", e.Activity, e.UserID, e.Created)
		}
	}
	if e.Success == (e.Failure != "") {
		t.Errorf("%s: success %v with %q", e.Activity, e.Success, e.Failure)
	}
}

func TestWorkingHoursAndWeekends(t *testing.T) {
	t.Parallel()
	w := demo(1)
	work, rest := len(eventsOf(w, day0(-3))), len(eventsOf(w, day0(-7))) // a Wednesday and a Saturday
	if day0(-3).Weekday() != time.Wednesday || day0(-7).Weekday() != time.Saturday {
		t.Fatal("the test looks at other days than it thinks")
	}
	if work < 1200 || work > 4000 {
		t.Errorf("%d events on a working day of 400 workspaces", work)
	}
	if rest*3 > work {
		t.Errorf("%d events on a Saturday, %d on a Wednesday", rest, work)
	}
	late := day0(1)
	noon, night := len(w.Activity(day0(-3), 9, late)), len(w.Activity(day0(-3), 1, late))
	if night*4 > noon {
		t.Errorf("%d events at 09:00, %d at 01:00", noon, night)
	}
}

func TestThemesOfTheLog(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n := map[string]int{}
	other := map[string]bool{}
	outOfOrder := 0
	days := 14
	if long() {
		days = 28
	}
	for d := -days; d < 0; d++ {
		var last time.Time
		for h := range 24 {
			for _, e := range w.Activity(day0(d), h, now) {
				n[e.Activity]++
				if e.Created.Before(last) {
					outOfOrder++
				}
				last = e.Created
				other["capacity that is no GUID"] = other["capacity that is no GUID"] || strings.HasPrefix(e.CapacityID, "zy")
				other["through an app"] = other["through an app"] || e.Distribution == "Apps" && e.AppName != "" && e.AppReportID != "" && e.CapacityID == ""
				other["by the system"] = other["by the system"] || e.UserID == "PowerBI"
				other["by an application"] = other["by an application"] || e.UserID == w.ScannerApp().ID
				other["by a guest"] = other["by a guest"] || strings.Contains(e.UserID, "#EXT#")
				other["failed"] = other["failed"] || !e.Success
				other["late"] = other["late"] || e.Available.Sub(e.Created) > 3*time.Hour
			}
		}
	}
	for _, a := range []string{"ViewReport", "ViewDashboard", "AnalyzeInExcel", "ExportReport", "PrintReport", "DownloadReport", "GenerateScreenshot",
		"ShareReport", "ShareDataset", "CreateFolder", "DeleteFolder", "UpdateFolderAccess", "UpdateWorkspaceAccess", "CreateReport", "EditReport", "DeleteReport",
		"EditDataset", "RefreshDataset", "DeployAlmPipeline", "UpdateApp", "SensitivityLabelChanged", "TakeOverDataset", "GetModifiedWorkspacesAPI", "GetWorkspacesInfoAPI",
		"ExportActivityEvents", "GetGroupsAsAdmin"} {
		if n[a] == 0 {
			t.Errorf("two weeks without %s", a)
		}
		if n[a] > n["ViewReport"] {
			t.Errorf("%s is more frequent than looking at reports", a)
		}
	}
	for _, what := range []string{"capacity that is no GUID", "through an app", "by the system", "by an application", "by a guest", "failed", "late"} {
		if !other[what] {
			t.Errorf("two weeks without an event %s", what)
		}
	}
	if outOfOrder == 0 {
		t.Error("every event is in order")
	}
}

func TestEventsArriveLate(t *testing.T) {
	t.Parallel()
	w := demo(1)
	d := day0(-5)
	at := func(after time.Duration) int { return len(w.Activity(d, 9, d.Add(9*time.Hour+after))) }
	if n := at(-time.Second); n != 0 {
		t.Errorf("%d events before their hour", n)
	}
	hour, two, all := at(time.Hour), at(2*time.Hour), at(26*time.Hour)
	if hour >= two || two >= all || all == 0 {
		t.Errorf("after 1, 2, 26 hours %d, %d, %d events are there: each should be more", hour, two, all)
	}
	if w.Activity(d, 24, now) != nil || w.Activity(d, -1, now) != nil {
		t.Error("a day has more than 24 hours")
	}
}

// Content that is listed as unused must have no trace of use in the log.
func TestUnusedContentIsNotInTheLog(t *testing.T) {
	t.Parallel()
	w := demo(1)
	last := map[string]time.Time{}
	for d := -27; d <= 0; d++ {
		if !long() && d%4 != 0 {
			continue
		}
		for _, e := range eventsOf(w, day0(d)) {
			if strings.HasPrefix(e.Activity, "View") && e.Created.Before(now) {
				last[e.ItemID] = e.Created
			}
		}
	}
	checked := 0
	for ws := range w.All(now) {
		for i := range ws.Items {
			it := &ws.Items[i]
			if seen, ok := last[it.ID]; ok && ws.State == StateActive {
				if checked++; now.Sub(it.LastAccessed) > 28*24*time.Hour {
					t.Errorf("%s / %s was seen %s, but last accessed %s", ws.Name, it.Name, seen, it.LastAccessed)
				}
			}
		}
	}
	if checked < 500 {
		t.Errorf("only %d items are in use", checked)
	}
}

// A change that the log tells is one that two scans around it would find.
func TestChangesAreWhatScansWouldFind(t *testing.T) {
	t.Parallel()
	w := demo(1)
	from := now.AddDate(0, 0, -60)
	kinds := map[ChangeKind]int{}
	for _, c := range w.Changes(from, now) {
		kinds[c.Kind]++
		if !c.At.After(from) || c.At.After(now) {
			t.Errorf("%s at %s", c.Kind, c.At)
		}
		before, okBefore := w.Workspace(c.WorkspaceID, c.At.Add(-time.Second))
		after, okAfter := w.Workspace(c.WorkspaceID, c.At)
		switch c.Kind {
		case WorkspaceCreated:
			if okBefore || !okAfter {
				t.Errorf("%s: there before %v, after %v", c.Kind, okBefore, okAfter)
			}
		case GrantAdded, GrantRemoved, GrantChanged:
			if a, b := rightOf(before, c.Subject), rightOf(after, c.Subject); okBefore && a == b {
				t.Errorf("%s of %s in %s: %q before, %q after", c.Kind, c.Subject.DisplayName, after.Name, a, b)
			}
		case ItemCreated, ItemDeleted:
			if okBefore && (before.Item(c.ItemID) == nil) == (after.Item(c.ItemID) == nil) {
				t.Errorf("%s: no difference in %s", c.Kind, after.Name)
			}
		}
	}
	for _, k := range []ChangeKind{WorkspaceCreated, WorkspaceDeleted, WorkspaceRestored, WorkspaceMoved, GrantAdded, GrantRemoved, GrantChanged, ItemCreated,
		ItemEdited, ItemDeleted, ItemShared, ItemUnshared, ItemTakenOver, ItemLabelled, AppUpdated, PersonJoined, PersonLeft, SettingSwitched, PipelineDeployed} {
		if kinds[k] == 0 {
			t.Errorf("60 days of the demo without %q", k)
		}
	}
}

func rightOf(ws *Workspace, p Principal) string {
	if ws == nil {
		return ""
	}
	for _, g := range ws.Grants {
		if g.Principal.ID == p.ID && g.Principal.Kind == p.Kind {
			return g.Right
		}
	}
	return ""
}
