package stories_test

import (
	"context"
	"io"
	"testing"
	"time"

	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// BenchmarkListPage renders a page with 22 rows, frame included.
func BenchmarkListPage(b *testing.B) {
	for _, s := range stories.All(time.Now()) {
		if s.Name != "list/many" {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Component.Render(context.Background(), io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkNameText(b *testing.B) {
	for b.Loop() {
		_ = ui.NameText("Finance PROD – Größe \u202e DORP")
	}
}
