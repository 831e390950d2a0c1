package request_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"steward/internal/request"
)

// TestEveryFieldCounts changes each field of a plan in turn: the hash must
// change, or two different plans could share an approval.
func TestEveryFieldCounts(t *testing.T) {
	t.Parallel()
	var tried int
	for _, c := range plans(t) {
		p, _ := request.Build(c.params, town(), asked)
		was, err := p.Hash()
		if err != nil {
			t.Fatal(err)
		}
		body, err := p.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		mutate(body, func(changed []byte) {
			tried++
			q, err := request.ParsePlan(changed)
			if err != nil {
				return // not a plan any more: refused as well
			}
			if now, err := q.Hash(); err == nil && now == was {
				t.Fatalf("%s: a changed plan keeps its hash: %s", c.name, changed)
			}
		})
	}
	if tried < 1000 {
		t.Errorf("%d changes tried", tried)
	}
}

// mutate calls fn with the bytes after each value of the JSON was changed.
func mutate(body []byte, fn func([]byte)) {
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case b == '"' && i > 0 && body[i-1] == ':': // a text begins
			fn(bytes.Join([][]byte{body[:i+1], []byte("x"), body[i+1:]}, nil))
		case b >= '0' && b <= '9' && body[i-1] == ':':
			changed := bytes.Clone(body)
			changed[i] = '1' + (b-'0'+1)%9
			fn(changed)
		case b == '[' && body[i+1] == ']':
			fn(bytes.Join([][]byte{body[:i+1], []byte(`"x"`), body[i+1:]}, nil))
		}
	}
}

func TestCanonicalForm(t *testing.T) {
	t.Parallel()
	plan := func(edit func(*request.Plan)) string {
		p := request.Plan{Version: request.PlanVersion, Title: "Café", TenantID: "abc", Risk: request.RiskNormal}
		edit(&p)
		h, err := p.Hash()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	base := plan(func(*request.Plan) {})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name string
		same bool
		edit func(*request.Plan)
	}{
		{"the same letters composed otherwise", true, func(p *request.Plan) { p.Title = "Cafe\u0301" }},
		{"an id in capitals", true, func(p *request.Plan) { p.TenantID = "ABC" }},
		{"an empty list and none", true, func(p *request.Plan) { p.Steps = []request.Step{} }},
		{"another letter", false, func(p *request.Plan) { p.Title = "Cafe" }},
		{"a title in capitals", false, func(p *request.Plan) { p.Title = "CAFÉ" }},
		{"another revision", false, func(p *request.Plan) { p.Revision = 1 }},
		{"a start", false, func(p *request.Plan) { p.NotBefore = &at }},
		{"a number for a text", false, func(p *request.Plan) {
			p.Steps = []request.Step{{Call: request.Call{Body: map[string]request.Value{"a": request.Number(1)}}}}
		}},
	} {
		if got := plan(c.edit) == base; got != c.same {
			t.Errorf("%s: same hash %v, want %v", c.name, got, c.same)
		}
	}
	values := []request.Value{request.Text("1"), request.Number(1), request.Truth(true), request.Text("true"), {}, request.Text(""), request.List(),
		request.Object(map[string]request.Value{}), request.From("s1", "id"), request.Text(`{"$step":"s1","result":"id"}`), request.List(request.Text("1"))}
	seen := map[string]int{}
	for i, v := range values {
		h := plan(func(p *request.Plan) {
			p.Steps = []request.Step{{Call: request.Call{Args: map[string]request.Value{"a": v}}}}
		})
		if j, ok := seen[h]; ok {
			t.Errorf("values %d and %d have one hash", i, j)
		}
		seen[h] = i
	}
}

func TestOnlyCanonicalBytesAreRead(t *testing.T) {
	t.Parallel()
	p, _ := request.Build(&request.WorkspaceCreateParams{Name: "FIN-New-DEV"}, town(), asked)
	body, err := p.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for name, other := range map[string]string{
		"a blank":             strings.Replace(text, `:`, `: `, 1),
		"a field twice":       strings.Replace(text, `{`, `{"title":"other",`, 1),
		"an unknown field":    strings.Replace(text, `{`, `{"aaa":1,`, 1),
		"a float":             strings.Replace(text, `"revision":1`, `"revision":1.0`, 1),
		"a field left out":    strings.Replace(text, `"revision":1,`, ``, 1),
		"an escape":           strings.Replace(text, `FIN-New`, `FI\u004e-New`, 1),
		"another version":     strings.Replace(text, request.PlanVersion, "steward-plan/2", 1),
		"something behind it": text + " ",
		"an id in capitals":   strings.Replace(text, `"tenant_id":"11111111-1111-1111-1111-111111111111"`, `"tenant_id":"1111111A-1111-1111-1111-111111111111"`, 1),
		"nothing":             "",
	} {
		if _, err := request.ParsePlan([]byte(other)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	bad := request.Plan{Version: request.PlanVersion, Title: "\xff"}
	if _, err := bad.Canonical(); err == nil {
		t.Error("bytes that are no text were written")
	}
}

func value(depth int) *rapid.Generator[request.Value] {
	return rapid.Custom(func(t *rapid.T) request.Value {
		kinds := 4
		if depth > 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return request.Text(rapid.String().Draw(t, "text"))
		case 1:
			return request.Number(rapid.Int64().Draw(t, "number"))
		case 2:
			return request.Truth(rapid.Bool().Draw(t, "truth"))
		case 3:
			return request.From(rapid.String().Draw(t, "step"), rapid.String().Draw(t, "result"))
		case 4:
			return request.List(rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")...)
		}
		return request.Object(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), value(depth-1), 0, 3).Draw(t, "fields"))
	})
}

// TestCanonRoundTrip checks on random plans that reading what was written
// gives the same plan and the same bytes.
func TestCanonRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := request.Plan{Version: request.PlanVersion, Title: rapid.String().Draw(t, "title"), Reason: rapid.String().Draw(t, "reason"), Revision: rapid.Int64().Draw(t, "revision"),
			Steps: []request.Step{{ID: "s1", Call: request.Call{Args: rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), value(2), 0, 3).Draw(t, "args")}}}}
		body, err := p.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		q, err := request.ParsePlan(body)
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		again, err := q.Canonical()
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("other bytes:\n%s\n%s", body, again)
		}
		var plain map[string]any
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParsePlan(f *testing.F) {
	for _, c := range plans(f) {
		p, _ := request.Build(c.params, town(), asked)
		body, err := p.Canonical()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := request.ParsePlan(body)
		if err != nil {
			return
		}
		again, err := p.Canonical()
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("read, but written otherwise: %s", body)
		}
		q, err := request.ParsePlan(again)
		if err != nil || !reflect.DeepEqual(p, q) {
			t.Errorf("two readings differ: %v", err)
		}
	})
}
