// Package archtest holds the table of who may import whom. It parses the
// files in the test process, so a changed or new file counts at once and no
// cached answer is believed.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rooms maps a package (or a tree of them, ending in /...) to what it may
// import of ours. The longest match counts. Tests may import anything.
var rooms = []struct {
	room string
	may  []string
}{
	{"cmd/...", []string{"internal/app", "internal/check", "internal/config", "internal/fault", "internal/buildinfo", "internal/sim", "internal/sim/...", "internal/audit", "internal/policy", "internal/ledger", "internal/scan", "internal/secret", "internal/remote"}},
	{"internal/app", []string{"internal/...", "web/..."}},
	{"internal/check", []string{"internal/entra", "internal/pbi", "internal/upstream", "internal/fault"}},
	{"internal/witness", []string{"internal/db", "internal/ledger", "internal/secret", "internal/fault"}},
	{"internal/remote", []string{"internal/fault", "internal/secret"}},
	{"internal/config", []string{"internal/fault", "internal/secret"}},
	{"internal/secret", []string{"internal/fault"}},
	{"internal/buildinfo", nil},
	{"internal/metrics", nil},
	{"internal/tracing", nil},
	{"internal/testreport", nil},
	{"internal/archtest", nil},

	{"internal/web/...", []string{"internal/web/...", "internal/desk", "internal/audit", "internal/auth", "internal/db", "internal/scan", "internal/workflow", "internal/notify", "internal/buildinfo", "internal/secret", "web/...", meaning}},
	{"web/static", nil},
	{"web/templates/ui/...", []string{"web/templates/ui/...", "web/static"}},
	{"web/templates/...", []string{"web/templates/...", "web/static", meaning}},
	{"internal/auth/...", []string{"internal/auth/...", "internal/db", "internal/secret", meaning}},

	{"internal/witness", []string{"internal/db", "internal/secret", meaning}},
	{"internal/desk", []string{"internal/db", "internal/auth", "internal/workflow", meaning}},
	{"internal/scan", []string{"internal/db", "internal/pbi", "internal/graph", "internal/workflow", "internal/evaluate", meaning}},
	{"internal/refreshlog", []string{"internal/db", "internal/pbi", meaning}},
	{"internal/alertwatch", []string{"internal/db", meaning}},
	{"internal/evaluate", []string{"internal/db", meaning}},
	{"internal/fulfil", []string{"internal/db", "internal/pbi", "internal/graph", "internal/workflow", meaning}},
	{"internal/refreshrun", []string{"internal/db", "internal/pbi", "internal/workflow", meaning}},
	{"internal/workflow", []string{"internal/fault"}},
	{"internal/audit/...", []string{"internal/audit/...", "internal/db", meaning}},
	{"internal/notify", []string{"internal/db", "internal/secret", meaning}},
	{"internal/db/...", []string{"internal/db", meaning}},

	{"internal/fault", nil},
	{"internal/tenant", []string{"internal/fault"}},
	{"internal/policy/...", []string{"internal/policy/...", "internal/tenant", "internal/fault"}},
	{"internal/violation", []string{"internal/policy", "internal/tenant", "internal/fault"}},
	{"internal/request", []string{"internal/promotion", "internal/refresh", "internal/refreshplan", "internal/policy", "internal/tenant", "internal/fault"}},
	{"internal/promotion", []string{"internal/policy", "internal/tenant", "internal/fault"}},
	{"internal/refresh", []string{"internal/tenant", "internal/fault"}},
	{"internal/refreshplan", []string{"internal/tenant", "internal/fault"}},
	{"internal/alert", []string{"internal/refresh", "internal/refreshplan", "internal/quiet", "internal/tenant", "internal/fault"}},
	{"internal/quiet", nil},
	{"internal/ledger", []string{"internal/fault"}},

	{"internal/upstream", []string{"internal/fault"}},
	{"internal/pbi", []string{"internal/upstream", "internal/fault"}},
	{"internal/graph", []string{"internal/upstream", "internal/fault"}},
	{"internal/entra", []string{"internal/fault"}},
	{"internal/contract", nil},

	{"internal/sim/world", nil},
	{"internal/sim/...", []string{"internal/sim/..."}},

	{"internal/htmlcheck", nil},
	{"internal/browser", nil},
}

// meaning stands for the packages without I/O.
const meaning = "meaning"

var meaningRooms = []string{"internal/tenant", "internal/policy", "internal/violation", "internal/request", "internal/promotion", "internal/refresh", "internal/refreshplan", "internal/alert", "internal/quiet", "internal/ledger", "internal/fault"}

// owners maps a library to the only packages that may import it.
var owners = map[string][]string{
	"github.com/labstack/echo/v4": {"internal/web/...", "internal/app"},
	"github.com/a-h/templ":        {"internal/web/...", "web/..."},
	"modernc.org/sqlite":          {"internal/db/..."},
	"github.com/AzureAD/microsoft-authentication-library-for-go": {"internal/entra"},
	"github.com/coreos/go-oidc/v3":                               {"internal/auth"},
	"github.com/alexedwards/scs":                                 {"internal/auth"},
	"cel.dev/cel-go":                                             {"internal/policy/..."},
	"github.com/dbos-inc/dbos-transact-golang":                   {"internal/workflow"},
	"github.com/go-jose/go-jose/v4":                              {"internal/sim/...", "internal/auth/..."},
	"github.com/xuri/excelize/v2":                                {"internal/audit"},
	"github.com/alecthomas/kong":                                 {"cmd/..."},
	"github.com/wneessen/go-mail":                                {"internal/notify"},
	"github.com/pressly/goose/v3":                                {"internal/db"},
}

func TestArrows(t *testing.T) {
	t.Parallel()
	checked := 0
	eachFile(t, func(pkg, file string, imports []string) {
		checked++
		for _, imp := range imports {
			if own, ok := strings.CutPrefix(imp, "steward/"); ok {
				checkOurs(t, pkg, file, own)
				continue
			}
			checkLibrary(t, pkg, file, imp)
		}
	})
	if checked < 10 {
		t.Fatalf("only %d files were looked at: the test looks in the wrong place", checked)
	}
}

// TestOnlyTheEdgesReadTheEnvironment holds rule 5 of the design: configuration
// is read by app and cmd alone.
func TestOnlyTheEdgesReadTheEnvironment(t *testing.T) {
	t.Parallel()
	allowed := []string{"cmd/...", "internal/app", "internal/config", "internal/secret", "internal/browser", "internal/testreport"}
	eachFile(t, func(pkg, file string, _ []string) {
		if anyMatch(allowed, pkg) {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"os.Getenv(", "os.LookupEnv(", "os.Environ("} {
			if strings.Contains(string(text), call) {
				t.Errorf("%s calls %s…): only cmd, app, config and secret read the environment", file, call)
			}
		}
	})
}

// TestNoFileIsTooLong holds the house's bound of 500 lines.
func TestNoFileIsTooLong(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || strings.HasSuffix(p, "_templ.go") || (filepath.Ext(p) != ".go" && filepath.Ext(p) != ".templ") {
			return nil
		}
		text, err := os.ReadFile(p)
		if n := strings.Count(string(text), "\n"); n > 500 {
			t.Errorf("%s has %d lines; the bound is 500: one idea in a file", p, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkOurs(t *testing.T, pkg, file, imp string) {
	t.Helper()
	best := -1
	for i, r := range rooms {
		if match(r.room, pkg) && (best < 0 || len(r.room) > len(rooms[best].room)) {
			best = i
		}
	}
	if best < 0 {
		t.Errorf("%s: package %s has no room in the table of internal/archtest", file, pkg)
		return
	}
	if anyMatch(expand(rooms[best].may), imp) {
		return
	}
	t.Errorf("%s: %s may not import %s", file, pkg, imp)
}

func checkLibrary(t *testing.T, pkg, file, imp string) {
	t.Helper()
	for lib, who := range owners {
		if (imp == lib || strings.HasPrefix(imp, lib+"/")) && !anyMatch(who, pkg) {
			t.Errorf("%s: %s may not import %s; its owners are %v", file, pkg, imp, who)
		}
	}
}

func expand(may []string) []string {
	var out []string
	for _, m := range may {
		if m == meaning {
			out = append(out, meaningRooms...)
			continue
		}
		out = append(out, m)
	}
	return out
}

func anyMatch(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if match(p, pkg) {
			return true
		}
	}
	return false
}

func match(pattern, pkg string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == tree || strings.HasPrefix(pkg, tree+"/")
	}
	return pattern == pkg
}

func eachFile(t *testing.T, fn func(pkg, file string, imports []string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") || strings.Contains(p, "internal/warm/") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, filepath.Dir(p))
			if err != nil {
				return err
			}
			var imports []string
			for _, i := range f.Imports {
				name, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					return err
				}
				imports = append(imports, name)
			}
			pkg := filepath.ToSlash(rel)
			if isTestSupport(pkg) {
				return nil
			}
			fn(pkg, p, imports)
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// isTestSupport names packages that only tests import; they may know anyone.
func isTestSupport(pkg string) bool {
	return strings.HasSuffix(path.Base(pkg), "test") && path.Base(pkg) != "archtest"
}
