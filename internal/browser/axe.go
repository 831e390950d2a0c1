package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed testdata/axe.min.js
var axe string

// Axe runs axe-core with the rules of WCAG 2.2 AA and its best practices over
// the page and returns one line per finding; none when all is well. Scripts
// must be on.
func (p *Page) Axe() []string {
	p.t.Helper()
	if !Eval[bool](p, "!!window.axe") {
		Eval[bool](p, axe+";true")
	}
	raw := Eval[string](p, `axe.run(document,{resultTypes:["violations"],runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.slice(0,5).map(n=>({html:n.html.slice(0,200),why:n.failureSummary}))}))))`)
	var findings []struct {
		ID, Help string
		Nodes    []struct{ HTML, Why string }
	}
	if err := json.Unmarshal([]byte(raw), &findings); err != nil {
		p.t.Fatalf("browser: read axe's answer: %v", err)
	}
	var out []string
	for _, f := range findings {
		for _, n := range f.Nodes {
			out = append(out, fmt.Sprintf("%s: %s\n\t%s\n\t%s", f.ID, f.Help, n.HTML, strings.ReplaceAll(n.Why, "\n", " ")))
		}
	}
	return out
}
