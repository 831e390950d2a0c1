package world

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// now is the moment most tests look at; moments are others, some far from the
// day these tests were written, because the demo runs on any day.
var (
	now     = time.Date(2026, 11, 21, 17, 0, 0, 0, time.UTC)
	moments = []time.Time{
		time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC), time.Date(2026, 7, 5, 23, 59, 59, 0, time.UTC), now,
		time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2029, 12, 31, 12, 30, 0, 0, time.UTC),
	}
)

// long reports whether the whole campaign was asked for, not a sample.
func long() bool { return os.Getenv("STEWARD_LONG") != "" }

func demo(seed uint64) *World { return New(Config{Seed: seed}) }

// find returns the first workspace at t for which keep is true.
func find(t *testing.T, w *World, at time.Time, keep func(*Workspace) bool) *Workspace {
	t.Helper()
	for ws := range w.All(at) {
		if keep(ws) {
			return ws
		}
	}
	t.Fatal("no such workspace")
	return nil
}

func named(name string) func(*Workspace) bool {
	return func(ws *Workspace) bool { return ws.Name == name }
}

// difference tells two values apart by the first line that differs in their
// JSON; "" = they are the same.
func difference(t *testing.T, a, b any) string {
	t.Helper()
	if reflect.DeepEqual(a, b) {
		return ""
	}
	text := func(v any) []string {
		raw, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(raw), "\n")
	}
	x, y := text(a), text(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			from := max(0, i-8)
			return strings.Join(x[from:i+1], "\n") + "\n--- instead of ---\n" + y[i]
		}
	}
	return "one is longer, or they differ in what JSON does not show"
}
