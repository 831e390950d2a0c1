package acts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// Parameter is a query parameter of a model.
type Parameter struct {
	Name, Type, Value string
	Required          bool
}

// mostParameters is how many parameters one request can change.
const mostParameters = 100

var parameterText = regexp.MustCompile(`(?s)^\s*(.*?)\s+meta\s+\[(.*IsParameterQuery\s*=\s*true.*)\]\s*$`)

var (
	metaType     = regexp.MustCompile(`Type\s*=\s*"([^"]*)"`)
	metaRequired = regexp.MustCompile(`IsParameterQueryRequired\s*=\s*true`)
)

// parameter reads a parameter out of a shared query; false when it is none.
func parameter(e world.Expression) (Parameter, bool) {
	m := parameterText.FindStringSubmatch(e.Expression)
	if m == nil {
		return Parameter{}, false
	}
	p := Parameter{Name: e.Name, Type: "Any", Value: m[1], Required: metaRequired.MatchString(m[2])}
	if kind := metaType.FindStringSubmatch(m[2]); kind != nil {
		p.Type = kind[1]
	}
	if text := p.Value; len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		p.Value = strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	return p, true
}

// Parameters are the query parameters of a model in which the actor may look.
func (b *Book) Parameters(a Actor, workspace, model string, t time.Time) ([]Parameter, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, it, err := b.item(a, workspace, model, world.RightViewer, t, isModel)
	if err != nil {
		return nil, err
	}
	return parametersOf(it), nil
}

func parametersOf(it *world.Item) []Parameter {
	out := []Parameter{}
	if it.Model.Schema == nil {
		return out
	}
	for _, e := range it.Model.Schema.Expressions {
		if p, ok := parameter(e); ok {
			out = append(out, p)
		}
	}
	return out
}

// NewValue is a value for a parameter.
type NewValue struct {
	Name  string `json:"name"`
	Value string `json:"newValue"`
}

// UpdateParameters changes parameters of a model that the actor owns: all or
// none. A new Server or Database moves the model's first SQL source along.
func (b *Book) UpdateParameters(a Actor, workspace, model string, list []NewValue, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.owned(a, workspace, model, t)
	if err != nil {
		return err
	}
	if len(list) == 0 || len(list) > mostParameters {
		return invalid("updateDetails must name between 1 and 100 parameters.")
	}
	if err := checkValues(it, list); err != nil {
		return err
	}
	_, err = b.edited(a, ws, it.ID, "UpdateDatasetParameters", t, func(_ *world.Workspace, x *world.Item) {
		m, schema := *x.Model, *x.Model.Schema
		schema.Expressions = slices.Clone(schema.Expressions)
		for i, e := range schema.Expressions {
			for _, v := range list {
				if e.Name == v.Name {
					schema.Expressions[i].Expression = withValue(e, v.Value)
				}
			}
		}
		m.Schema = &schema
		b.moveSource(&m, list, t)
		x.Model = &m
	})
	return err
}

// owned is a model that the actor owns. Who does not own it must take it over
// first.
func (b *Book) owned(a Actor, workspace, model string, t time.Time) (*world.Workspace, *world.Item, error) {
	ws, it, err := b.item(a, workspace, model, world.RightContributor, t, isModel)
	if err != nil {
		return nil, nil, err
	}
	if it.Configured == nil || it.Configured.ID != a.ObjectID {
		return nil, nil, refuse(403, "PowerBINotAuthorizedException", "Only the owner of the dataset can do this. Take it over first.")
	}
	return ws, it, nil
}

func checkValues(it *world.Item, list []NewValue) error {
	have := map[string]Parameter{}
	for _, p := range parametersOf(it) {
		have[p.Name] = p
	}
	seen := map[string]bool{}
	var missing []string
	for i, v := range list {
		p, ok := have[v.Name]
		switch {
		case seen[v.Name]:
			return invalid("The parameter '" + clip(v.Name) + "' is named twice.")
		case !ok:
			missing = append(missing, strconv.Itoa(i+1))
		case p.Type == "Any" || p.Type == "Binary":
			return invalid("A parameter of type " + p.Type + " cannot be changed.")
		case !fits(p.Type, v.Value):
			return invalid("The value of the parameter '" + clip(v.Name) + "' is not of type " + p.Type + ".")
		}
		seen[v.Name] = true
	}
	if missing != nil {
		return refuse(404, "ItemNotFound", fmt.Sprintf("Dataset parameters at positions %s cannot be found in dataset", strings.Join(missing, ", ")))
	}
	return nil
}

// fits reports whether a text can be a value of a parameter's type.
func fits(kind, text string) bool {
	var err error
	switch kind {
	case "Number":
		_, err = strconv.ParseFloat(text, 64)
	case "Logical":
		return text == "true" || text == "false"
	case "Date":
		_, err = time.Parse("2006-01-02", text)
	case "DateTime":
		_, err = time.Parse("2006-01-02T15:04:05", text)
	}
	return err == nil
}

func withValue(e world.Expression, value string) string {
	p, _ := parameter(e)
	if p.Type == "Text" || p.Type == "" {
		value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	_, meta, _ := strings.Cut(e.Expression, " meta ")
	return value + " meta " + meta
}

// moveSource points the first SQL source of a model where the parameters Server
// and Database now say.
func (b *Book) moveSource(m *world.Model, list []NewValue, t time.Time) {
	for i, id := range m.Datasources {
		d, ok := b.world.Datasource(id, t)
		if !ok || d.Type != "Sql" && d.Type != "AzureSqlDatabase" {
			continue
		}
		changed := false
		d.Connection = maps.Clone(d.Connection)
		for _, v := range list {
			if key := strings.ToLower(v.Name); key == "server" || key == "database" {
				d.Connection[key], changed = v.Value, true
			}
		}
		if changed {
			m.Datasources = slices.Clone(m.Datasources)
			m.Datasources[i] = b.world.MakeDatasource(d).ID
		}
		return
	}
}

// NewSource is a change of where a model gets its data.
type NewSource struct {
	// Selector names the source by type and connection; an empty type means the
	// only one.
	SelectorType string
	Selector     map[string]string
	Connection   map[string]string
}

// movable are the types of sources that UpdateDatasources can change.
var movable = []string{"Sql", "AzureSqlDatabase", "AnalysisServices", "OData", "SharePointList", "SharePoint", "Teradata", "SapHana", "Web"}

// UpdateDatasources points sources of a model that the actor owns elsewhere: all
// or none. The type of a source cannot change.
func (b *Book) UpdateDatasources(a Actor, workspace, model string, list []NewSource, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.owned(a, workspace, model, t)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return invalid("updateDetails must name at least one datasource.")
	}
	if len(parametersOf(it)) > 0 {
		return invalid("The datasources of this dataset depend on parameters. Use Update Parameters.")
	}
	ids := slices.Clone(it.Model.Datasources)
	for _, n := range list {
		i := b.sourceAt(ids, n, t)
		if i < 0 {
			return refuse(404, "ItemNotFound", "The datasource of the selector is not in the dataset.")
		}
		d, _ := b.world.Datasource(ids[i], t)
		if !slices.Contains(movable, d.Type) {
			return invalid("Datasources of type " + d.Type + " cannot be updated.")
		}
		d.Connection = maps.Clone(n.Connection)
		ids[i] = b.world.MakeDatasource(d).ID
	}
	_, err = b.edited(a, ws, it.ID, "UpdateDatasources", t, func(_ *world.Workspace, x *world.Item) {
		m := *x.Model
		m.Datasources = ids
		x.Model = &m
	})
	return err
}

func (b *Book) sourceAt(ids []string, n NewSource, t time.Time) int {
	return slices.IndexFunc(ids, func(id string) bool {
		d, ok := b.world.Datasource(id, t)
		if !ok || n.SelectorType != "" && !strings.EqualFold(d.Type, n.SelectorType) {
			return false
		}
		for k, v := range n.Selector {
			if !strings.EqualFold(d.Connection[k], v) {
				return false
			}
		}
		return true
	})
}
