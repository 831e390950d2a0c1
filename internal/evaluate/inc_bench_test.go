package evaluate_test

import "testing"

// BenchmarkIncremental judges a scan in which one workspace in a hundred
// changed, again and again.
func BenchmarkIncremental(b *testing.B) {
	spaces := benchItems() / 10
	w := newWorld(b)
	set := builtin(b, nil)
	v, _ := w.syntheticScan(spaces, 0)
	w.evaluate(v, set)
	version := 0
	for b.Loop() {
		b.StopTimer()
		version++
		v, _ = w.syntheticScan(spaces, version)
		b.StartTimer()
		w.evaluate(v, set)
	}
}
