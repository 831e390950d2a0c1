package world

// Items of a workspace are numbered: the range tells the kind, so that one
// workspace can point at an item of another without building it.
const (
	kFlow      = 0
	kModel     = 10
	kFabric    = 30
	kMart      = 80
	kReport    = 100
	kDashboard = 300
	kAppReport = 400 // app copies of reports, same offset
	kAppDash   = 600
)

// itemPlan is one item as it is laid out, without name or dates.
type itemPlan struct {
	k       int
	kind    ItemKind
	leaf    bool // comes and goes; nothing depends on it
	model   int  // number of the model that a report or dashboard shows; -1 = none
	far     bool // that model is the hub's
	special special
}

// special marks the rare shapes of an item.
type special uint8

const (
	plain          special = iota
	paginated              // report without a model
	brokenRef              // report whose model does not exist
	oddReport              // report of a type nobody knows
	liveModel              // model that cannot be read: live connection
	directModel            // DirectQuery, refreshed by cache
	foreignModel           // id is not a GUID
	chainedModel           // built on another model
	noSchema               // schema not retrievable
	misconfigured          // datasource nobody configured
	warehouseMart          // warehouse instead of datamart
	fabricModel            // default model of a lakehouse
	workbookReport         // upload of a workbook: no model
)

// mixture is how much of everything a workspace holds.
type mixture struct {
	flows, models, reports, dashboards, marts int
	fabric                                    []ItemKind
	app                                       bool
}

// fabricSets are the Fabric items that come together.
var fabricSets = [][]ItemKind{
	{KindLakehouse, KindSQLEndpoint, KindNotebook, KindDataPipeline},
	{KindLakehouse, KindSQLEndpoint, KindNotebook, KindEnvironment},
	{KindEventhouse, KindKQLDatabase, KindEventstream, KindReflex, KindKQLQueryset},
	{KindDataPipeline, KindNotebook},
	{KindMLModel, KindMLExperiment, KindNotebook},
}

// rareKinds are shown by one hub each, in turn.
var rareKinds = []ItemKind{
	KindOrgGraph, KindEventHubConn, KindReflexProject, KindReflex, KindMLModel, KindMLExperiment, KindKQLQueryset, KindEnvironment,
}

func (w *World) mixtureOf(s spec, l life) mixture {
	k := w.planKey(s, l)
	n := func(tag uint64, lo, hi int64) int { return int(k.sub(tag).span(lo, hi)) }
	m := mixture{}
	switch s.class {
	case classProject:
		m = mixture{flows: n(1, 0, 1), models: n(2, 1, 3), reports: n(3, 2, 7), dashboards: n(4, 0, 2)}
		if k.sub(5).chance(0.35) {
			m.fabric = pick(k.sub(6), fabricSets)
		}
		m.app = s.stage == 2 && k.sub(7).chance(0.55)
	case classTeam:
		m = mixture{flows: n(1, 0, 2), models: n(2, 2, 4), reports: n(3, 4, 11), dashboards: n(4, 0, 3)}
		m.app = k.sub(7).chance(0.3)
		if k.sub(8).chance(0.15) {
			m.marts = 1
		}
		if k.sub(5).chance(0.2) {
			m.fabric = pick(k.sub(6), fabricSets)
		}
	case classHub:
		m = mixture{flows: 3, models: 4, reports: n(3, 4, 8), dashboards: 1, marts: 1, app: s.ordinal%2 == 0}
		m.fabric = append([]ItemKind{rareKinds[s.ordinal%len(rareKinds)]}, fabricSets[s.ordinal%len(fabricSets)]...)
	case classPersonal:
		m = mixture{models: n(2, 0, 2), reports: n(3, 0, 5), dashboards: n(4, 0, 1)}
	case classSandbox:
		m = mixture{models: n(2, 1, 2), reports: n(3, 1, 4), dashboards: n(4, 0, 1)}
	default:
		m = mixture{models: n(2, 1, 2), reports: n(3, 2, 6), dashboards: n(4, 0, 2)}
	}
	if s.twist == twistAdminType {
		m = mixture{models: 1, reports: 3}
	}
	return m
}

// planKey is shared by the stages of a project: the same items along the line.
func (w *World) planKey(s spec, l life) key {
	if s.class == classProject {
		return w.projectKey(s.project).sub(tagPlan)
	}
	return s.k.sub2(tagPlan, uint64(l.gen))
}

// itemPlans lists the items that a workspace can hold.
func (w *World) itemPlans(s spec, l life) []itemPlan {
	m, k := w.mixtureOf(s, l), w.planKey(s, l)
	out := make([]itemPlan, 0, 8+m.models+2*m.reports+2*m.dashboards)
	for i := range m.flows {
		out = append(out, itemPlan{k: kFlow + i, kind: KindDataflow, model: -1})
	}
	for i := range m.models {
		out = append(out, itemPlan{k: kModel + i, kind: KindModel, model: -1, special: w.modelSpecial(s, k.sub2(20, uint64(i)), i)})
	}
	for i, kind := range m.fabric {
		out = append(out, itemPlan{k: kFabric + i, kind: kind, model: -1, leaf: i > 0 && (kind == KindNotebook || kind == KindEnvironment)})
	}
	for i := range m.marts {
		mart := itemPlan{k: kMart + i, kind: KindDatamart, model: -1}
		if k.sub2(22, uint64(i)).chance(0.5) {
			mart.kind, mart.special = KindWarehouse, warehouseMart
		}
		out = append(out, mart)
	}
	for i := range m.reports {
		out = append(out, w.reportPlan(s, m, k.sub2(23, uint64(i)), i))
	}
	for i := range m.dashboards {
		d := itemPlan{k: kDashboard + i, kind: KindDashboard, model: -1, leaf: k.sub2(24, uint64(i)).chance(0.3)}
		if m.models > 0 {
			d.model = kModel + i%m.models
		}
		out = append(out, d)
	}
	if m.app {
		out = appendAppCopies(out)
	}
	return out
}

// appendAppCopies adds the copies that an app makes of reports and dashboards.
func appendAppCopies(plans []itemPlan) []itemPlan {
	for _, p := range plans {
		switch p.kind {
		case KindReport:
			p.k += kAppReport - kReport
			plans = append(plans, p)
		case KindDashboard:
			p.k += kAppDash - kDashboard
			plans = append(plans, p)
		}
	}
	return plans
}

func (p itemPlan) appCopy() bool { return p.k >= kAppReport }

// original is the number of the item that an app copy was made of.
func (p itemPlan) original() int {
	if p.k >= kAppDash {
		return p.k - kAppDash + kDashboard
	}
	return p.k - kAppReport + kReport
}

// modelSpecial pins the hubs' shapes and draws the others'.
func (w *World) modelSpecial(s spec, k key, i int) special {
	if s.class == classHub {
		return [4]special{plain, plain, chainedModel, [5]special{liveModel, foreignModel, noSchema, misconfigured, fabricModel}[s.ordinal%5]}[i]
	}
	if i == 0 {
		return plain
	}
	x := k.f()
	for _, d := range []struct {
		s     special
		share float64
	}{{directModel, 0.10}, {chainedModel, 0.10}, {liveModel, 0.05}, {noSchema, 0.05}, {misconfigured, 0.05}, {foreignModel, 0.02}} {
		if x < d.share {
			return d.s
		}
		x -= d.share
	}
	return plain
}

func (w *World) reportPlan(s spec, m mixture, k key, i int) itemPlan {
	p := itemPlan{k: kReport + i, kind: KindReport, model: -1, leaf: i > 0 && k.chance(0.4)}
	if m.models > 0 {
		p.model = kModel + i%m.models
	}
	switch x := k.sub(1).f(); {
	case s.class == classHub && i == 1:
		p.special = [3]special{paginated, brokenRef, oddReport}[s.ordinal%3]
	case s.class == classHub || i == 0 && x < 0.09: // the first report is an ordinary one
	case x < 0.06:
		p.special = paginated
	case x < 0.075:
		p.special = brokenRef
	case x < 0.08:
		p.special = oddReport
	case x < 0.09:
		p.special = workbookReport
	case w.hubOf(s.slot) >= 0 && (x < 0.30 && s.class != classProject || p.model < 0):
		p.model, p.far = kModel+k.sub(2).n(2), true
	}
	return p
}
