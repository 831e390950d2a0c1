package sim_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"steward/internal/sim"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// TestMain serves as a stand-in of its own when told so (see kill_test.go). Else
// it runs the tests, and fails the run when an operation that the stand-in answers
// was never held against Microsoft's definitions with an answer of success.
func TestMain(m *testing.M) {
	if name := os.Getenv(childState); name != "" {
		serveChild(name)
		return
	}
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" {
		if missing := unseen(); len(missing) > 0 {
			fmt.Fprintf(os.Stderr, "FAIL: never held against Microsoft's definitions: %s\n", strings.Join(missing, ", "))
			code = 1
		}
	}
	os.Exit(code)
}

var (
	tables = sync.OnceValue(func() map[rest.Service]*rest.Router {
		cloud := sim.New(sim.Config{World: world.New(world.Config{Seed: 1, Workspaces: 10})})
		out := map[rest.Service]*rest.Router{}
		for _, s := range []rest.Service{rest.PowerBI, rest.Fabric} {
			out[s] = rest.NewRouter(cloud.Operations(s))
		}
		return out
	})
	held sync.Map
)

// holds notes that the answer to a request was held against the definitions.
func holds(req *http.Request, status int) {
	for s, base := range map[rest.Service]string{rest.PowerBI: "/powerbi", rest.Fabric: "/fabric"} {
		path, ours := strings.CutPrefix(req.URL.EscapedPath(), base)
		if !ours {
			continue
		}
		if op := tables()[s].Find(req.Method, path).Op; op != nil {
			if status < 300 || closedTo(op) {
				held.Store(op.ID, true)
			}
		}
	}
}

// closedTo are the operations that have no answer of success for an app.
func closedTo(op *rest.Operation) bool {
	return op.Access == rest.DelegatedAdmin || slices.Contains([]string{"Reports_GetReports", "Datasets_GetDatasets", "Dashboards_GetDashboards",
		"Groups_AssignMyWorkspaceToCapacity", "Imports_GetImports", "Imports_PostImport"}, op.ID)
}

func unseen() []string {
	cloud := sim.New(sim.Config{World: world.New(world.Config{Seed: 1, Workspaces: 10})})
	var missing []string
	for _, s := range []rest.Service{rest.PowerBI, rest.Fabric} {
		for _, op := range cloud.Operations(s) {
			if _, ok := held.Load(op.ID); !ok && op.Access != rest.Open {
				missing = append(missing, op.ID)
			}
		}
	}
	return missing
}
