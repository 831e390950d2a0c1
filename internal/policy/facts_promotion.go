package policy

// Promotion is what rules may know of one item that is to go from a stage of a
// pipeline to the next one, when a promotion is asked for and again before it
// begins.
type Promotion struct {
	Num int64

	Name         string         `fact:"name" doc:"name of the item"`
	Kind         string         `fact:"kind" doc:"report, dashboard, dataset, dataflow, datamart"`
	Pipeline     string         `fact:"pipeline" doc:"name of the pipeline"`
	From         string         `fact:"from" doc:"name of the stage it comes from"`
	To           string         `fact:"to" doc:"name of the stage it goes to"`
	ToProduction bool           `fact:"toProduction" doc:"it goes to the pipeline's last stage"`
	Backward     bool           `fact:"backward" doc:"it goes against the order of the stages"`
	New          bool           `fact:"isNew" doc:"the target has no such item"`
	Day          string         `fact:"day" doc:"the day on which it is to go, as 2026-12-24, in UTC"`
	Endorsement  string         `fact:"endorsement" doc:"Promoted, Certified or empty, in the source"`
	LabelID      Answer[string] `fact:"label" doc:"id of its sensitivity label in the source; empty without one"`
	LastRefresh  Answer[string] `fact:"lastRefresh" doc:"how its last refresh in the source ended: Completed, Failed, Disabled, Cancelled; empty for what is not refreshed"`
}

// Ref implements Object.
func (p *Promotion) Ref() Ref {
	return Ref{Kind: KindPromotion, Object: p.Num, Text: p.Kind + " " + p.Name}
}

// Label implements Object.
func (p *Promotion) Label() string { return p.Name }
func (p *Promotion) kind() Kind    { return KindPromotion }

// Derive fills in what follows from the other facts: nothing.
func (p *Promotion) Derive() {}

// assume has nothing to fill in.
func (p *Promotion) assume() {}
