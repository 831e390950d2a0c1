package quiet_test

import (
	"testing"
	"time"

	"steward/internal/quiet"
)

func TestUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hours     quiet.Hours
		now, want string // empty: not quiet
	}{
		{quiet.Hours{}, "2026-11-21T03:00:00Z", ""},
		{quiet.Hours{From: 22, To: 6}, "2026-11-21T21:59:59Z", ""},
		{quiet.Hours{From: 22, To: 6}, "2026-11-21T22:00:00Z", "2026-11-22T06:00:00Z"},
		{quiet.Hours{From: 22, To: 6}, "2026-11-22T05:59:59Z", "2026-11-22T06:00:00Z"},
		{quiet.Hours{From: 22, To: 6}, "2026-11-22T06:00:00Z", ""},
		{quiet.Hours{From: 22, To: 6, Zone: "Europe/Berlin"}, "2026-11-21T21:00:00Z", "2026-11-22T05:00:00Z"},
		{quiet.Hours{From: 0, To: 6, Zone: "Europe/Berlin"}, "2026-03-29T00:30:00Z", "2026-03-29T04:00:00Z"}, // the clock jumps
		{quiet.Hours{From: 12, To: 14, Zone: "No/Where"}, "2026-11-21T13:00:00Z", "2026-11-21T14:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if end, held := c.hours.Until(at); held {
			got = end.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%+v at %s: %q, want %q", c.hours, c.now, got, c.want)
		}
	}
}
