package web

import (
	"strings"
	"testing"

	"steward/internal/browser"
)

// walker asks for things in Chromium.
type walker struct {
	*browser.Page
	t    *testing.T
	r    *ruled
	base string
	// scripts says whether they run.
	scripts bool
}

// TestAskInChromium asks for a project, for access and for twenty changes at
// once, as a person does, with scripts and without.
func TestAskInChromium(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		name := "without scripts"
		if scripts {
			name = "with scripts"
		}
		t.Run(name, func(t *testing.T) {
			r := town(t)
			w := &walker{Page: browser.New(t), t: t, r: r, base: site(t, r.portal), scripts: scripts}
			if !scripts {
				w.DisableJS()
			}
			w.project()
			w.access()
			w.list()
			for _, m := range w.Console() {
				if strings.Contains(m, "status of 422") {
					continue // a form that is refused is answered so
				}
				t.Errorf("console: %s", m)
			}
		})
	}
}

// find types into a search and makes the choices appear.
func (w *walker) find(field, text string) {
	w.t.Helper()
	w.Fill("[data-testid=ask-"+field+"] input[type=text]", text)
	found := "[data-testid=found-" + field + "] input[type=radio]"
	if !w.scripts {
		w.ClickAndWait("[data-testid=find-" + field + "]")
	}
	w.WaitFor(found)
}

// agreed checks what the plan shows and submits it.
func (w *walker) agreed(steps int, says ...string) {
	w.t.Helper()
	if n := w.Count("[data-testid=plan-step]"); n != steps {
		w.t.Errorf("%d steps, want %d: %s", n, steps, w.Text("main"))
	}
	text := w.Text("main")
	for _, s := range says {
		if !strings.Contains(text, s) {
			w.t.Errorf("the plan does not say %q", s)
		}
	}
	before := w.r.one(`SELECT count(*) FROM request WHERE state = 'pending'`)
	w.ClickAndWait("[data-testid=submit]")
	if after := w.r.one(`SELECT count(*) FROM request WHERE state = 'pending'`); after != before+1 {
		w.t.Fatalf("%d requests wait, %d before: %s", after, before, w.Text("main"))
	}
}

func (w *walker) project() {
	w.t.Helper()
	w.Goto(w.base + "/requests/new")
	w.ClickAndWait("[data-testid=kind-project]")
	w.Fill("[name=department]", "FIN")
	w.Fill("[name=project]", "Budget")
	if w.scripts { // names are built and judged while one types
		w.WaitFor("[data-testid=built-name][data-fine]")
		w.Fill("[name='environments[2].name']", "Q!")
		w.WaitFor("[data-testid=built-name]:not([data-fine])")
	} else {
		w.Fill("[name='environments[2].name']", "Q!")
	}
	w.Fill("[name=reason]", "The budget for 2027")
	for _, env := range []string{"0", "1", "2"} {
		w.find("environments-"+env+"-members-0-who", "Analy")
		w.Choose("[name='environments["+env+"].members[0].right']", "Admin")
		w.Choose("[name='environments["+env+"].capacity']", gid("Big"))
	}
	w.find("environments-0-members-0-who", "Analysts")
	w.ClickAndWait("[data-testid=preview]")
	if got := w.Text("[data-testid=ask-environments-2-name] .error"); !strings.Contains(got, "naming") {
		w.t.Errorf("the name is not refused at its field: %q", got)
	}
	if !w.scripts && w.Count("[data-testid=built-name]:not([data-fine])") != 1 {
		w.t.Error("the built names are not shown without scripts")
	}
	w.Fill("[name='environments[2].name']", "PROD")
	w.ClickAndWait("[data-testid=preview]")
	w.agreed(13, "FIN-Budget-DEV", "FIN-Budget-PROD", "High risk", "2 people", "Analysts", "The budget for 2027", "Delete the new workspace")
}

func (w *walker) access() {
	w.t.Helper()
	w.Goto(w.base + "/requests/new/access-add?workspace=" + gid("HR-People-TEST"))
	if !strings.Contains(w.Text("[data-testid=found-workspace]"), "HR-People-TEST") {
		w.t.Errorf("the workspace is not filled in: %s", w.Text("main"))
	}
	w.find("members-0-who", "ben@contoso")
	w.Choose("[name='members[0].right']", "Viewer")
	w.ClickAndWait("[data-testid=add-members]")
	w.find("members-1-who", "an")
	w.Click("[data-testid=found-members-1-who] input[value='" + gid("Dan") + "']")
	w.Choose("[name='members[1].right']", "Viewer")
	w.Choose("[name=until]", "2026-08-20")
	w.ClickAndWait("[data-testid=preview]")
	w.agreed(4, "Give Ben the role Viewer on HR-People-TEST", "Take the role Viewer on HR-People-TEST away from Dan again", "20 Aug 2026", "1 person")
}

func (w *walker) list() {
	w.t.Helper()
	w.Goto(w.base + "/requests/new/bulk")
	w.Fill("[name=csv]", strings.Join(append(twenty(), "access-add,Nowhere,Ben,Viewer,,,,"), "\n"))
	w.ClickAndWait("[data-testid=preview]")
	if got := w.Text("table[data-testid=cells]"); !strings.Contains(got, "22") || !strings.Contains(got, "workspace") {
		w.t.Errorf("the wrong cell is not told: %s", got)
	}
	w.Fill("[name=csv]", strings.Join(twenty(), "\n"))
	w.ClickAndWait("[data-testid=preview]")
	if n := w.Count("table[data-testid=lines] tbody tr"); n != 20 {
		w.t.Errorf("%d lines are shown", n)
	}
	w.agreed(38, "20 changes from a list")
}
