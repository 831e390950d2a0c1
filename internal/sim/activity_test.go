package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// events reads one window of the log to its end: rows, pages, empty pages.
func (b *bundle) events(query string) (all []map[string]any, pages, empty int, last map[string]any) {
	b.t.Helper()
	path := "/v1.0/myorg/admin/activityevents?" + query
	for pages < 200 {
		m := b.call("scanner", "GET", path, nil).ok()
		list := rows(m, "activityEventEntities")
		pages++
		if len(list) == 0 {
			empty++
		}
		all = append(all, list...)
		token, _ := m["continuationToken"].(string)
		if token == "" {
			return all, pages, empty, m
		}
		uri, _ := m["continuationUri"].(string)
		if !strings.Contains(uri, "continuationToken='"+token+"'") {
			b.t.Fatalf("the address %q does not hold the token %q", uri, token)
		}
		path = uri
	}
	b.t.Fatal("the log never ends")
	return
}

func day(t time.Time) string {
	d := t.Format("2006-01-02")
	return "startDateTime=%27" + d + "T00:00:00.000Z%27&endDateTime=%27" + d + "T23:59:59.999Z%27"
}

func TestActivityOfADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	oddLast := map[any]bool{}
	for back := 3; back < 5; back++ {
		d := start.AddDate(0, 0, -back)
		all, pages, empty, last := b.events(day(d))
		want := 0
		for h := range 24 {
			want += len(b.world.Activity(d.Truncate(24*time.Hour), h, start))
		}
		if len(all) != want || want == 0 || pages < 5 || empty == 0 {
			t.Errorf("%s: %d events on %d pages, %d of them empty; the log has %d", d.Format("2 Jan"), len(all), pages, empty, want)
		}
		if v, has := last["continuationUri"]; !has || v != nil {
			t.Errorf("the last page has continuationUri %v", v)
		}
		oddLast[last["lastResultSet"]] = true
		for _, e := range all {
			at, err := time.Parse("2006-01-02T15:04:05", fmt.Sprint(e["CreationTime"]))
			if err != nil || at.Day() != d.Day() || e["Activity"] != e["Operation"] {
				t.Errorf("event %v: %v", e["Id"], err)
			}
		}
	}
	if !oddLast[true] || !oddLast[false] {
		t.Errorf("lastResultSet on last pages is %v; it must not be trusted", oddLast)
	}
}

// TestActivityWindow: part of a day gives the events of that part.
func TestActivityWindow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := start.AddDate(0, 0, -3).Truncate(24 * time.Hour)
	from, to := d.Add(9*time.Hour+20*time.Minute), d.Add(11*time.Hour+40*time.Minute)
	want := 0
	for h := range 24 {
		for _, e := range b.world.Activity(d, h, start) {
			if !e.Created.Before(from) && !e.Created.After(to) {
				want++
			}
		}
	}
	got, _, _, _ := b.events("startDateTime='" + from.Format(time.RFC3339) + "'&endDateTime='" + to.Format(time.RFC3339) + "'")
	if len(got) != want || want == 0 {
		t.Errorf("%d events, want %d", len(got), want)
	}
}

func TestActivityFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := start.AddDate(0, 0, -3)
	all, _, _, _ := b.events(day(d))
	var who string
	views, mine := 0, 0
	for _, e := range all {
		if e["Activity"] == "ViewReport" {
			views++
			who = fmt.Sprint(e["UserId"])
		}
	}
	for _, e := range all {
		if e["Activity"] == "ViewReport" && strings.EqualFold(fmt.Sprint(e["UserId"]), who) {
			mine++
		}
	}
	for filter, want := range map[string]int{"Activity eq 'viewreport'": views, "Activity eq 'ViewReport' and UserId eq '" + strings.ToUpper(who) + "'": mine} {
		if got, _, _, _ := b.events(day(d) + "&$filter=" + url.QueryEscape(filter)); len(got) != want || want == 0 {
			t.Errorf("%s: %d events, want %d", filter, len(got), want)
		}
	}
}

func TestActivityRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	d := start.Format("2006-01-02")
	for name, q := range map[string]string{
		"no window":      "",
		"no quotes":      "startDateTime=" + d + "T00:00:00Z&endDateTime=" + d + "T01:00:00Z",
		"two days":       "startDateTime='2026-10-18T00:00:00Z'&endDateTime='2026-10-19T00:00:00Z'",
		"backwards":      "startDateTime='2026-10-18T05:00:00Z'&endDateTime='2026-10-18T04:00:00Z'",
		"too old":        strings.ReplaceAll(day(start.AddDate(0, 0, -29)), "%27", "'"),
		"future":         strings.ReplaceAll(day(start.AddDate(0, 0, 2)), "%27", "'"),
		"another filter": day(start) + "&$filter=Workload%20eq%20'x'",
		"or":             day(start) + "&$filter=Activity%20eq%20'x'%20or%20UserId%20eq%20'y'",
		"dangling and":   day(start) + "&$filter=Activity%20eq%20'x'%20and",
		"rubbish token":  "continuationToken='rubbish'",
		"escaped twice":  "continuationToken='%252BRID%253A'",
		"unquoted token": "continuationToken=%2BRID%3A",
		"token and date": "continuationToken='%2BRID%3AeyJoIjoxfQ%3D%3D'&startDateTime='2026-10-18T00:00:00Z'",
	} {
		if r := b.get("/v1.0/myorg/admin/activityevents?" + q); r.status != 400 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

// TestActivityComesLate: an event can appear hours after it happened.
func TestActivityComesLate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	early, _, _, _ := b.events(day(start))
	b.clock.Advance(30 * time.Hour)
	clear(b.token)
	seen := map[any]bool{}
	for _, e := range early {
		seen[e["Id"]] = true
	}
	late := 0
	again, _, _, _ := b.events(day(start))
	for _, e := range again {
		at, _ := time.Parse("2006-01-02T15:04:05", fmt.Sprint(e["CreationTime"]))
		if at.Before(start) && !seen[e["Id"]] {
			late++
		}
	}
	if late == 0 {
		t.Errorf("of %d events none came late", len(again))
	}
}
