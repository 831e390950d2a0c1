package acts

import (
	"maps"
	"slices"
	"time"

	"steward/internal/sim/world"
)

// mostSources is how many datasources of a gateway are told.
const mostSources = 500

// Gateways are those that the actor administers: the executor all but the last,
// which the tenant keeps for trying things out.
func (b *Book) Gateways(a Actor) []world.Gateway {
	if a.ObjectID != b.world.ExecutorApp().ID {
		return nil
	}
	all := b.world.Gateways()
	return all[:len(all)-1]
}

func (b *Book) gateway(a Actor, id string) (world.Gateway, error) {
	for _, g := range b.Gateways(a) {
		if sameID(g.ID, id) {
			return g, nil
		}
	}
	return world.Gateway{}, refuse(404, "DMTS_MonikerWithUnboundDataSources", "The gateway was not found, or the caller may not use it.")
}

// Gateway finds a gateway that the actor administers.
func (b *Book) Gateway(a Actor, id string) (world.Gateway, error) { return b.gateway(a, id) }

// GatewaySources are the datasources of a gateway that the actor administers.
func (b *Book) GatewaySources(a Actor, id string, t time.Time) ([]world.Datasource, error) {
	g, err := b.gateway(a, id)
	if err != nil {
		return nil, err
	}
	return b.world.GatewayDatasources(g.ID, t, mostSources), nil
}

// Sources are the datasources of a model in which the actor may look, with the
// gateway it is bound to.
func (b *Book) Sources(a Actor, workspace, model string, t time.Time) ([]world.Datasource, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, it, err := b.item(a, workspace, model, world.RightViewer, t, isModel)
	if err != nil {
		return nil, err
	}
	return b.sourcesOf(it, t), nil
}

func (b *Book) sourcesOf(it *world.Item, t time.Time) []world.Datasource {
	out := []world.Datasource{}
	for _, id := range slices.Concat(it.Model.Datasources, it.Model.Misconfigured) {
		if d, ok := b.world.Datasource(id, t); ok {
			if d.GatewayID != "" && it.Model.GatewayID != "" {
				d.GatewayID = it.Model.GatewayID
			}
			out = append(out, d)
		}
	}
	return out
}

// Bound are the datasources of the gateway that a model is bound to, as far as it
// uses them.
func (b *Book) Bound(a Actor, workspace, model string, t time.Time) ([]world.Datasource, error) {
	list, err := b.Sources(a, workspace, model, t)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(d world.Datasource) bool { return d.GatewayID == "" }), nil
}

// Discover are the gateways of the actor that have what a model needs.
func (b *Book) Discover(a Actor, workspace, model string, t time.Time) ([]world.Gateway, error) {
	list, err := b.Sources(a, workspace, model, t)
	if err != nil {
		return nil, err
	}
	out := []world.Gateway{}
	for _, g := range b.Gateways(a) {
		if b.serves(g.ID, list, t) {
			out = append(out, g)
		}
	}
	return out, nil
}

// serves reports whether a gateway has every on-premises source of a model.
func (b *Book) serves(gateway string, list []world.Datasource, t time.Time) bool {
	have := b.world.GatewayDatasources(gateway, t, mostSources)
	need := 0
	for _, d := range list {
		if d.GatewayID == "" || d.Misconfigured {
			continue
		}
		need++
		if !slices.ContainsFunc(have, func(x world.Datasource) bool { return x.Type == d.Type && maps.Equal(x.Connection, d.Connection) }) {
			return false
		}
	}
	return need > 0
}

// BindToGateway binds a model of the actor to a gateway, whose stored credentials
// it uses from then on. Without datasources named, the gateway must have those
// that the model needs, by type and connection.
func (b *Book) BindToGateway(a Actor, workspace, model, gateway string, sources []string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.owned(a, workspace, model, t)
	if err != nil {
		return err
	}
	g, err := b.gateway(a, gateway)
	if err != nil {
		return err
	}
	mine := b.sourcesOf(it, t)
	if sources == nil && !b.serves(g.ID, mine, t) {
		return invalid("The gateway has no datasources that match those of the dataset.")
	}
	for _, id := range sources {
		d, ok := b.world.Datasource(id, t)
		if !ok || !sameID(d.GatewayID, g.ID) || !slices.ContainsFunc(mine, func(x world.Datasource) bool { return x.Type == d.Type }) {
			return invalid("A datasource is not of the gateway, or of a type that the dataset does not use.")
		}
	}
	b.forgotten[it.ID] = false
	_, err = b.edited(a, ws, it.ID, "BindToGateway", t, func(_ *world.Workspace, x *world.Item) {
		m := *x.Model
		m.GatewayID, m.OnPremGateway = g.ID, true
		x.Model = &m
	})
	return err
}
