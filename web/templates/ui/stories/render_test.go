package stories_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/a-h/templ"

	"steward/internal/htmlcheck"
	"steward/web/templates/ui/stories"
)

// TestRender renders every story and holds it to what all pages keep.
func TestRender(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range stories.All(time.Now()) {
		if seen[s.Name] {
			t.Errorf("two stories are called %q", s.Name)
		}
		seen[s.Name] = true
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := s.Component.Render(templ.WithNonce(context.Background(), "n"), &b); err != nil {
				t.Fatal(err)
			}
			htmlcheck.Page(t, b.String())
		})
	}
}
