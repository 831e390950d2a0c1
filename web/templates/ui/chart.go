package ui

import (
	"math"
	"strconv"
)

// Unknown values of a plot are NaN: a line has a gap there, a bar is missing,
// and the table below says "unknown". Never draw an unknown as zero.
var noValue = math.NaN()

// NoValue is a value that is not known, for the slices of a Plot.
func NoValue() float64 { return noValue }

// Plot is a figure over one axis, usually days. All series have as many values
// as there are X labels.
type Plot struct {
	// ID makes the figure's parts addressable; it must be unique on the page.
	ID string
	// Title is the question that the figure answers: "Are we getting better?"
	Title string
	// Desc says in a sentence what one sees, for those who do not.
	Desc string
	// Unit is what is counted: "violations", "minutes".
	Unit   string
	X      []string
	Series []Series
	// XName heads the X labels in the table; empty is "Date".
	XName string
	// Bars stacks the series as bars instead of drawing lines.
	Bars bool
	// Up and Down, when set, add a strip of bars below: what came and what
	// went, such as opened and closed. Both hold positive numbers.
	Up, Down *Series
}

// Series is one line or one layer. Class picks its colour: "sev-critical" and
// its like, "good", "bad", or empty for the palette in order.
type Series struct {
	Name   string
	Class  string
	Values []float64
}

// plotHeight is the height of the drawing area and strip that of the second
// one, in CSS pixels. Widths are per cent, so one drawing fits every screen.
const (
	plotHeight  = 180
	stripHeight = 64
)

// tick is a line of the value axis: where, and what it is worth.
type tick struct {
	Y     float64
	Label string
}

// segment is a piece of a line; X in per cent, Y in pixels from the top.
type segment struct{ X1, Y1, X2, Y2 float64 }

// box is a bar; X and W in per cent, Y and H in pixels.
type box struct {
	X, Y, W, H float64
	Class      string
	Title      string
}

// mark is a label at the right end of a line.
type endLabel struct {
	Y     float64
	Text  string
	Class string
}

// niceTop returns the smallest round number at or above max, and a step that
// divides it into two to five parts.
func niceTop(max float64) (top, step float64) {
	if max <= 0 || math.IsNaN(max) || math.IsInf(max, 0) {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(max)))
	for _, f := range []float64{0.2, 0.25, 0.5, 1, 2, 5} {
		if s := step * f; max/s <= 4.0001 {
			if s < 1 && max >= 1 && s != math.Trunc(s) {
				continue
			}
			step = s
			break
		}
	}
	return math.Ceil(max/step-1e-9) * step, step
}

func (p Plot) xName() string {
	if p.XName == "" {
		return "Date"
	}
	return p.XName
}

// top is the upper end of the value axis.
func (p Plot) top() float64 {
	max := 0.0
	for i := range p.X {
		sum := 0.0
		for _, s := range p.Series {
			v := s.at(i)
			if math.IsNaN(v) {
				continue
			}
			if p.Bars {
				sum += v
			} else {
				sum = math.Max(sum, v)
			}
		}
		max = math.Max(max, sum)
	}
	top, _ := niceTop(max)
	return top
}

func (p Plot) ticks() []tick {
	top := p.top()
	_, step := niceTop(top)
	var out []tick
	for v := 0.0; v <= top+step/2; v += step {
		out = append(out, tick{Y: yOf(v, top, plotHeight), Label: short(v)})
	}
	return out
}

func yOf(v, top float64, height float64) float64 { return height - v/top*height }

func (s Series) at(i int) float64 {
	if i >= len(s.Values) {
		return noValue
	}
	return s.Values[i]
}

// short writes a value for an axis or a label: 12340 → "12.3k".
func short(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return "unknown"
	case a >= 1e6:
		return trimFloat(v/1e6) + "M"
	case a >= 10000:
		return trimFloat(v/1000) + "k"
	case v == math.Trunc(v):
		return Count(int64(v))
	}
	return trimFloat(v)
}

// full writes a value for the table.
func full(v float64) string {
	if math.IsNaN(v) {
		return "unknown"
	}
	if v == math.Trunc(v) {
		return Count(int64(v))
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// n writes a coordinate; pc one in per cent.
func n(v float64) string  { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
func pc(v float64) string { return n(v) + "%" }

// seriesClass is the colour of series i.
func seriesClass(s Series, i int) string {
	if s.Class != "" {
		return "c-" + s.Class
	}
	return "c-" + strconv.Itoa(i%4+1)
}
