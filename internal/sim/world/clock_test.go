package world

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOfficeIsOnWorkdaysAndNearby(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(date(1990, 1, 1), date(2060, 1, 1)).Draw(t, "m")
		o := office(m)
		if wd := when(o).Weekday(); wd == time.Saturday || wd == time.Sunday {
			t.Fatalf("%s becomes %s, a %s", when(m), when(o), wd)
		}
		if h := when(o).Hour(); h < 6 || h >= 18 {
			t.Fatalf("%s becomes %s", when(m), when(o))
		}
		if o < m-day/2 || o > m+3*day {
			t.Fatalf("%s is moved to %s", when(m), when(o))
		}
	})
}

// The generation that at finds must hold t between its boundaries, and last
// must agree with it, for any period.
func TestCyclesHoldTheMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newCycle(key(rapid.Uint64().Draw(t, "key")), rapid.Int64Range(hour, 4000*year).Draw(t, "period"))
		m := rapid.Int64Range(date(2015, 1, 1), date(2040, 1, 1)).Draw(t, "m")
		gen, start, end := c.at(m)
		if !(start <= m && m < end) || gen < 0 {
			t.Fatalf("generation %d from %d to %d does not hold %d", gen, start, end, m)
		}
		if g, s := c.last(m); g != gen || s != start {
			t.Fatalf("last says %d from %d, at says %d from %d", g, s, gen, start)
		}
		if g, s, _ := c.at(end); g != gen+1 || s != end {
			t.Fatalf("at its end generation %d is followed by %d from %d, not %d", gen, g, s, end)
		}
		if g, _, e := c.at(start - 1); gen > 1 && (g != gen-1 || e != start) {
			t.Fatalf("before generation %d comes %d", gen, g)
		}
	})
}

func TestKeysAreSpread(t *testing.T) {
	t.Parallel()
	var buckets [10]int
	for i := range uint64(20_000) {
		buckets[key(1).sub2(tagItem, i).n(10)]++
	}
	for b, n := range buckets {
		if n < 1700 || n > 2300 {
			t.Errorf("bucket %d holds %d of 20000", b, n)
		}
	}
	for i := range uint64(1000) {
		k := key(i)
		if s := k.span(3, 5); s < 3 || s > 5 {
			t.Fatalf("span gives %d", s)
		}
		if f := k.f(); f < 0 || f >= 1 {
			t.Fatalf("f gives %f", f)
		}
	}
	if key(1).n(0) != 0 || key(1).n(1) != 0 || key(1).span(7, 2) != 7 {
		t.Error("empty ranges")
	}
}
