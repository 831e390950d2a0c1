package web

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// storyWords say what happened to a request.
var storyWords = map[string]string{
	"drafted": "began it", "submitted": "submitted it", "edited": "edited it: approvals given so far no longer count", "approved": "agreed", "rejected": "rejected it",
	"asked": "asked back: approvals given so far no longer count", "commented": "wrote", "withdrawn": "withdrew it", "expired": "let it fall",
	"fell back": "made it a draft again: approvals given so far no longer count", "began": "began to carry it out", "ended": "ended the run", "reminded": "wrote reminders", "escalated": "escalated it", "let through": "had it carried out under the emergency access, without the approvals that were missing",
}

var storyTones = map[string]ui.Tone{"approved": ui.Good, "rejected": ui.Bad, "asked": ui.Warn, "fell back": ui.Warn, "edited": ui.Warn, "expired": ui.Bad, "escalated": ui.Warn, "let through": ui.Bad}

// requestStory is the time line, the newest first, and who is to be told what.
func (s *Server) requestStory(ctx context.Context, d *requested, page *templates.RequestPage) error {
	events, err := s.Reader.RequestEvents(ctx, d.r.ID)
	if err != nil {
		return err
	}
	for i := len(events) - 1; i >= 0; i-- {
		page.Events = append(page.Events, storyEvent(events[i], d.at))
	}
	notices, err := s.Reader.Notices(ctx, d.r.ID)
	if err != nil {
		return err
	}
	page.Told = toldTable(notices, d.at)
	return nil
}

func storyEvent(e db.RequestEvent, at viewing) ui.Event {
	out := ui.Event{At: e.At, Now: at.now, Kind: "Person", Actor: e.By.Name, Text: storyWords[e.What], Detail: e.Note, Tone: storyTones[e.What]}
	if e.By.ObjectID == "" {
		out.Kind, out.Actor = "Portal", "The portal"
	}
	if out.Text == "" {
		out.Text = e.What
	}
	return out
}

func toldTable(all []db.Notice, at viewing) ui.Table {
	t := ui.Table{ID: "told", Caption: "Who is to be told what, and why", Columns: []ui.Column{{Label: "What"}, {Label: "Who"}, {Label: "When", Kind: ui.Date}, {Label: "Sent"}}}
	for _, n := range all {
		name := n.To.Name
		if name == "" {
			name = n.To.Address
		}
		sent := ui.Txt("not sent yet")
		if !n.Sent.IsZero() {
			sent = ui.Txt(n.Outcome)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: n.Says, Sub: "Why they: " + n.Why}, ui.Txt(name), ui.When(n.At, at.now), sent}})
	}
	return t
}

// votes are the decisions so far; those on earlier plans no longer count, and
// say so.
func (d *requested) votes(page *templates.RequestPage) {
	t := ui.Table{ID: "votes", Caption: "Decisions", Columns: []ui.Column{{Label: "Who"}, {Label: "Decision", Kind: ui.Badges}, {Label: "When", Kind: ui.Date}},
		Empty: ui.Empty{Why: "Nobody yet."}}
	for _, v := range d.Facing.Decisions {
		word, tone := "agreed", ui.Good
		if !v.Approves {
			word, tone = "rejected", ui.Bad
		}
		if v.Plan != d.r.Plan {
			word, tone = word+", no longer counts", ui.Neutral
		}
		who := ui.Cell{Text: v.By.Name, Sub: v.Note}
		if v.For.ObjectID != "" {
			who.Sub = "in the place of " + v.For.Name + ". " + v.Note
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{who, ui.Parts(ui.State(word, tone)), ui.When(v.At, d.at.now)}})
	}
	page.Votes = t
	if d.r.State != request.Pending {
		return
	}
	page.KnownSay = "Nobody who could still decide has signed in so far."
	if n := len(d.Known); n > 0 {
		page.KnownSay = fmt.Sprintf("%s who could still decide, of those who ever signed in: ", ui.Plural(int64(n), "person", "people"))
	}
	for _, k := range d.Known[:min(len(d.Known), mostKnown)] {
		page.Known = append(page.Known, k.Name)
	}
}

// mostKnown is how many of those who could decide are named.
const mostKnown = 20
