package ledger

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 9, 25, 12, 0, 0, 123e6, time.UTC)

func full() Entry {
	return Entry{
		Time: noon, Action: RequestDecide, Outcome: Done,
		Actor:    Actor{Kind: Person, Tenant: "t-1", ID: "o-1", Name: "Ana <b>"},
		OnBehalf: Actor{Kind: Person, Tenant: "t-1", ID: "o-2", Name: "Bo"},
		IP:       "192.0.2.1", Session: strings.Repeat("ab", 32), Request: "r-1",
		Object: Object{Kind: "request", ID: "7", Name: "Finance \u202e evil", Tenant: "contoso"},
		Before: strings.Repeat("0", 64), After: strings.Repeat("f", 64),
		Reason: "looks right", Details: map[Detail]string{Decision: "approve", Plan: strings.Repeat("1", 64)},
	}
}

// Every string in an Entry must be in the allow-list: the test writes a mark
// into each by reflection and looks for it in the canonical form.
func TestEveryFieldHasAClass(t *testing.T) {
	t.Parallel()
	marks := 0
	var walk func(v reflect.Value, path string, visit func(reflect.Value, string))
	walk = func(v reflect.Value, path string, visit func(reflect.Value, string)) {
		switch {
		case v.Type() == reflect.TypeFor[time.Time]() || v.Kind() == reflect.Map:
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
			}
		case v.Kind() == reflect.String:
			visit(v, path)
		default:
			t.Errorf("%s is of kind %s: the canonical form holds texts only", path, v.Kind())
		}
	}
	e := full()
	walk(reflect.ValueOf(&e).Elem(), "Entry", func(v reflect.Value, path string) {
		old := v.String()
		mark := strings.Repeat("e", 64) // a digest, so that every class takes it
		v.SetString(mark)
		found := 0
		for _, f := range fields {
			if *f.at(&e) == mark {
				found++
				if ClassOf(f.key) == "" {
					t.Errorf("%s (%s) has no class", path, f.key)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s is in %d fields of the allow-list, want 1: give it a key and a class", path, found)
		}
		v.SetString(old)
		marks++
	})
	if want := len(fields) - 1; marks != want {
		t.Errorf("an Entry has %d texts, the allow-list %d", marks, want)
	}
	for i := 1; i < len(fields); i++ {
		if fields[i-1].key >= fields[i].key {
			t.Errorf("fields are not sorted at %s", fields[i].key)
		}
	}
}

func TestEveryActionHasAText(t *testing.T) {
	t.Parallel()
	if len(ActionText) < 40 {
		t.Fatalf("%d actions", len(ActionText))
	}
	for a, text := range ActionText {
		if text == "" || !strings.Contains(string(a), ".") && a != Export {
			t.Errorf("action %q: %q", a, text)
		}
	}
}

func TestCanonicalGolden(t *testing.T) {
	t.Parallel()
	got, err := Canonical(Entry{Time: noon, Action: Export, Outcome: Refused, Actor: Actor{Kind: Nobody}, Details: map[Detail]string{Report: "access", Format: "csv"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"action":"export","actor_id":"","actor_kind":"nobody","actor_name":"","actor_tenant":"","after":"","before":"",` +
		`"details":{"format":"csv","report":"access"},"for_id":"","for_kind":"","for_name":"","for_tenant":"","ip":"",` +
		`"object_id":"","object_kind":"","object_name":"","object_tenant":"","outcome":"refused","reason":"","request":"","session":"",` +
		`"time":"2026-09-25T12:00:00.123Z","v":1}`
	if string(got) != want {
		t.Errorf("canonical form changed; entries written before would no longer verify\n got %s\nwant %s", got, want)
	}
	if h := link(Genesis("db"), 1, got).String(); h != "5d06400e05d098b623a3036f88fe0516f768b3489315dd96fb0660cfd5ed971a" {
		t.Errorf("hash = %s", h)
	}
}

func TestCanonicalRoundTrip(t *testing.T) {
	t.Parallel()
	body, err := Canonical(full())
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(body) {
		t.Fatalf("not JSON: %s", body)
	}
	got, err := Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, full()) {
		t.Errorf("round trip\n got %+v\nwant %+v", got, full())
	}
}

func TestCanonicalNormalises(t *testing.T) {
	t.Parallel()
	a, b := full(), full()
	a.Object.Name, b.Object.Name = "Zürich", "Zu\u0308rich"
	ca, _ := Canonical(a)
	cb, _ := Canonical(b)
	if string(ca) != string(cb) {
		t.Error("one name in two Unicode forms gives two canonical forms")
	}
	a.Reason = "bad \xff bytes " + strings.Repeat("ü", 5000)
	body, err := Canonical(a)
	if err != nil || !json.Valid(body) || len(body) > 4000 {
		t.Errorf("a long broken text gives %d bytes, valid %v, %v", len(body), json.Valid(body), err)
	}
	a.Time = noon.In(time.FixedZone("x", 3600))
	if body, _ := Canonical(a); !strings.Contains(string(body), "2026-09-25T12:00:00.123Z") {
		t.Error("time is not in UTC")
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		spoil func(*Entry)
	}{
		{"unknown action", func(e *Entry) { e.Action = "request.aprove" }},
		{"no action", func(e *Entry) { e.Action = "" }},
		{"unknown outcome", func(e *Entry) { e.Outcome = "ok" }},
		{"no time", func(e *Entry) { e.Time = time.Time{} }},
		{"session id instead of its digest", func(e *Entry) { e.Session = "dGhlIGlkIGl0c2VsZg" }},
		{"state instead of its digest", func(e *Entry) { e.After = `{"a":1}` }},
		{"upper-case digest", func(e *Entry) { e.Before = strings.Repeat("F", 64) }},
		{"unknown detail", func(e *Entry) { e.Details["access_token"] = "x" }},
		{"detail that must be a digest", func(e *Entry) { e.Details[Plan] = "x" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := full()
			e.Details = map[Detail]string{Decision: "approve"}
			tc.spoil(&e)
			if body, err := Canonical(e); err == nil {
				t.Errorf("recorded as %s", body)
			}
		})
	}
}

func TestSameIsById(t *testing.T) {
	t.Parallel()
	ana := Actor{Tenant: "t", ID: "O-1", Name: "Ana"}
	for _, tc := range []struct {
		name string
		b    Actor
		want bool
	}{
		{"other spelling", Actor{Tenant: "T", ID: "o-1", Name: "Somebody"}, true},
		{"other id, same name", Actor{Tenant: "t", ID: "o-2", Name: "Ana"}, false},
		{"other directory", Actor{Tenant: "u", ID: "o-1"}, false},
		{"no id", Actor{Tenant: "t", Name: "Ana"}, false},
	} {
		if got := ana.Same(tc.b); got != tc.want {
			t.Errorf("%s: Same = %v", tc.name, got)
		}
	}
	if (Actor{}).Same(Actor{}) {
		t.Error("two actors without id are the same")
	}
}
