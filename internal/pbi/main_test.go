package pbi

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Checked are the operations that passed Microsoft's definitions, request and
// answer, in this run.
var Checked sync.Map

// TestMain checks that no goroutine of ours outlives the tests, and that every
// operation of the clients was held against Microsoft's definitions with an answer
// of success: Checked is filled by the tests that call the stand-in.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		code = goroutinesLeft()
	}
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" {
		if missing := unchecked(); len(missing) > 0 {
			fmt.Fprintf(os.Stderr, "FAIL: never held against Microsoft's definitions: %s\n", strings.Join(missing, ", "))
			code = 1
		}
	}
	os.Exit(code)
}

func goroutinesLeft() int {
	deadline := time.Now().Add(5 * time.Second)
	for {
		buf := make([]byte, 1<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		left := 0
		for g := range strings.SplitSeq(stacks, "\n\n") {
			if strings.Contains(g, "steward/internal/") && !strings.Contains(g, "TestMain") {
				left++
			}
		}
		if left == 0 {
			return 0
		}
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "%d goroutines outlive the tests:\n%s\n", left, stacks)
			return 1
		}
		runtime.Gosched()
	}
}

// unchecked are the operations, read from the source so that none is forgotten,
// that no test made with success.
func unchecked() []string {
	var missing []string
	for _, name := range slices.Concat(operationNames(), Writes()) {
		if _, ok := Checked.Load(name); !ok {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// operationNames are the names in read("…") and Operation{Name: "…"}.
func operationNames() []string {
	var names []string
	files, err := os.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			panic(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			var lit ast.Expr
			switch n := n.(type) {
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "read" && len(n.Args) > 0 {
					lit = n.Args[0]
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Operation" && len(n.Elts) > 0 {
					if kv, ok := n.Elts[0].(*ast.KeyValueExpr); ok {
						lit = kv.Value
					}
				}
			}
			if b, ok := lit.(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(b.Value); err == nil {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}
