package request

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// promote adds the steps of one route: look again, deploy, see what arrived,
// map, load, check.
func (b *builder) promote(p *PromotionParams, r *route) {
	look := b.lookAgain(r)
	dep := b.deploy(p, r, look)
	r.steps = append(r.steps, dep)
	arrivals := b.checkArrival(r, dep)
	to := existing(*r.dst)
	var maps []string
	for _, it := range r.items {
		if isModel(it) {
			maps = append(maps, b.arrive(p, r, to, it, dep, arrivals)...)
		}
	}
	r.steps = append(r.steps, maps...)
	if r.mapping != nil {
		b.expectRoles(r.field+"pipeline", to, r.mapping.Roles, []string{dep})
		b.checkLabel(to, r.mapping.Label, r.items, []string{dep})
	}
}

// arrive is what one model needs after it came: mapping, data, checks. It
// returns what the next route waits for.
func (b *builder) arrive(p *PromotionParams, r *route, to target, it promotion.Item, dep, arrivals string) []string {
	m := arrived{to: to, name: it.Name, model: From(dep, arrivedID(it.ID)), needs: []string{dep}}
	if i := slices.IndexFunc(r.target, func(t promotion.Item) bool { return t.ID == it.TargetID && it.TargetID != "" }); i >= 0 {
		m.model, m.before = IDText(ID(it.TargetID)), &r.target[i]
	}
	w := r.work(it)
	done := b.mapModel(m, w)
	needs := append(slices.Clone(m.needs), done...)
	if r.choice.Mapping.Refresh {
		done = append(done, b.refresh(m, needs))
		needs = append(needs, done[len(done)-1])
	}
	if len(w.Parameters) > 0 {
		b.checkParameters(m, w.Parameters, needs)
	}
	for _, q := range w.Smoke {
		b.checkQuery(m, q, needs)
	}
	return done
}

// arrivedID is the name under which a deployment tells the target's id of an
// item of the source.
func arrivedID(source string) string { return "target/" + source }

// lookAgain is the pre-flight from fresh facts, immediately before the write.
func (b *builder) lookAgain(r *route) string {
	return b.add(Step{Says: "Look again whether everything is ready to go to " + r.dst.Name, Lock: "pipeline/" + r.id(), Needs: r.needs, Expects: append(r.ground(), r.cargoExpects()...),
		Call: Call{API: House, Operation: "Promotion_Preflight", Method: "GET", Path: "pre-flight/{pipeline}/{from}/{to}",
			Args: map[string]Value{"pipeline": Text(r.id()), "from": order(r.from), "to": order(r.to)}},
		Look:  Look{Kind: CheckPreflight, Args: map[string]Value{"choice": Text(r.choiceJSON()), "executor": IDText(b.estate.Executor)}},
		Final: onlyReads})
}

func order(s tenant.Stage) Value { return Text(strconv.Itoa(s.Order)) }

// ground is what must still be so when a route begins.
func (r *route) ground() []Observation {
	id := r.id()
	out := []Observation{observe(PipelineName, r.line.Name, "pipeline", id)}
	for _, e := range []struct {
		s tenant.Stage
		w *Workspace
	}{{r.from, r.src}, {r.to, r.dst}} {
		out = append(out, observe(StageOf, string(NewID(e.w.ID)), "pipeline", id, "stage", strconv.Itoa(e.s.Order)))
	}
	return out
}

// deploy is the one write that starts a deployment.
func (b *builder) deploy(p *PromotionParams, r *route, look string) string {
	mark := marker(b.ctx.Request, b.nextID())
	line, id := IDText(ID(r.line.ID)), r.id()
	body := map[string]Value{"sourceStageOrder": Number(int64(r.from.Order)), "options": p.optionsBody(), "note": Text(markedFirst(p.Note, mark))}
	if r.choice.Backward() {
		body["isBackwardDeployment"] = Truth(true)
	}
	if r.choice.UpdateApp {
		body["updateAppSettings"] = Object(map[string]Value{"updateAppInTargetWorkspace": Truth(true)})
	}
	call := Call{API: PowerBI, Operation: "Pipelines_DeployAll", Method: "POST", Path: "pipelines/{pipeline}/deployAll",
		Args: map[string]Value{"pipeline": line, "workspace": IDText(ID(r.dst.ID))}, Body: body}
	if !r.choice.All() {
		call.Operation, call.Path = "Pipelines_SelectiveDeploy", "pipelines/{pipeline}/deploy"
		for key, list := range r.byCollection() {
			body[key] = list
		}
	}
	says := "Deploy " + r.carries() + " from " + r.src.Name + " to " + r.dst.Name + " and wait for the end"
	if len(r.pulled) > 0 {
		says += "; it brings along " + strings.Join(r.pulled, "; ")
	}
	return b.add(Step{
		Says: says, Lock: "pipeline/" + id, Marker: mark,
		Needs: append(slices.Clone(r.needs), look), Call: call, Results: map[string]string{"operation": "/id"}, Wait: WaitDeployment,
		Look: Look{Kind: LookDeployment, Redo: true, Args: map[string]Value{"pipeline": line, "marker": Text(mark), "stage": order(r.to),
			"from": order(r.from)}},
		Expects: append(r.ground(), r.cargoExpects()...),
		Final:   "A deployment cannot be taken back: what it overwrites is gone, and what it creates stays. Power BI keeps no former version.",
	})
}

func (p *PromotionParams) optionsBody() Value {
	o := p.allowed()
	on := map[string]bool{"allowCreateArtifact": o.Create, "allowOverwriteArtifact": o.Overwrite, "allowSkipTilesWithMissingPrerequisites": o.SkipTiles,
		"allowTakeOver": o.TakeOver, "allowOverwriteTargetArtifactLabel": o.Label, "allowPurgeData": o.Purge}
	out := map[string]Value{}
	for name, yes := range on {
		if yes {
			out[name] = Truth(true)
		}
	}
	return Object(out)
}

// collections are the names of the lists of a selective deployment.
var collections = map[string]string{tenant.ItemDataset: "datasets", tenant.ItemReport: "reports", tenant.ItemDashboard: "dashboards",
	tenant.ItemDataflow: "dataflows", tenant.ItemDatamart: "datamarts"}

func (r *route) byCollection() map[string]Value {
	rows := map[string][]Value{}
	for _, it := range r.items {
		rows[collections[it.Kind]] = append(rows[collections[it.Kind]], Object(map[string]Value{"sourceId": IDText(ID(it.ID))}))
	}
	out := map[string]Value{}
	for key, list := range rows {
		out[key] = List(list...)
	}
	return out
}

// cargoExpects are the names of what goes, and how many things there are where
// everything goes: what was looked at is what is deployed.
func (r *route) cargoExpects() []Observation {
	id, stage := r.id(), strconv.Itoa(r.from.Order)
	var out []Observation
	for _, it := range r.items {
		out = append(out, observe(StageItem, it.Name, "pipeline", id, "stage", stage, "item", it.ID))
	}
	if r.choice.All() {
		out = append(out, observe(StageCount, strconv.Itoa(len(r.items)), "pipeline", id, "stage", stage))
	}
	return out
}

// checkArrival reads both stages afterwards.
func (b *builder) checkArrival(r *route, dep string) string {
	var items []Value
	sorted := slices.SortedFunc(slices.Values(r.items), func(x, y promotion.Item) int { return cmp.Compare(x.ID, y.ID) })
	for _, it := range sorted {
		items = append(items, Object(map[string]Value{"id": IDText(ID(it.ID)), "name": Text(it.Name)}))
	}
	line := IDText(ID(r.line.ID))
	return b.add(Step{Says: "Check that " + counted(len(items), "item is", "items are") + " on " + r.dst.Name + " and paired", Lock: "pipeline/" + r.id(), Needs: []string{dep},
		Call: Call{API: PowerBI, Operation: "Pipelines_GetPipelineStageArtifacts", Method: "GET", Path: "pipelines/{pipeline}/stages/{stage}/artifacts",
			Args: map[string]Value{"pipeline": line, "stage": order(r.to)}},
		Look: Look{Kind: CheckItems, Args: map[string]Value{"pipeline": line, "from": order(r.from), "to": order(r.to), "items": List(items...)}}, Final: onlyReads})
}
