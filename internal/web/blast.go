package web

import (
	"context"
	"fmt"
	"time"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/request"
	"steward/internal/tenant"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// blastWindow is for how long after now scheduled refreshes are said to collide
// with a promotion that may begin at once.
const blastWindow = 24 * time.Hour

// mostWindows is how many colliding refreshes are named.
const mostWindows = 10

// blast says what a route of a promotion touches downstream, in the words of
// the approver; names only what they may see.
func (s *Server) blast(ctx context.Context, who viewer, name string, f request.Flight) (*templates.PlanBlast, error) {
	view, err := s.Reader.ViewNow(ctx, name)
	if err != nil {
		return nil, err
	}
	scope, err := auth.Scope(ctx, s.Reader, who.person, auth.ViewItems, name)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	b, err := s.Reader.Blast(ctx, view, scope, f.Facts, f.Choice, now, now.Add(blastWindow))
	if err != nil {
		return nil, err
	}
	at := place{tenant: name}
	out := &templates.PlanBlast{Title: f.Title}
	add := func(key, value, unknown string) {
		out.Facts = append(out.Facts, ui.Pair{Key: key, Value: value, Unknown: unknown})
	}
	over := f.Facts.Overwritten(f.Choice)
	add("Overwritten in the target", ui.Plural(int64(len(over)), "item", "items"), "")
	downstream := ui.Plural(int64(b.Items), "item", "items") + " in " + ui.Plural(int64(b.Workspaces), "workspace", "workspaces")
	if b.Hidden > 0 {
		downstream += fmt.Sprintf(", %s of them outside what you may see", ui.Count(int64(b.Hidden)))
	}
	add("Downstream", downstream, "")
	for _, k := range b.Kinds {
		add(kindWord(k.Kind), ui.Count(int64(k.Count)), "")
	}
	add("Published apps in those workspaces", ui.Count(int64(b.Apps)), "")
	add("Subscriptions", "", "A scan is not told who subscribed.")
	if b.Viewers.Known {
		days := ""
		if b.DaysRead < b.ViewedDays {
			days = fmt.Sprintf(" (of the last %d days, %d are read)", b.ViewedDays, b.DaysRead)
		}
		add(fmt.Sprintf("Viewed it in the last %d days", b.ViewedDays), ui.Plural(int64(b.Viewers.Value), "person", "people")+days, "")
	} else {
		add(fmt.Sprintf("Viewed it in the last %d days", b.ViewedDays), "", "No day of the activity log is read.")
	}
	if b.Unread > 0 {
		out.Note = ui.Plural(int64(b.Unread), "downstream model tells", "downstream models tell") + " no tables, so that a break there would not be seen."
	}
	out.Touched = &ui.Table{ID: "blast-items", Caption: "Items downstream", Scroll: true, Columns: []ui.Column{{Label: "Item"}, {Label: "Kind"}, {Label: "Workspace"}, {Label: "Steps", Kind: ui.Number}}}
	for _, t := range b.Touched {
		out.Touched.Rows = append(out.Touched.Rows, ui.Row{Cells: []ui.Cell{ui.To(t.Name, at.thing(audit.ToItem, t.ID)), ui.Txt(kindWord(t.Kind)),
			ui.To(t.Workspace, at.thing(audit.ToWorkspace, t.WorkspaceID)), ui.Txt(ui.Count(int64(t.Steps)))}})
	}
	if len(b.Touched) == 0 {
		out.Touched = nil
	}
	if b.Cut {
		out.Note += " More items are downstream than are named here."
	}
	for _, w := range b.Windows {
		out.Points = append(out.Points, templates.Point{Tone: ui.Warn, Text: "A refresh of " + ui.NameText(w.Name) + " is scheduled for " + w.At.Format(clock) + "."})
		if len(out.Points) == mostWindows {
			break
		}
	}
	for _, x := range b.Breaks {
		out.Points = append(out.Points, templates.Point{Tone: ui.Bad, Text: "The new version of " + ui.NameText(x.Model) + " has no " + ui.NameText(x.Field) + ", which " +
			ui.Plural(int64(len(x.Used)), "downstream "+kindWord(tenant.ItemDataset), "downstream models") + " read."})
	}
	return out, nil
}
