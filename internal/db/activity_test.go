package db_test

import (
	"fmt"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/tenant"
)

// events makes n events of one hour, as sent with the given word in each.
func events(n int, word string) []tenant.Event {
	list := make([]tenant.Event, n)
	for i := range list {
		at := time.Date(2026, 3, 9, 10, i%60, i%7, 0, time.UTC)
		list[i] = tenant.Event{ID: fmt.Sprintf("event-%d", i), At: at, Activity: "ViewReport", Actor: "ann@contoso.com", Succeeded: true,
			WorkspaceID: fmt.Sprintf("ws-%d", i%5), ItemID: fmt.Sprintf("item-%d", i%40), ItemKind: tenant.ItemReport, ItemName: word,
			Raw: fmt.Appendf(nil, `{"Id":"event-%d", "Activity":"ViewReport","Said":["%s",{"of":%d}]}`, i, word, i)}
	}
	return list
}

func (b *bench) count(tb testing.TB, table string) (n int) {
	tb.Helper()
	if err := b.db.Reader().QueryRow(tb.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		tb.Fatal(err)
	}
	return n
}

// The log is read again and again, because events come late: an event is one
// event however often it comes, with what was said of it last, and as sent.
func TestAnEventReadTwiceIsOneEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const n = 1203 // some packs, the last not full
	read := func(list []tenant.Event) {
		t.Helper()
		b.scan(t, func(in *db.Ingest) error { return in.Activity(t.Context(), list) })
	}
	raw := func(i int) string {
		t.Helper()
		got, err := b.db.Reader().RawEvent(t.Context(), b.tenant, fmt.Sprintf("event-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	first := events(n, "first")
	read(first)
	blocks := b.count(t, "activity_block")
	for i := range n {
		if raw(i) != string(first[i].Raw) {
			t.Fatalf("event %d is kept as %s", i, raw(i))
		}
	}
	read(first)
	if got := b.count(t, "activity"); got != n {
		t.Fatalf("%d events are stored, want %d", got, n)
	}
	if got := b.count(t, "activity_block"); got != blocks {
		t.Errorf("reading the same again made %d packs of %d", got, blocks)
	}
	later := events(n, "later")
	read(append(append([]tenant.Event{}, first...), later[7]))
	if got := raw(7); got != string(later[7].Raw) {
		t.Errorf("event 7 is kept as %s, want what was said last", got)
	}
	read([]tenant.Event{first[9], later[9]})
	if got := raw(9); got != string(later[9].Raw) {
		t.Errorf("event 9 is kept as %s, want what was said last", got)
	}
	moved := later[11]
	moved.At = moved.At.Add(36 * time.Hour) // no longer where it was looked for
	read([]tenant.Event{moved})
	if got := raw(11); got != string(moved.Raw) || b.count(t, "activity") != n {
		t.Errorf("event 11 is kept as %s, and there are %d events", got, b.count(t, "activity"))
	}
	if _, err := b.db.Reader().RawEvent(t.Context(), b.tenant, "none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown event gives %v", err)
	}
}
