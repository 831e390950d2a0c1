package request

import (
	"slices"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// arrived is a model that came into a workspace, or will have by then.
type arrived struct {
	// to is its workspace, model its id there.
	to    target
	model Value
	name  string
	// before is the target's model as it stands now; nil for a new one.
	before *promotion.Item
	// needs are the steps that must be done first.
	needs []string
}

func (m arrived) args() map[string]Value {
	return map[string]Value{"workspace": m.to.id, "model": m.model}
}

func (m arrived) call(operation, method, last string, body map[string]Value) Call {
	return Call{API: PowerBI, Operation: operation, Method: method, Path: "groups/{workspace}/datasets/{model}/" + last, Args: m.args(), Body: body}
}

func (m arrived) look(kind LookKind, more map[string]Value) Look {
	args := m.args()
	for k, v := range more {
		args[k] = v
	}
	return Look{Kind: kind, Args: args, Redo: true}
}

// mapModel adds the steps that a mapping asks for on one model and returns
// their ids: take over, parameters, sources, gateway, schedule (api guide,
// section 7). Each needs the one before.
func (b *builder) mapModel(m arrived, w promotion.ModelWork) []string {
	var done []string
	add := func(s Step) {
		s.Lock, s.Needs = m.to.lock, append(slices.Clone(m.needs), done...)
		done = append(done, b.add(s))
	}
	if w.TakeOver {
		b.risky("Takes over models of %s: their stored credentials are lost until a gateway or a person gives them others.", m.to.name)
		add(Step{Says: "Take over the model " + m.name + " on " + m.to.name, Call: m.call("Datasets_TakeOverInGroup", "POST", "Default.TakeOver", nil),
			Look:  m.look(LookOwner, map[string]Value{"owner": IDText(b.estate.Executor)}),
			Final: "Only whoever owned it can take it back, in Power BI; the credentials have to be entered again."})
	}
	if len(w.Parameters) > 0 {
		add(m.parameters(w.Parameters))
	}
	if len(w.Sources) > 0 {
		add(m.sources(w.Sources))
	}
	if w.Gateway != "" {
		gateway := IDText(ID(w.Gateway))
		add(Step{Says: "Bind the model " + m.name + " on " + m.to.name + " to its gateway",
			Call:  m.call("Datasets_BindToGatewayInGroup", "POST", "Default.BindToGateway", map[string]Value{"gatewayObjectId": gateway}),
			Look:  m.look(LookGateway, map[string]Value{"gateway": gateway}),
			Final: "Power BI has no call that unbinds a model; it can be bound to another gateway."})
	}
	if days := w.Schedule.DayNames(); len(days) > 0 {
		add(m.schedule(w.Schedule))
	}
	return done
}

// parameters sets query parameters. The values there were come back with an
// undo where they are known.
func (m arrived) parameters(list []promotion.ParameterMap) Step {
	var now, was []Value
	known := m.before != nil && m.before.Parameters.Known
	for _, p := range list {
		now = append(now, Object(map[string]Value{"name": Text(p.Name), "newValue": Text(p.Value)}))
		i := -1
		if known {
			i = slices.IndexFunc(m.before.Parameters.Value, func(q promotion.Parameter) bool { return q.Name == p.Name })
		}
		if i >= 0 {
			was = append(was, Object(map[string]Value{"name": Text(p.Name), "newValue": Text(m.before.Parameters.Value[i].Value)}))
		}
	}
	call := func(values []Value) Call {
		return m.call("Datasets_UpdateParametersInGroup", "POST", "Default.UpdateParameters", map[string]Value{"updateDetails": List(values...)})
	}
	look := func(values []Value) Look {
		return m.look(LookParameters, map[string]Value{"values": List(values...)})
	}
	s := Step{Says: "Set " + counted(len(list), "parameter", "parameters") + " of the model " + m.name + " on " + m.to.name, Call: call(now), Look: look(now),
		Final: "The values that the deployment brought are not kept anywhere else."}
	if len(was) == len(list) {
		s.Final, s.Undo = "", &Undo{Sentence: "Set the values that the target has now", Call: call(was), Look: look(was)}
	}
	return s
}

func (m arrived) sources(list []promotion.SourceMap) Step {
	var changes, there []Value
	for _, c := range list {
		pick := map[string]Value{"datasourceType": Text(c.Type)}
		if from := c.From(); len(from) > 0 {
			pick["connectionDetails"] = Object(texts(from))
		}
		changes = append(changes, Object(map[string]Value{"connectionDetails": Object(texts(c.To())), "datasourceSelector": Object(pick)}))
		there = append(there, Object(texts(c.To())))
	}
	return Step{Says: "Point " + counted(len(list), "data source", "data sources") + " of the model " + m.name + " on " + m.to.name + " elsewhere",
		Call:  m.call("Datasets_UpdateDatasourcesInGroup", "POST", "Default.UpdateDatasources", map[string]Value{"updateDetails": List(changes...)}),
		Look:  m.look(LookSources, map[string]Value{"sources": List(there...)}),
		Final: "The connection that the deployment brought is not kept anywhere else."}
}

func texts(in map[string]string) map[string]Value {
	out := make(map[string]Value, len(in))
	for k, v := range in {
		out[k] = Text(v)
	}
	return out
}

func textList(in []string) Value {
	out := make([]Value, len(in))
	for i, s := range in {
		out[i] = Text(s)
	}
	return List(out...)
}

func (m arrived) schedule(s promotion.Schedule) Step {
	call, look := m.setSchedule(&tenant.RefreshSchedule{Enabled: true, Days: s.DayNames(), Times: s.TimesOfDay(), TimeZone: s.Zone})
	return Step{Says: "Set the refresh schedule of the model " + m.name + " on " + m.to.name, Call: call, Look: look,
		Final: "The schedule there was is not set again by itself: ask for it with another mapping."}
}

// expectRoles gives the roles that a mapping expects on a workspace and that
// are missing. A higher role is left as it is.
func (b *builder) expectRoles(field string, t target, roles []promotion.RoleMap, needs []string) {
	t.needs = needs
	for _, r := range roles {
		who, ok := b.somebody(field, ID(r.Who))
		if !ok {
			continue
		}
		has := ""
		if t.space != nil {
			has = roleOf(*t.space, NewID(who.ID))
		}
		switch {
		case rank(has) >= rank(r.Right):
		case has == "":
			b.addRole(t, who, r.Right)
		default:
			b.changeRole(t, who, has, r.Right)
		}
	}
}

// refresh loads a model and waits for the end.
func (b *builder) refresh(m arrived, needs []string) string {
	return b.add(Step{Says: "Refresh the model " + m.name + " on " + m.to.name + " and wait for it", Lock: m.to.lock, Needs: needs,
		Call:  m.call("Datasets_RefreshDatasetInGroup", "POST", "refreshes", map[string]Value{"notifyOption": Text("NoNotification")}),
		Look:  m.look(LookRefresh, nil),
		Wait:  WaitRefresh,
		Final: "Data that was loaded cannot be unloaded."})
}

// checkParameters reads the values again at the end.
func (b *builder) checkParameters(m arrived, list []promotion.ParameterMap, needs []string) {
	var want []Value
	for _, p := range list {
		want = append(want, Object(map[string]Value{"name": Text(p.Name), "newValue": Text(p.Value)}))
	}
	b.add(Step{Says: "Check that the model " + m.name + " on " + m.to.name + " has those parameters", Lock: m.to.lock, Needs: needs,
		Call: m.call("Datasets_GetParametersInGroup", "GET", "parameters", nil), Look: m.look(CheckParameters, map[string]Value{"values": List(want...)}), Final: onlyReads})
}

// fabricTypes are Fabric's words for the kinds of items that are promoted.
var fabricTypes = map[string]string{tenant.ItemDataset: "SemanticModel", tenant.ItemReport: "Report", tenant.ItemDashboard: "Dashboard",
	tenant.ItemDataflow: "Dataflow", tenant.ItemDatamart: "Datamart"}

// checkLabel reads which sensitivity labels what came carries: no application
// can set one (api guide, section 9).
func (b *builder) checkLabel(t target, label string, items []promotion.Item, needs []string) {
	if label == "" {
		return
	}
	var want []Value
	for _, it := range items {
		kind := fabricTypes[it.Kind]
		if it.Paginated {
			kind = "PaginatedReport"
		}
		want = append(want, Object(map[string]Value{"name": Text(it.Name), "type": Text(kind)}))
	}
	b.add(Step{Says: "Check that " + counted(len(items), "item carries", "items carry") + " the sensitivity label on " + t.name, Lock: t.lock, Needs: needs,
		Call: Call{API: Fabric, Operation: "Items_ListItems", Method: "GET", Path: "workspaces/{workspace}/items", Args: map[string]Value{"workspace": t.id}},
		Look: Look{Kind: CheckLabel, Args: map[string]Value{"workspace": t.id, "label": IDText(ID(label)), "items": List(want...)}}, Final: onlyReads})
}

// checkQuery asks a model something that it must answer.
func (b *builder) checkQuery(m arrived, q promotion.SmokeMap, needs []string) {
	body := map[string]Value{"queries": List(Object(map[string]Value{"query": Text(q.Query)})), "serializerSettings": Object(map[string]Value{"includeNulls": Truth(true)})}
	b.add(Step{Says: "Ask the model " + m.name + " on " + m.to.name + " a question that it must answer", Lock: m.to.lock, Needs: needs,
		Call: m.call("Datasets_ExecuteQueriesInGroup", "POST", "executeQueries", body),
		Look: m.look(CheckQuery, map[string]Value{"query": Text(q.Query), "expect": Text(q.Expect)}), Final: onlyReads})
}

// onlyReads is what a check says of undoing.
const onlyReads = "It only reads: there is nothing to take back."

// isModel reports whether an item is a semantic model.
func isModel(it promotion.Item) bool { return it.Kind == tenant.ItemDataset }
