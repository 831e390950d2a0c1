package ui

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNiceTop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ max, top, step float64 }{
		{0, 1, 1}, {1, 1, 0.25}, {7, 8, 2}, {10, 10, 2.5}, {30, 30, 10}, {41, 60, 20}, {99, 100, 25}, {101, 150, 50},
		{936, 1000, 250}, {12806, 15000, 5000}, {0.4, 0.4, 0.1},
	} {
		top, step := niceTop(c.max)
		if math.Abs(top-c.top) > 1e-9 || top < c.max {
			t.Errorf("niceTop(%v) = %v by %v, want %v", c.max, top, step, c.top)
		}
	}
}

func TestNiceTopAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		max := rapid.Float64Range(0.001, 1e9).Draw(t, "max")
		top, step := niceTop(max)
		if top < max*(1-1e-9) || top > 2.6*max && max > 1 || step <= 0 || top/step > 5.01 {
			t.Fatalf("niceTop(%v) = %v by %v", max, top, step)
		}
	})
}

func TestSegmentsLeaveGaps(t *testing.T) {
	t.Parallel()
	p := Plot{X: []string{"1", "2", "3", "4", "5"}, Series: []Series{{Values: []float64{0, 10, NoValue(), 5, NoValue()}}}}
	got := p.segments(0)
	if len(got) != 2 {
		t.Fatalf("%d pieces, want the line before the gap and the dot after it: %v", len(got), got)
	}
	if got[0] != (segment{X1: 0, Y1: plotHeight, X2: 25, Y2: 0}) {
		t.Errorf("line = %v", got[0])
	}
	if dot := got[1]; dot.X1 != dot.X2 || dot.X1 != 75 {
		t.Errorf("dot = %v", dot)
	}
}

func TestBoxesStackFromZero(t *testing.T) {
	t.Parallel()
	p := Plot{Bars: true, X: []string{"a", "b"}, Series: []Series{
		{Name: "low", Values: []float64{1, NoValue()}}, {Name: "high", Class: "sev-high", Values: []float64{3, 2}},
	}}
	got := p.boxes()
	if len(got) != 3 {
		t.Fatalf("%d boxes, want 3 (an unknown is no box)", len(got))
	}
	if bottom := got[0].Y + got[0].H; bottom != plotHeight {
		t.Errorf("the first layer ends at %v, want the axis", bottom)
	}
	if got[1].Y+got[1].H != got[0].Y {
		t.Errorf("the second layer does not stand on the first: %v %v", got[0], got[1])
	}
	if got[1].Class != "c-sev-high" || got[1].Title != "a: 3 high" {
		t.Errorf("box = %+v", got[1])
	}
	if last := got[2]; last.X < 50 || last.X+last.W > 100 {
		t.Errorf("the second bar is at %v", last)
	}
}

func TestLabelsDoNotOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 100), 1, 8).Draw(t, "last values")
		p := Plot{X: []string{"1"}}
		for _, v := range values {
			p.Series = append(p.Series, Series{Name: "s", Values: []float64{v}})
		}
		labels := p.labels()
		for i := 1; i < len(labels); i++ {
			if labels[i].Y-labels[i-1].Y < 14.99 {
				t.Fatalf("labels at %v and %v overlap", labels[i-1].Y, labels[i].Y)
			}
		}
	})
}

func TestXLabels(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 400; n++ {
		p := Plot{}
		for i := range n {
			p.X = append(p.X, n2(i))
		}
		got := p.xLabels()
		if got[0].Text != n2(0) || got[len(got)-1].Text != n2(n-1) || len(got) > 7 {
			t.Fatalf("%d points: %v", n, got)
		}
		for i := 1; i < len(got); i++ {
			if n > 8 && got[i].X-got[i-1].X < 11 {
				t.Fatalf("%d points: labels %v and %v are too close", n, got[i-1], got[i])
			}
		}
	}
}

func n2(i int) string { return "day " + Count(int64(i)) }

func TestShares(t *testing.T) {
	t.Parallel()
	s := Shares{Rows: []Share{
		{Value: 200, Parts: []Part{{Name: "a", Value: 150}, {Name: "b", Value: 50}}}, {Value: 100}, {Value: NoValue()}, {Value: 0},
	}}
	if got := s.pieces(s.Rows[0]); len(got) != 2 || got[0].W != 75 || got[1].X != 75 || got[1].W != 25 {
		t.Errorf("parts = %v", got)
	}
	if got := s.pieces(s.Rows[1]); len(got) != 1 || got[0].W != 50 {
		t.Errorf("half = %v", got)
	}
	if got := s.pieces(s.Rows[2]); len(got) != 0 || s.Rows[2].text() != "unknown" {
		t.Errorf("unknown = %v %q", got, s.Rows[2].text())
	}
}

func TestSpark(t *testing.T) {
	t.Parallel()
	if got := spark([]float64{1, 3, NoValue(), 2}); got != "2,22 32.67,2 94,12 " {
		t.Errorf("spark = %q", got)
	}
	if got := spark([]float64{5, 5}); strings.Contains(got, "NaN") || got == "" {
		t.Errorf("flat spark = %q", got)
	}
	if got := spark(nil); got != "" {
		t.Errorf("empty spark = %q", got)
	}
}
