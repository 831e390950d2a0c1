package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"steward/internal/fault"
	"steward/internal/policy"
)

// Each kind of bad input, and the place and words its author is told.
func TestBadRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ yaml, want string }{
		"not YAML":         {"pack: x\nrules: [", "test.yaml:2: not valid YAML"},
		"empty":            {"", "the file is empty"},
		"unknown key":      {rule("workspace", "    condition: true\n    serverity: low"), `test.yaml:10:5: test.rule: unknown key "serverity"`},
		"repeated key":     {rule("workspace", "    condition: true\n    kind: item"), `the key "kind" is there twice`},
		"unknown kind":     {rule("folder", "    condition: true"), `unknown kind "folder"`},
		"missing why":      {"rules:\n  - {id: a, title: b, remedy: [c], severity: low, kind: item, condition: 'true'}", "test.yaml:2:5: a: why is missing"},
		"bad id":           {"rules:\n  - {id: A/b, title: b, why: c, remedy: [c], severity: low, kind: item, condition: 'true'}", "must be lower-case words"},
		"alias":            {"pack: &a x\ntitle: *a", "aliases"},
		"misspelt fact":    {rule("workspace", "    condition: workspace.capcity == 'x'"), "test.yaml:9:25: test.rule: undefined field 'capcity'"},
		"in a block":       {rule("workspace", "    condition: |\n      workspace.items > 0 &&\n        workspace.itms > 1"), "test.yaml:11:18: test.rule: undefined field 'itms'"},
		"syntax error":     {rule("workspace", "    condition: workspace.items >"), "test.yaml:9:33: test.rule: Syntax error"},
		"wrong type":       {rule("workspace", "    condition: workspace.items == 'x'"), "found no matching overload for '_==_'"},
		"not a truth":      {rule("workspace", "    condition: workspace.items"), "gives a int and must give a bool"},
		"presence test":    {rule("workspace", "    condition: has(workspace.name)"), "undeclared reference to 'has'"},
		"dyn":              {rule("workspace", "    condition: dyn(workspace).nme == 1"), "dyn() is not allowed"},
		"unknown param":    {rule("workspace", "    condition: workspace.items > params.min"), `test.yaml:9:40: test.rule: there is no parameter "min"`},
		"param type":       {rule("workspace", "    condition: workspace.name == params.p\n    parameters: {p: {type: int, default: 3}}"), "no matching overload"},
		"param range":      {rule("workspace", "    condition: workspace.items > params.p\n    parameters: {p: {type: int, default: 3, max: 2}}"), "p must be at most 2"},
		"bad pattern":      {rule("workspace", "    condition: workspace.name.matches('(')"), "the regular expression is not valid"},
		"exploding":        {rule("workspace", "    condition: workspace.name.matches('((a{100}){100}){100}')"), "the regular expression is not valid"},
		"large pattern":    {rule("workspace", "    condition: workspace.name.matches('"+strings.Repeat("a{900}", 25)+"')"), "expands to 22"},
		"pattern of facts": {rule("workspace", "    condition: workspace.name.matches(workspace.description)"), "must be a text or a parameter, not a fact"},
		"too costly":       {rule("workspace", "    condition: workspace.lookAlikes.all(a, workspace.lookAlikes.all(b, workspace.lookAlikes.all(c, a != b || b != c)))"), "it costs too much"},
		"too long":         {rule("workspace", "    condition: workspace.name != '"+strings.Repeat("x", 5000)+"'"), "expression code point size exceeds limit"},
		"says not a text":  {rule("workspace", "    condition: 'true'\n    says: workspace.items"), "must give a string"},
		"example fact":     {rule("workspace", "    condition: 'true'\n    examples:\n      - {name: a, expect: pass, workspace: {itms: 3}}"), `test.yaml:11:45: test.rule: unknown key "itms"`},
		"bad setting":      {rule("workspace", "    condition: 'true'\n    setting: PublishToWeb"), "needs the kind setting"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, problems := compile(t, tc.yaml)
			if set != nil || len(problems) == 0 {
				t.Fatal("it was accepted")
			}
			if got := fmt.Sprint(problems); !strings.Contains(got, tc.want) {
				t.Errorf("problems are\n%s\nwant something with\n%s", got, tc.want)
			}
			if !fault.Is(problems.Err(), fault.Invalid) {
				t.Error("the error is not an invalid input")
			}
		})
	}
}

func body(id string) string {
	return "  - {id: " + id + ", title: b, why: c, remedy: [c], severity: low, kind: item, condition: 'item.name != \"\"'}\n"
}

func TestFilesTogether(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		want  string // empty: no problem
		rules int
	}{
		"included once":    {map[string]string{"a.yaml": "include: [b.yaml]\nrules:\n" + body("a"), "b.yaml": "rules:\n" + body("b")}, "", 2},
		"duplicate ids":    {map[string]string{"a.yaml": "rules:\n" + body("a"), "b.yaml": "rules:\n" + body("a")}, "b.yaml:2:5: a: this id is already used at a.yaml:2:5", 0},
		"circle":           {map[string]string{"a.yaml": "include: [b.yaml]\nrules: []", "b.yaml": "include: [a.yaml]\nrules: []"}, "a.yaml → b.yaml → a.yaml", 0},
		"includes itself":  {map[string]string{"a.yaml": "include: [a.yaml]\nrules: []"}, "a.yaml → a.yaml", 0},
		"missing include":  {map[string]string{"a.yaml": "include: [nope.yaml]\nrules: []"}, "a.yaml:1: the file nope.yaml cannot be read", 0},
		"outside":          {map[string]string{"a.yaml": "include: [../../etc/passwd]\nrules: []"}, "outside the rule directory", 0},
		"no rules at all":  {map[string]string{"readme.md": "x"}, "", 0},
		"every file named": {map[string]string{"a.yaml": "rules: 3", "b.yaml": "rules: 4"}, "b.yaml:1:8", 0},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for n, text := range tc.files {
				files[n] = &fstest.MapFile{Data: []byte(text)}
			}
			packs, problems := policy.Load(files)
			if got := fmt.Sprint(problems); !strings.Contains(got, tc.want) || (tc.want == "") != (len(problems) == 0) {
				t.Fatalf("problems are %s, want %q", got, tc.want)
			}
			n := 0
			for _, p := range packs {
				n += len(p.Rules)
			}
			if tc.want == "" && n != tc.rules {
				t.Errorf("got %d rules, want %d", n, tc.rules)
			}
		})
	}
}

func TestOverridingABuiltIn(t *testing.T) {
	t.Parallel()
	load := func(text string) []*policy.Pack {
		packs, problems := policy.Load(fstest.MapFS{"own.yaml": {Data: []byte(text)}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return packs
	}
	base := load("rules:\n" + body("a") + body("b"))
	if _, problems := policy.Merge(base, load("rules:\n"+body("a"))); !strings.Contains(fmt.Sprint(problems), "write overrides: true") {
		t.Errorf("a silent replacement passed: %v", problems)
	}
	own := strings.Replace(body("a"), "severity: low", "overrides: true, severity: high", 1)
	packs, problems := policy.Merge(base, load("rules:\n"+own))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	set, problems := policy.Compile(packs, nil)
	if len(problems) > 0 || len(set.Rules()) != 2 || set.Rule("a").Severity != policy.High {
		t.Errorf("merged set: %v %v", set, problems)
	}
	if _, problems := policy.Merge(base, load("rules:\n"+strings.Replace(own, "id: a", "id: z", 1))); len(problems) != 1 {
		t.Errorf("overriding nothing passed")
	}
}

func TestTenThousandRulesLoad(t *testing.T) {
	t.Parallel()
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {id: r%d, title: b, why: c, remedy: [c], severity: low, kind: workspace, condition: 'workspace.items < %d && workspace.name.matches(\"^a%d\")'}\n", i, i, i)
	}
	start := time.Now()
	set, problems := compile(t, b.String())
	if len(problems) > 0 || len(set.Rules()) != n {
		t.Fatalf("got %v", problems[:min(3, len(problems))])
	}
	t.Logf("%d rules in %v", n, time.Since(start))
}

func TestHashesFollowTheMeaning(t *testing.T) {
	t.Parallel()
	text := rule("workspace", "    condition: workspace.items > params.n\n    parameters: {n: {type: int, default: 3}}")
	packs, _ := policy.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
	moved, _ := policy.Load(fstest.MapFS{"b.yaml": {Data: []byte("# a comment\n" + text)}})
	compiled := func(p []*policy.Pack, d map[string]policy.Decision) *policy.Set {
		s, problems := policy.Compile(p, d)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return s
	}
	one := compiled(packs, nil)
	if compiled(moved, nil).Hash != one.Hash || packs[0].Hash != moved[0].Hash {
		t.Error("moving a rule to another file changed its hash")
	}
	changed := compiled(packs, map[string]policy.Decision{"test.rule": {On: true, Parameters: map[string]any{"n": 4}}})
	if changed.Hash == one.Hash || changed.Rule("test.rule").Hash != one.Rule("test.rule").Hash {
		t.Error("a parameter must change the set's hash and not the rule's")
	}
	if off := compiled(packs, map[string]policy.Decision{"test.rule": {On: false}}); len(off.Rules()) != 0 || len(off.Off()) != 1 {
		t.Error("a rule switched off is still in force")
	}
	_, problems := policy.Compile(packs, map[string]policy.Decision{"test.rule": {On: true, Parameters: map[string]any{"x": 4}}})
	if len(problems) == 0 {
		t.Error("a value for a parameter that does not exist was accepted")
	}
}
