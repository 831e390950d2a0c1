package world

import (
	"testing"
	"time"
)

func BenchmarkHead(b *testing.B) {
	w := New(Config{Seed: 1, Workspaces: 100_000})
	t := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.HeadAt(i*7919%100_000, t)
	}
}

func BenchmarkWorkspace(b *testing.B) {
	w := New(Config{Seed: 1, Workspaces: 100_000})
	t := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	items := 0
	for i := 0; b.Loop(); i++ {
		if ws, ok := w.WorkspaceAt(i*7919%100_000, t); ok {
			items += len(ws.Items)
		}
	}
	b.ReportMetric(float64(items)/float64(b.N), "items/op")
}
