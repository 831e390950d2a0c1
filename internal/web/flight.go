package web

import (
	"context"

	"steward/internal/desk"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// checkStates are the outcomes of a check as people say them.
var checkStates = map[promotion.State]ui.Badge{promotion.Pass: {Text: "pass", Tone: ui.Good}, promotion.Fail: {Text: "fail", Tone: ui.Bad},
	promotion.Unknown: {Text: "unknown", Tone: ui.Warn}}

// requestFlights adds the pre-flight of a promotion to its page, as the last
// scan tells it today.
func (s *Server) requestFlights(ctx context.Context, d *requested, _ *templates.RequestPage) error {
	if d.r.Kind != request.Promotion || d.r.State.Final() {
		return nil
	}
	params, err := request.DecodeParams(d.r.Kind, d.r.Params)
	if err != nil {
		return err
	}
	m := mender{who: d.who, at: place{tenant: d.r.Tenant}}
	if d.r.Requester.Same((desk.By{Person: d.who.person}).Party()) {
		m.form = "/requests/" + d.r.ID + "/edit"
	}
	d.shown.Flights, err = s.flights(ctx, m, d.r, params, true)
	return err
}

// flights are the pre-flights of a promotion, with what each touches downstream
// where that is asked for.
func (s *Server) flights(ctx context.Context, m mender, r request.Request, params request.Params, touched bool) (out []templates.PlanFlight, err error) {
	if params.Kind() != request.Promotion {
		return nil, nil
	}
	all, err := s.Requests.Flights(ctx, m.at.tenant, params, r.NotBefore)
	for _, f := range all {
		if m.hidden(f) {
			continue
		}
		v := m.view(f)
		if touched {
			if v.Blast, err = s.blast(ctx, m.who, m.at.tenant, f); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, err
}

// view shows a pre-flight: what fails first, then what is not known.
func (m mender) view(f request.Flight) templates.PlanFlight {
	table := func(id, caption string) ui.Table {
		return ui.Table{ID: id, Caption: caption + f.Title, Columns: []ui.Column{{Label: "Check"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "What was seen"}}}
	}
	v := templates.PlanFlight{Title: f.Title, Table: table("pre-flight", "Pre-flight of "), Passing: table("pre-flight-passes", "Passed by ")}
	v.Table.Columns = append(v.Table.Columns, ui.Column{Label: "What to do"})
	var unsure []ui.Row
	for _, c := range f.Checks {
		badge := checkStates[c.State]
		if c.Accepted {
			badge = ui.Badge{Text: "fail, accepted", Tone: ui.Warn}
		}
		cells := []ui.Cell{ui.Txt(c.Title), ui.Parts(ui.BadgeView(badge)), ui.Txt(c.Evidence)}
		mended := ui.Row{Cells: append(cells, ui.Parts(templates.PlanRemedy(c.Remedy, m.links(f, c))))}
		switch c.State {
		case promotion.Fail:
			v.Failed++
			v.Table.Rows = append(v.Table.Rows, mended)
		case promotion.Unknown:
			v.Unknown++
			unsure = append(unsure, mended)
		default:
			v.Passed++
			v.Passing.Rows = append(v.Passing.Rows, ui.Row{Cells: cells})
		}
	}
	v.Table.Rows = append(v.Table.Rows, unsure...)
	return v
}
