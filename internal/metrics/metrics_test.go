package metrics

import (
	"context"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// full has every figure there can be.
var full = Figures{
	OK: true, Version: "v1", Ready: map[string]bool{"database": true},
	Tenants:  []Tenant{{Name: "contoso", Scanned: true, ScanAge: time.Minute, Coverage: .5, Budgets: map[string]int{"getInfo": 3}, Violations: map[string]int64{"high": 2}}},
	Requests: map[string]int64{"pending": 1}, Runs: map[string]int64{"going": 1},
}

func text(f Figures) string {
	m := New(func(context.Context) Figures { return f })
	m.Page("GET", "/workspaces", 200, 30*time.Millisecond)
	m.Page("BREW", "", 404, time.Second)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	t.Parallel()
	if got := text(Figures{Ready: map[string]bool{"database": false}}); !strings.Contains(got, "steward_up 0\n") || strings.Contains(got, "steward_requests") || strings.Contains(got, "steward_steps_in_doubt") {
		t.Errorf("a state that could not be read:\n%s", got)
	}
	never := full
	never.Checkpoint, never.Tenants = -1, []Tenant{{Name: "contoso"}}
	if got := text(never); strings.Contains(got, "scan_age") || strings.Contains(got, "scan_coverage") || strings.Contains(got, "checkpoint_age") {
		t.Errorf("never scanned, never signed:\n%s", got)
	}
}

func TestPagesAreCountedByRoute(t *testing.T) {
	t.Parallel()
	got := text(full)
	for _, want := range []string{
		`steward_page_seconds_bucket{method="GET",route="/workspaces",status="200",le="0.025"} 0`,
		`steward_page_seconds_bucket{method="GET",route="/workspaces",status="200",le="0.05"} 1`,
		`steward_page_seconds_count{method="other",route="none",status="404"} 1`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in:\n%s", want, got)
		}
	}
}

// TestFilesOfTheOperatorNameFiguresThatExist holds the alerts and the dashboard
// to what is served: a renamed figure would leave an alert that never fires.
func TestFilesOfTheOperatorNameFiguresThatExist(t *testing.T) {
	t.Parallel()
	served := text(full)
	for _, file := range []string{"alerts.yaml", "dashboard.json"} {
		content, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		names := regexp.MustCompile(`steward_[a-z_]+`).FindAllString(string(content), -1)
		if len(names) < 10 {
			t.Errorf("%s names %d figures", file, len(names))
		}
		for _, name := range names {
			if !strings.Contains(served, "\n"+name+" ") && !strings.Contains(served, "\n"+name+"{") {
				t.Errorf("%s asks for %s, which is not served", file, name)
			}
		}
	}
}
