package ui_test

import (
	"testing"
	"time"

	"steward/web/templates/ui"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"nothing", ui.Count(0), "0"},
		{"hundreds", ui.Count(999), "999"},
		{"thousands", ui.Count(12340), "12,340"},
		{"millions", ui.Count(1234567), "1,234,567"},
		{"below zero", ui.Count(-1234), "−1,234"},
		{"one", ui.Plural(1, "row", "rows"), "1 row"},
		{"many", ui.Plural(1200, "row", "rows"), "1,200 rows"},
		{"share", ui.Percent(1, 3), "33.3 %"},
		{"all", ui.Percent(7, 7), "100 %"},
		{"none", ui.Percent(0, 7), "0 %"},
		{"almost all is not all", ui.Percent(99999, 100000), "> 99.9 %"},
		{"almost none is not none", ui.Percent(1, 100000), "< 0.1 %"},
		{"of nothing", ui.Percent(0, 0), "unknown"},
		{"bytes", ui.Bytes(1), "1 byte"},
		{"kilobytes", ui.Bytes(1536), "1.5 kB"},
		{"gigabytes", ui.Bytes(2_000_000_000), "2 GB"},
		{"just below a megabyte", ui.Bytes(999_999), "1 MB"},
		{"too short", ui.Duration(900 * time.Microsecond), "< 1 ms"},
		{"milliseconds", ui.Duration(38 * time.Millisecond), "38 ms"},
		{"seconds", ui.Duration(1500 * time.Millisecond), "1.5 s"},
		{"minutes", ui.Duration(90 * time.Second), "1 min 30 s"},
		{"hours", ui.Duration(3*time.Hour + 12*time.Minute), "3 h 12 min"},
		{"days", ui.Duration(48 * time.Hour), "2 d"},
		{"backwards", ui.Duration(-2 * time.Minute), "−2 min"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 2, 14, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		ago  time.Duration
		want string
	}{
		{"now", 30 * time.Second, "now"},
		{"minutes", 59 * time.Minute, "59 min ago"},
		{"an hour", time.Hour, "1 h ago"},
		{"hours", 47 * time.Hour, "47 h ago"},
		{"days", 3 * 24 * time.Hour, "3 days ago"},
		{"months", 90 * 24 * time.Hour, "3 months ago"},
		{"years", 800 * 24 * time.Hour, "2 years ago"},
		{"soon", -20 * time.Minute, "in 20 min"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ui.Ago(now.Add(-c.ago), now); got != c.want {
				t.Errorf("Ago = %q, want %q", got, c.want)
			}
		})
	}
	if got := ui.Ago(time.Time{}, now); got != "never" {
		t.Errorf("Ago(zero) = %q", got)
	}
	tokyo := time.FixedZone("", 9*3600)
	if got, want := ui.Exact(now.In(tokyo)), "21 Nov 2026 02:14 UTC"; got != want {
		t.Errorf("Exact = %q, want %q", got, want)
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"/workspaces?q=a#b", "/workspaces?q=a#b"},
		{"?after=1", "?after=1"},
		{"#f-name", "#f-name"},
		{"", "#"},
		{"//evil.example", "#refused"},
		{"/\\evil.example", "#refused"},
		{"https://evil.example", "#refused"},
		{"javascript:alert(1)", "#refused"},
		{" javascript:alert(1)", "#refused"},
		{"data:text/html,x", "#refused"},
		{"/a\nb", "#refused"},
		{"/\t/evil.example", "#refused"},
		{"evil.example", "#refused"},
		{"/%zz", "#refused"},
	} {
		if got := ui.Local(c.in); got != c.want {
			t.Errorf("Local(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	got := ui.With("/x", ui.Param{Name: "a", Value: "b & c"}, ui.Param{Name: "none"}, ui.Param{Name: "d", Value: "é"})
	if want := "/x?a=b+%26+c&d=%C3%A9"; got != want {
		t.Errorf("With = %q, want %q", got, want)
	}
	if got := ui.With("/x", ui.Param{Name: "none"}); got != "/x" {
		t.Errorf("With = %q", got)
	}
}
