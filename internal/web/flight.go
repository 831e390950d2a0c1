package web

import (
	"context"

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
	d.shown.Flights, err = s.flights(ctx, d.who, d.r, params)
	return err
}

func (s *Server) flights(ctx context.Context, who viewer, r request.Request, params request.Params) (out []templates.PlanFlight, err error) {
	if params.Kind() != request.Promotion {
		return nil, nil
	}
	all, err := s.Requests.Flights(ctx, r.Tenant, params, r.NotBefore)
	for _, f := range all {
		v := flightView(f)
		if v.Blast, err = s.blast(ctx, who, r.Tenant, f); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, err
}

func flightView(f request.Flight) templates.PlanFlight {
	v := templates.PlanFlight{Title: f.Title, Table: ui.Table{ID: "pre-flight", Caption: "Pre-flight of " + f.Title,
		Columns: []ui.Column{{Label: "Check"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "What was seen"}}}}
	for _, c := range f.Checks {
		badge := checkStates[c.State]
		switch {
		case c.Accepted:
			badge = ui.Badge{Text: "fail, accepted", Tone: ui.Warn}
			v.Failed++
		case c.State == promotion.Fail:
			v.Failed++
		case c.State == promotion.Unknown:
			v.Unknown++
		default:
			v.Passed++
		}
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(c.Title), ui.Parts(ui.BadgeView(badge)), {Text: c.Evidence, Sub: c.Remedy}}})
	}
	return v
}
