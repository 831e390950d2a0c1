package promotion

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Pair is a way content takes: from a stage of a pipeline to the next one, or
// from one workspace to another. Ids are lower-case.
type Pair struct {
	// Pipeline and Stage name the stage content comes from, counted from 0;
	// Pipeline is empty for a pair of workspaces.
	Pipeline string `json:"pipeline"`
	Stage    int64  `json:"stage"`
	// Source and Target are the workspaces of a pair without a pipeline.
	Source string `json:"source"`
	Target string `json:"target"`
}

// Key is the pair in one text, by which its mapping set is found.
func (p Pair) Key() string {
	if p.Pipeline != "" {
		return "pipeline/" + strings.ToLower(p.Pipeline) + "/" + strconv.FormatInt(p.Stage, 10)
	}
	return "workspace/" + strings.ToLower(p.Source) + "/" + strings.ToLower(p.Target)
}

// Mapping is what a target needs after content came into it: one version of a
// mapping set, as it is asked for, agreed to, kept and carried out.
type Mapping struct {
	// Parameters get these values, Sources point elsewhere, Gateways are bound.
	// An empty model means every model of the target that has such a one.
	Parameters []ParameterMap `json:"parameters"`
	Sources    []SourceMap    `json:"sources"`
	Gateways   []GatewayMap   `json:"gateways"`
	// TakeOver makes the portal's application the owner of the models first,
	// which parameters, sources, gateways and schedules need (api guide,
	// section 7). Their stored credentials are lost by it.
	TakeOver bool `json:"take_over"`
	// Refresh loads the models afterwards and waits.
	Refresh  bool     `json:"refresh"`
	Schedule Schedule `json:"schedule"`
	// Roles are expected in the target's workspace; what is missing is given.
	Roles []RoleMap `json:"roles"`
	// Label is the id of the sensitivity label the content must carry. No
	// application can set one (api guide, section 9): it is checked.
	Label string `json:"label"`
	// UpdateApp publishes the target's app anew; pipelines only.
	UpdateApp bool `json:"update_app"`
	// Smoke are queries that must be answered at the end.
	Smoke []SmokeMap `json:"smoke"`
}

// ParameterMap gives a query parameter a value. Names are case-sensitive.
type ParameterMap struct {
	Model string `json:"model"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// SourceMap points a data source elsewhere: server and database, or an address
// for kinds that have one. The type cannot change.
type SourceMap struct {
	Model string `json:"model"`
	Type  string `json:"type"`
	// FromServer, FromDatabase and FromURL select the source; all empty means
	// the only one of its type.
	FromServer   string `json:"from_server"`
	FromDatabase string `json:"from_database"`
	FromURL      string `json:"from_url"`
	Server       string `json:"server"`
	Database     string `json:"database"`
	URL          string `json:"url"`
}

// From and To are the connection details under Microsoft's names.
func (s SourceMap) From() map[string]string {
	return connection(s.FromServer, s.FromDatabase, s.FromURL)
}

// To is where the source points afterwards.
func (s SourceMap) To() map[string]string { return connection(s.Server, s.Database, s.URL) }

func connection(server, database, url string) map[string]string {
	out := map[string]string{}
	for key, v := range map[string]string{"server": server, "database": database, "url": url} {
		if v != "" {
			out[key] = v
		}
	}
	return out
}

// GatewayMap binds models to an on-premises gateway.
type GatewayMap struct {
	Model   string `json:"model"`
	Gateway string `json:"gateway"`
}

// Schedule is when models load by themselves; empty days leave it as it is.
type Schedule struct {
	// Days are daily, weekdays, or names with commas: Monday, Thursday.
	Days string `json:"days"`
	// Times are full or half hours with commas between: 06:00, 12:30.
	Times string `json:"times"`
	// Zone is Microsoft's name of a time zone; empty is UTC.
	Zone string `json:"zone"`
}

// RoleMap is a role that somebody is expected to have.
type RoleMap struct {
	Who   string `json:"who"`
	Right string `json:"right"`
}

// SmokeMap is a DAX query whose answer shows that a model works.
type SmokeMap struct {
	Model string `json:"model"`
	Query string `json:"query"`
	// Expect is the first value of the first row; empty accepts any row.
	Expect string `json:"expect"`
}

// Tidy returns the mapping in its one form: empty entries left out, ids in
// lower case, lists in order.
func (m Mapping) Tidy() Mapping {
	m.Parameters = tidied(m.Parameters, func(p ParameterMap) (ParameterMap, bool) {
		p.Model, p.Name = strings.TrimSpace(p.Model), strings.TrimSpace(p.Name)
		return p, p != ParameterMap{}
	}, func(a, b ParameterMap) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Model, b.Model)) })
	m.Sources = tidied(m.Sources, func(s SourceMap) (SourceMap, bool) { return s, s != SourceMap{} },
		func(a, b SourceMap) int { return cmp.Compare(a.key(), b.key()) })
	m.Gateways = tidied(m.Gateways, func(g GatewayMap) (GatewayMap, bool) {
		g.Gateway = strings.ToLower(strings.TrimSpace(g.Gateway))
		return g, g != GatewayMap{}
	}, func(a, b GatewayMap) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Gateway, b.Gateway))
	})
	m.Roles = tidied(m.Roles, func(r RoleMap) (RoleMap, bool) {
		r.Who = strings.ToLower(strings.TrimSpace(r.Who))
		return r, r.Who != ""
	}, func(a, b RoleMap) int { return cmp.Or(cmp.Compare(a.Who, b.Who), cmp.Compare(a.Right, b.Right)) })
	m.Smoke = tidied(m.Smoke, func(s SmokeMap) (SmokeMap, bool) {
		s.Query = strings.TrimSpace(s.Query)
		return s, s != SmokeMap{}
	}, func(a, b SmokeMap) int { return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Query, b.Query)) })
	m.Label = strings.ToLower(strings.TrimSpace(m.Label))
	return m
}

func tidied[T any](in []T, keep func(T) (T, bool), order func(a, b T) int) []T {
	out := []T{}
	for _, v := range in {
		if v, ok := keep(v); ok {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, order)
	return out
}

func (s SourceMap) key() string {
	return strings.Join([]string{s.Model, s.Type, s.FromServer, s.FromDatabase, s.FromURL}, "\x00")
}

// Empty reports whether the mapping asks for nothing.
func (m Mapping) Empty() bool { return len(m.Lines()) == 0 }

// Canonical is the mapping as it is kept and hashed: tidied JSON.
func (m Mapping) Canonical() []byte {
	b, err := json.Marshal(m.Tidy())
	if err != nil {
		panic("promotion: a mapping of plain values cannot fail: " + err.Error())
	}
	return b
}

// Hash is the SHA-256 of Canonical, in hex.
func (m Mapping) Hash() string {
	sum := sha256.Sum256(m.Canonical())
	return hex.EncodeToString(sum[:])
}

// ParseMapping reads what Canonical wrote.
func ParseMapping(b []byte) (m Mapping, err error) { return m, json.Unmarshal(b, &m) }

// ModelWork is what one model of the target needs, in the order in which it is
// done: take over, parameters, sources, gateway, schedule, refresh, queries.
type ModelWork struct {
	TakeOver   bool
	Parameters []ParameterMap
	Sources    []SourceMap
	// Gateway is empty to leave the model as it is.
	Gateway string
	// Schedule has no days to leave it as it is.
	Schedule Schedule
	Refresh  bool
	Smoke    []SmokeMap
}

// Owned reports whether any of it can be done by the model's owner only.
func (w ModelWork) Owned() bool {
	return len(w.Parameters) > 0 || len(w.Sources) > 0 || w.Gateway != "" || w.Schedule.Days != ""
}

// For is what a model of this name needs. has says whether the model has a
// parameter; what is meant for every model is left out of those that lack it.
// What is meant for the model by name wins over what is meant for all.
func (m Mapping) For(model string, has func(parameter string) bool) ModelWork {
	w := ModelWork{TakeOver: m.TakeOver, Refresh: m.Refresh, Schedule: m.Schedule}
	m = m.Tidy() // those for all models come first
	at := map[string]int{}
	for _, p := range m.Parameters {
		if p.Model != model && (p.Model != "" || !has(p.Name)) {
			continue
		}
		if i, twice := at[p.Name]; twice {
			w.Parameters[i] = p
			continue
		}
		at[p.Name] = len(w.Parameters)
		w.Parameters = append(w.Parameters, p)
	}
	for _, s := range m.Sources {
		own := s
		own.Model = model
		if s.Model == model || s.Model == "" && !slices.ContainsFunc(m.Sources, func(o SourceMap) bool { return o.key() == own.key() }) {
			w.Sources = append(w.Sources, s)
		}
	}
	for _, g := range m.Gateways {
		if g.Model == "" || g.Model == model {
			w.Gateway = g.Gateway
		}
	}
	for _, s := range m.Smoke {
		if s.Model == model {
			w.Smoke = append(w.Smoke, s)
		}
	}
	w.TakeOver = w.TakeOver && w.Owned()
	return w
}
