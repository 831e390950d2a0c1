package promotion

import (
	"reflect"
	"testing"
)

const gate = "0000aaaa-0000-0000-0000-000000000001"

func grounds() Grounds {
	return Grounds{
		Models: []GroundModel{{Name: "Sales", Names: []string{"Server", "Database"}, Known: true},
			{Name: "Stock", Names: []string{"Server"}, Known: true}, {Name: "Old", Known: false}},
		Gateways: map[string]bool{gate: true}, Labels: map[string]bool{"l1": true},
	}
}

// Each refusal stands at the field that has to be mended.
func TestAMappingIsRefusedAtItsFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m     Mapping
		field string
	}{
		"parameter gone":          {Mapping{Parameters: []ParameterMap{{"Sales", "Region", "EU"}}}, "parameters[0].name"},
		"parameter in other case": {Mapping{Parameters: []ParameterMap{{"Sales", "server", "x"}}}, "parameters[0].name"},
		"no such model":           {Mapping{Parameters: []ParameterMap{{"Sale", "Server", "x"}}}, "parameters[0].model"},
		"parameter twice":         {Mapping{Parameters: []ParameterMap{{"Sales", "Server", "x"}, {"Sales", "Server", "y"}}}, "parameters[1].name"},
		"a password":              {Mapping{Parameters: []ParameterMap{{"Sales", "Server", "x;password=1"}}}, "parameters[0].value"},
		"unknown gateway":         {Mapping{TakeOver: true, Gateways: []GatewayMap{{"", "0000aaaa-0000-0000-0000-000000000002"}}}, "gateways[0].gateway"},
		"gateway, not owned":      {Mapping{Gateways: []GatewayMap{{"", gate}}}, "take_over"},
		"gateway twice":           {Mapping{TakeOver: true, Gateways: []GatewayMap{{"", gate}, {"", gate}}}, "gateways[1].model"},
		"source without a kind":   {Mapping{Sources: []SourceMap{{Server: "x"}}}, "sources[0].type"},
		"source to nowhere":       {Mapping{Sources: []SourceMap{{Type: "Sql", FromServer: "x"}}}, "sources[0].server"},
		"address to nowhere":      {Mapping{Sources: []SourceMap{{Type: "OData", FromURL: "x"}}}, "sources[0].url"},
		"no day":                  {Mapping{TakeOver: true, Schedule: Schedule{Days: "Someday", Times: "06:00"}}, "schedule.days"},
		"quarter hours":           {Mapping{TakeOver: true, Schedule: Schedule{Days: "daily", Times: "06:15"}}, "schedule.times"},
		"no right":                {Mapping{Roles: []RoleMap{{"someone", "Owner"}}}, "roles[0].right"},
		"app without a pipeline":  {Mapping{UpdateApp: true}, "update_app"},
		"no DAX":                  {Mapping{Smoke: []SmokeMap{{"Sales", "SELECT 1", ""}}}, "smoke[0].query"},
		"nobody is asked":         {Mapping{Smoke: []SmokeMap{{"", "EVALUATE {1}", ""}}}, "smoke[0].model"},
		"label nobody has":        {Mapping{Label: "l2"}, "label"},
		"parameter of no model":   {Mapping{Parameters: []ParameterMap{{"", "Database", "x"}}}, ""}, // Sales has it
		"not known":               {Mapping{Parameters: []ParameterMap{{"Old", "Region", "x"}}}, ""},
		"empty rows":              {Mapping{Parameters: make([]ParameterMap, 2), Sources: make([]SourceMap, 2), Smoke: make([]SmokeMap, 1)}, ""},
		"all of it": {Mapping{TakeOver: true, Refresh: true, Parameters: []ParameterMap{{"", "Server", "prod"}}, Gateways: []GatewayMap{{"", gate}},
			Schedule: Schedule{Days: "Monday, thursday", Times: "06:00,12:30"}, Label: "L1", Smoke: []SmokeMap{{"Sales", "EVALUATE ROW(\"a\", 1)", "1"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if problems := append(c.m.Validate(false), c.m.Check(grounds())...); len(problems) > 0 {
				got = problems[0].Field
			}
			if got != c.field {
				t.Errorf("refused at %q, want %q", got, c.field)
			}
		})
	}
}

// A parameter that only the unread model could have is not refused: nobody
// knows.
func TestWhatIsNotKnownIsNotRefused(t *testing.T) {
	t.Parallel()
	m := Mapping{Parameters: []ParameterMap{{"", "Region", "EU"}}}
	if p := m.Check(grounds()); len(p) != 0 {
		t.Errorf("refused: %v", p)
	}
	g := grounds()
	g.Models = g.Models[:2]
	if p := m.Check(g); len(p) != 1 {
		t.Errorf("with every model read, there are %d problems", len(p))
	}
}

// Order and empty rows do not make another version; a value does.
func TestTheHashIsOfTheMeaning(t *testing.T) {
	t.Parallel()
	a := Mapping{Parameters: []ParameterMap{{"", "A", "1"}, {"", "B", "2"}}, Roles: []RoleMap{{"X", "Viewer"}}}
	b := Mapping{Parameters: []ParameterMap{{}, {"", "B", "2"}, {" ", "A", "1"}}, Roles: []RoleMap{{"x", "Viewer"}}}
	if a.Hash() != b.Hash() {
		t.Errorf("hashes differ:\n%s\n%s", a.Canonical(), b.Canonical())
	}
	if len(a.Hash()) != 64 {
		t.Errorf("the hash is %q", a.Hash())
	}
	back, err := ParseMapping(a.Canonical())
	if err != nil || back.Hash() != a.Hash() {
		t.Errorf("read back: %v, %s", err, back.Hash())
	}
	b.Parameters[1].Value = "3"
	if a.Hash() == b.Hash() {
		t.Error("another value has the same hash")
	}
}

func TestWorkOfAModel(t *testing.T) {
	t.Parallel()
	m := Mapping{
		TakeOver: true, Refresh: true,
		Parameters: []ParameterMap{{"", "Server", "all"}, {"Sales", "Server", "own"}, {"", "Region", "EU"}, {"Stock", "Server", "other"}},
		Sources:    []SourceMap{{Type: "Sql", Server: "all"}, {Model: "Sales", Type: "Sql", Server: "own"}},
		Gateways:   []GatewayMap{{"", "g1"}, {"Sales", "g2"}},
		Smoke:      []SmokeMap{{"Sales", "EVALUATE {1}", ""}, {"Stock", "EVALUATE {2}", ""}},
	}
	has := func(p string) bool { return p == "Server" }
	got := m.For("Sales", has)
	want := ModelWork{TakeOver: true, Refresh: true, Gateway: "g2",
		Parameters: []ParameterMap{{"Sales", "Server", "own"}},
		Sources:    []SourceMap{{Model: "Sales", Type: "Sql", Server: "own"}},
		Smoke:      []SmokeMap{{"Sales", "EVALUATE {1}", ""}}}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if w := (Mapping{TakeOver: true, Refresh: true}).For("Sales", has); w.TakeOver {
		t.Error("a model is taken over, and its credentials lost, for nothing")
	}
}

func TestDifferencesOfVersions(t *testing.T) {
	t.Parallel()
	before := Mapping{Parameters: []ParameterMap{{"", "A", "1"}, {"", "B", "2"}}, Refresh: true}
	after := Mapping{Parameters: []ParameterMap{{"", "A", "9"}, {"", "C", "3"}}, Refresh: true, Gateways: []GatewayMap{{"", "g"}}}
	want := []Change{{"Parameter", "A, every model", "1", "9"}, {"Parameter", "C, every model", "", "3"},
		{"Gateway", "Gateway, every model", "", "g"}, {"Parameter", "B, every model", "2", ""}}
	if got := Differences(before, after); !reflect.DeepEqual(want, got) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if !(Mapping{}).Empty() || before.Empty() {
		t.Error("what asks for nothing is empty, and nothing else")
	}
}
