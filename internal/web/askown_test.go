package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/auth"
)

// TestTooFewApprovers: before anything is submitted it is said that nobody, or
// one person only, could agree to it; those who gain do not count.
func TestTooFewApprovers(t *testing.T) {
	t.Parallel()
	r := town(t)
	viewer := with(goodSpace, "members[0].right", "Viewer", "members[1].who", gid("Dan"), "members[1].right", "Admin")
	for _, c := range []struct {
		known []string
		says  string
	}{
		{nil, "nobody who could decide this has signed in so far"},
		{[]string{"Anna", "Ben"}, "nobody who could decide this has signed in so far"}, // who asks, and who gains through Analysts
		{[]string{"Eve"}, "only 1 who could decide this has signed in so far, and 2 still must agree"},
		{[]string{"Eve", "Fay"}, ""},
	} {
		r.known = nil
		for _, name := range c.known {
			r.known = append(r.known, somebody(name, auth.Approver))
		}
		to, _ := r.post("/requests/new/workspace-create", http.StatusSeeOther, with(viewer, "name", "FIN-New"+strings.Join(c.known, "")+"-DEV")...)
		plan := r.get(to, http.StatusOK)
		if c.says == "" {
			if plan.Has("[data-testid=few]") {
				t.Errorf("with %v it says there are too few", c.known)
			}
			continue
		}
		if got := plan.Text("[data-testid=few]"); !strings.Contains(got, c.says) {
			t.Errorf("with %v it says %q, want %q", c.known, got, c.says)
		}
	}
	r.known = []auth.Person{somebody("Eve", auth.Approver)}
	to, _ := r.post("/requests/new/access-add", http.StatusSeeOther, with(goodAccess, "members[0].right", "Viewer")...)
	if got := r.get(to, http.StatusOK).Text("[data-testid=few]"); !strings.Contains(got, "only one person") {
		t.Errorf("where one must agree and one can it says %q", got)
	}
}

// TestOnesOwnGroup: whoever names a group they belong to is told at its field
// that they gain by it, again with the plan, and so is who decides.
func TestOnesOwnGroup(t *testing.T) {
	t.Parallel()
	r := town(t)
	own := with(goodSpace, "members[0].who", gid("Crew"), "members[0].right", "Member", "members[1].who", gid("Analysts"), "members[1].right", "Viewer")
	_, form := r.post("/requests/new/workspace-create", http.StatusUnprocessableEntity, with(own, "name", "")...)
	if got := form.Text("[data-testid=found-members-0-who]"); !strings.Contains(got, "You belong to Crew. You gain by this yourself") {
		t.Errorf("at the field it says %q", got)
	}
	if got := form.Text("[data-testid=found-members-1-who]"); strings.Contains(got, "yourself") {
		t.Errorf("at another group's field it says %q", got)
	}
	to, _ := r.post("/requests/new/workspace-create", http.StatusSeeOther, own...)
	plan := r.get(to, http.StatusOK)
	if got := plan.Text("main"); !strings.Contains(got, "You belong to Crew. You gain the role Member on FIN-New-DEV by this yourself.") {
		t.Errorf("the plan says %q", got)
	}
	if got := plan.Text("main"); !strings.Contains(got, "High risk") || !strings.Contains(got, "2 people") || !strings.Contains(got, "Anna belongs to Crew, and so gains the role Member on FIN-New-DEV by their own request.") {
		t.Errorf("of who must agree the plan says %q", got)
	}
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/requests/"), "/preview")
	r.post("/requests/"+id+"/submit", http.StatusSeeOther, "version", plan.Attr("form[data-testid=do-submit] input[name=version]", "value"), "plan", plan.Attr("form[data-testid=do-submit] input[name=plan]", "value"))
	*r.who = somebody("Eve", auth.Approver)
	if got := r.get("/requests/"+id, http.StatusOK).Text("main"); !strings.Contains(got, "Anna asked for this and gains by it") {
		t.Errorf("the approver reads %q", got)
	}
}
