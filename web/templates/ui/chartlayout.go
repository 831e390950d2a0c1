package ui

import (
	"math"
	"sort"
)

// segments cuts series i into straight pieces, leaving gaps where a value is
// not known. A point without neighbours becomes a piece of no length, which is
// drawn as a dot.
func (p Plot) segments(i int) []segment {
	s, top := p.Series[i], p.top()
	var out []segment
	for x := range p.X {
		v := s.at(x)
		if math.IsNaN(v) {
			continue
		}
		here := segment{X1: p.at(x), Y1: yOf(v, top, plotHeight)}
		next := noValue
		if x+1 < len(p.X) {
			next = s.at(x + 1)
		}
		if !math.IsNaN(next) {
			here.X2, here.Y2 = p.at(x+1), yOf(next, top, plotHeight)
			out = append(out, here)
			continue
		}
		if x == 0 || math.IsNaN(s.at(x-1)) {
			here.X2, here.Y2 = here.X1, here.Y1
			out = append(out, here)
		}
	}
	return out
}

// at is the place of point x on a line, in per cent.
func (p Plot) at(x int) float64 {
	if len(p.X) < 2 {
		return 50
	}
	return 100 * float64(x) / float64(len(p.X)-1)
}

// labels places the names of the series at their last known values, pushed
// apart so that none covers another.
func (p Plot) labels() []endLabel {
	const apart = 15
	top := p.top()
	var out []endLabel
	for i, s := range p.Series {
		for x := len(p.X) - 1; x >= 0; x-- {
			if v := s.at(x); !math.IsNaN(v) {
				out = append(out, endLabel{Y: yOf(v, top, plotHeight), Text: s.Name + " " + short(v), Class: seriesClass(s, i)})
				break
			}
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].Y < out[b].Y })
	for i := range out {
		if i == 0 {
			out[i].Y = math.Max(out[i].Y, 6)
		} else {
			out[i].Y = math.Max(out[i].Y, out[i-1].Y+apart)
		}
	}
	for i := len(out) - 1; i >= 0; i-- {
		limit := float64(plotHeight)
		if i < len(out)-1 {
			limit = out[i+1].Y - apart
		}
		out[i].Y = math.Min(out[i].Y, limit)
	}
	return out
}

// boxes stacks the series; the first lies at the bottom.
func (p Plot) boxes() []box {
	var out []box
	top := p.top()
	for x := range p.X {
		base := 0.0
		for i, s := range p.Series {
			v := s.at(x)
			if math.IsNaN(v) || v <= 0 {
				continue
			}
			b := p.slot(x)
			b.Y, b.H = yOf(base+v, top, plotHeight), v/top*plotHeight
			b.Class = seriesClass(s, i)
			b.Title = p.X[x] + ": " + full(v) + " " + s.Name
			out = append(out, b)
			base += v
		}
	}
	return out
}

// slot is the room that bar x has, with a gap to the next.
func (p Plot) slot(x int) box {
	w := 100 / float64(len(p.X))
	gap := math.Min(w*0.22, 1.2)
	return box{X: float64(x)*w + gap/2, W: w - gap}
}

// strip draws what came above a line and what went below it, on one scale.
func (p Plot) strip() (bars []box, middle float64) {
	up, down := 0.0, 0.0
	for x := range p.X {
		up, down = math.Max(up, orZero(p.Up.at(x))), math.Max(down, orZero(p.Down.at(x)))
	}
	if up+down == 0 {
		return nil, stripHeight / 2
	}
	scale := stripHeight / (up + down)
	middle = up * scale
	for x := range p.X {
		if v := orZero(p.Up.at(x)); v > 0 {
			b := p.slot(x)
			b.Y, b.H, b.Class, b.Title = middle-v*scale, v*scale, "c-1", p.X[x]+": "+full(v)+" "+p.Up.Name
			bars = append(bars, b)
		}
		if v := orZero(p.Down.at(x)); v > 0 {
			b := p.slot(x)
			b.Y, b.H, b.Class, b.Title = middle, v*scale, "c-quiet", p.X[x]+": "+full(v)+" "+p.Down.Name
			bars = append(bars, b)
		}
	}
	return bars, middle
}

func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// xLabel is a label under the axis. Those that are not Wide also show on
// phones.
type xLabel struct {
	X      float64
	Text   string
	Anchor string
	Wide   bool
}

// xLabels picks as many labels as fit: about six, three on a phone, the first
// and the last always.
func (p Plot) xLabels() []xLabel {
	last := len(p.X) - 1
	if last < 0 {
		return nil
	}
	every := int(math.Max(1, math.Ceil(float64(last)/5)))
	var out []xLabel
	for x := 0; x <= last; x += every {
		if x != last && float64(last-x) < 0.7*float64(every) {
			break
		}
		out = append(out, p.label(x))
	}
	if out[len(out)-1].Text != p.X[last] {
		out = append(out, p.label(last))
	}
	for i := range out {
		out[i].Wide = len(out) > 3 && i != 0 && i != len(out)-1 && i != len(out)/2
	}
	return out
}

func (p Plot) label(x int) xLabel {
	l := xLabel{X: p.at(x), Text: p.X[x], Anchor: "middle"}
	if p.Bars {
		s := p.slot(x)
		l.X = s.X + s.W/2
		if len(p.X) < 15 {
			return l
		}
	}
	switch {
	case x == 0 && len(p.X) > 1:
		l.Anchor = "start"
	case x == len(p.X)-1 && len(p.X) > 1:
		l.Anchor = "end"
	}
	return l
}

// spark is the points of a sparkline in a box of 96 by 24.
func spark(values []float64) string {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	if math.IsInf(lo, 0) {
		return ""
	}
	if hi == lo {
		hi, lo = hi+1, lo-1
	}
	out := ""
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		x := 2 + 92*float64(i)/math.Max(1, float64(len(values)-1))
		out += n(x) + "," + n(22-20*(v-lo)/(hi-lo)) + " "
	}
	return out
}

// Share is a bar of a list of bars. Parts divide it; a bar without parts has one
// in the accent colour.
type Share struct {
	Label, Href string
	Value       float64
	// Text is what stands beside the bar; empty is the value.
	Text  string
	Parts []Part
}

// Part is a piece of a bar.
type Part struct {
	Name, Class string
	Value       float64
}

// Shares is a list of horizontal bars with a question for a title.
type Shares struct {
	ID, Title, Desc, Unit string
	Rows                  []Share
}

// pieces lays the parts of a row out; the longest row fills the width.
func (s Shares) pieces(row Share) []box {
	longest := 0.0
	for _, r := range s.Rows {
		longest = math.Max(longest, orZero(r.Value))
	}
	parts := row.Parts
	if len(parts) == 0 {
		parts = []Part{{Value: row.Value}}
	}
	var out []box
	x := 0.0
	for i, p := range parts {
		if longest == 0 || math.IsNaN(p.Value) || p.Value <= 0 {
			continue
		}
		w := 100 * p.Value / longest
		b := box{X: x, W: w, Class: seriesClass(Series{Class: p.Class}, i)}
		if p.Name != "" {
			b.Title = p.Name + ": " + full(p.Value)
		}
		out = append(out, b)
		x += w
	}
	return out
}

func (r Share) text() string {
	if r.Text != "" {
		return r.Text
	}
	return full(r.Value)
}
