package pbi

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// example is one write of each operation.
func examples() []Write {
	out := []Write{
		CloneReport(wsID, wsID, "a", wsID, wsID), RebindReport(wsID, wsID, wsID), UpdateReportContent(wsID, wsID, wsID, wsID), DeleteReport(wsID, wsID),
		AddDashboard(wsID, "a"), CloneTile(wsID, wsID, wsID, TileTarget{DashboardID: wsID}), DeleteDashboard(wsID, wsID),
		DeleteModel(wsID, wsID), TakeOver(wsID, wsID), UpdateParameters(wsID, wsID, []ParameterValue{{"a", "b"}}),
		UpdateDatasources(wsID, wsID, []SourceChange{{Type: "Sql", To: map[string]string{"server": "a"}}}), BindToGateway(wsID, wsID, wsID, nil),
		SetSchedule(wsID, wsID, []string{"Monday"}, []string{"06:00"}, ""), StartRefresh(wsID, wsID), CancelRefresh(wsID, wsID, wsID),
		StartDataflowRefresh(wsID, wsID), CancelDataflowRefresh(wsID, "2026-01-02t03:04:05.1z@"+wsID+"$1"),
		Deploy(DeployOrder{PipelineID: wsID}), Deploy(DeployOrder{PipelineID: wsID, Models: []string{wsID}}),
		CreateItem(wsID, "Report", "a", "b", []Part{{"a", "b", "InlineBase64"}}), UpdateDefinition(wsID, wsID, []Part{{"a", "b", "InlineBase64"}}), DeleteItem(wsID, wsID),
	}
	for _, w := range [][3]string{
		{"Workspaces_CreateWorkspace", "workspaces", `{"displayName":"a"}`}, {"Workspaces_UpdateWorkspace", "workspaces/" + wsID, `{"displayName":"a"}`},
		{"Workspaces_DeleteWorkspace", "workspaces/" + wsID, ""}, {"Workspaces_RestoreWorkspace", "admin/workspaces/" + wsID + "/restore", `{}`},
		{"Groups_AssignToCapacity", "groups/" + wsID + "/AssignToCapacity", `{"capacityId":"` + wsID + `"}`},
		{"Groups_AddGroupUser", "groups/" + wsID + "/users", `{"identifier":"a","principalType":"User","groupUserAccessRight":"Admin"}`},
		{"Groups_UpdateGroupUser", "groups/" + wsID + "/users", `{"identifier":"a","principalType":"User","groupUserAccessRight":"Admin"}`},
		{"Groups_DeleteUserInGroup", "groups/" + wsID + "/users/a", ""}, {"Pipelines_CreatePipeline", "pipelines", `{"displayName":"a"}`},
		{"Pipelines_DeletePipeline", "pipelines/" + wsID, ""}, {"Pipelines_AssignWorkspace", "pipelines/" + wsID + "/stages/0/assignWorkspace", `{"workspaceId":"` + wsID + `"}`},
		{"Pipelines_UnassignWorkspace", "pipelines/" + wsID + "/stages/0/unassignWorkspace", ""},
		{"Pipelines_UpdatePipelineUser", "pipelines/" + wsID + "/users", `{"identifier":"a","principalType":"User","accessRight":"Admin"}`},
		{"Pipelines_DeletePipelineUser", "pipelines/" + wsID + "/users/a", ""},
	} {
		x := Write{Operation: w[0], Method: changes[w[0]].method, Path: w[1]}
		if w[2] != "" {
			x.Body = []byte(w[2])
		}
		out = append(out, x)
	}
	return out
}

// effect is what a flaw must tell of a write's effect, and how often the write
// may have been sent.
func effect(flaw string) (Certainty, int) {
	switch {
	case flaw == "connection refused", flaw == "no such host", strings.Contains(flaw, "certificate"):
		return NotSent, 0
	case strings.HasPrefix(flaw, "429"):
		return NotYet, MaxSends
	case strings.HasPrefix(flaw, "401"):
		return NotYet, 2
	case strings.HasPrefix(flaw, "403"):
		return RefusedByService, 2 // Power BI says 403 for an expired token
	case flaw == "404", flaw == "418":
		return RefusedByService, 1
	}
	return Unknown, 1
}

// MaxSends is how often a throttled write is sent at most.
const MaxSends = 5

// harmless are flaws of an answer's content that a write does not look at.
var harmless = []string{"empty", "204 for a list", "a string", "another object", "null", "null list", "list of another type", "too large"}

// TestWriteFaults runs every flaw against every write: each ends, is sent once
// unless the service refused it before doing anything, and its error says the
// truth about the effect.
func TestWriteFaults(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i, w := range examples() {
		seen[w.Operation] = true
		for j, f := range flaws {
			if slices.Contains(harmless, f.name) || !sampled(f, j, i) {
				continue
			}
			t.Run(f.name+"/"+w.Operation, func(t *testing.T) {
				t.Parallel()
				sent, err := struck(t, f, func(ctx context.Context, x *Executor) error { _, err := x.Send(ctx, w); return err })
				want, most := effect(f.name)
				if got := CertaintyOf(err); err == nil || got != want {
					t.Errorf("%v is %q, want %q", err, got, want)
				}
				if sent > int64(most) {
					t.Errorf("it was sent %d times, want %d at most", sent, most)
				}
			})
		}
	}
	for _, name := range Writes() {
		if !seen[name] {
			t.Errorf("no example of %s", name)
		}
	}
}

// sampled picks the pairs of a flaw and a call that a run without STEWARD_LONG
// tries: each flaw on every third call and each call with every third flaw, and
// the ones that take real time on every eighth.
func sampled(f flaw, flaw, call int) bool {
	if strings.HasPrefix(f.name, "hangs") {
		return long || call%8 == 3
	}
	return long || (flaw+call)%3 == 0
}

// struck makes a call whose every answer has the flaw.
func struck(t *testing.T, f flaw, call func(context.Context, *Executor) error) (calls int64, err error) {
	t.Helper()
	var sent atomic.Int64
	change := []func(*Config){}
	if f.change != nil {
		change = append(change, f.change)
	}
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		f.answer(endpoint{good: `{"id":"a"}`}, w, r)
	}), change...)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	err = call(ctx, &Executor{s.Client})
	if err != nil && strings.Contains(err.Error(), "c4n4ry") {
		t.Errorf("leaks: %v", err)
	}
	return sent.Load(), err
}

// TestFileFaults: the two calls that carry files are struck in the same ways.
func TestFileFaults(t *testing.T) {
	t.Parallel()
	send := func(ctx context.Context, x *Executor) error {
		_, _, err := x.Import(ctx, ImportFile{WorkspaceID: wsID, Name: "a.pbix", Conflict: ConflictAbort, Size: 4,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("file")), nil }})
		return err
	}
	for _, f := range flaws {
		if strings.HasPrefix(f.name, "hangs") && !long || f.name == "too large" {
			continue
		}
		t.Run("import/"+f.name, func(t *testing.T) {
			t.Parallel()
			sent, err := struck(t, f, send)
			want, most := effect(f.name)
			if got := CertaintyOf(err); err == nil || got != want || sent > int64(most) {
				t.Errorf("%v is %q after %d tries, want %q and %d at most", err, got, sent, want, most)
			}
		})
		// Of an exported file nothing is known but that it is not HTML and not empty.
		if !slices.Contains([]string{"empty", "HTML", "204 for a list"}, f.name) && (slices.Contains(harmless, f.name) || f.answer != nil && !strings.ContainsAny(f.name[:1], "45r")) {
			continue
		}
		t.Run("export/"+f.name, func(t *testing.T) {
			t.Parallel()
			_, err := struck(t, f, func(ctx context.Context, x *Executor) error {
				_, err := x.Export(ctx, wsID, wsID, io.Discard)
				return err
			})
			if err == nil {
				t.Error("it passed for a file")
			}
		})
	}
}

// TestSurvived: answers that are odd but whole are read, by every endpoint.
func TestSurvived(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints {
		twice := e.good
		if i, j := strings.Index(e.good, "["), strings.LastIndex(e.good, "]"); i >= 0 && j > i+1 && strings.Count(e.good, "[") == 1 {
			twice = e.good[:j] + "," + e.good[i+1:j] + e.good[j:]
		}
		rich := e.good
		if strings.HasPrefix(rich, "{") {
			rich = `{"brandNew2027":{"a":[1,null,{}]},"another":"x",` + rich[1:]
		}
		fails := func(n int, code int, header ...string) http.Handler {
			var seen atomic.Int64
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if seen.Add(1) <= int64(n) {
					status(code, header...)(e, w, r)
					return
				}
				write(w, jsonType, e.good)
			})
		}
		skewed := func(by time.Duration) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", newClock().now().Add(by).Format(http.TimeFormat))
				write(w, jsonType, e.good)
			})
		}
		for name, h := range map[string]http.Handler{
			"everything twice": answering(twice), "unknown members": answering(rich), "byte order mark": answering("\xef\xbb\xbf" + e.good),
			"token revoked once": fails(1, 401), "token over once": fails(1, 403), "three times 503": fails(3, 503),
			"429 for ten minutes": fails(4, 429, "Retry-After", "150"),
			"clock behind":        skewed(10 * time.Minute), "clock ahead": skewed(-10 * time.Minute),
		} {
			t.Run(name+"/"+e.name, func(t *testing.T) {
				t.Parallel()
				if name == "byte order mark" && e.name == "ScanResult" {
					return // streamed: its own test
				}
				if err := e.call(context.Background(), serve(t, h).Client); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
