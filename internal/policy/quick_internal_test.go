package policy

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// quickConditions are about each kind of expression that has a quick form, and
// about those that must not pass for one.
var quickConditions = map[Kind][]string{
	KindWorkspace: {
		"workspace.ordinary", "!workspace.ordinary", "workspace.inPipeline", "true", "false || workspace.inPipeline",
		"workspace.ordinary && workspace.inPipeline", "workspace.inPipeline && workspace.ordinary", "workspace.inPipeline || workspace.ordinary",
		"workspace.ordinary && !(workspace.inPipeline || workspace.adminPeople < 2)", "workspace.ordinary == workspace.inPipeline", "workspace.ordinary != true",
		"workspace.name == 'a'", "'a' != workspace.stage", "workspace.name < 'b'", "workspace.name == workspace.stage", "workspace.stage in ['', 'a']",
		"workspace.name in workspace.siblings", "workspace.adminPeople in [1, 2]", "workspace.name in [workspace.stage]", "2 <= workspace.adminPeople",
		"workspace.items > workspace.adminPeople", "workspace.items >= 1 && workspace.lookAlikes.size() == 0", "workspace.items == 1 || workspace.name.matches('a')",
		"workspace.unusedFor(2)", "!workspace.unusedFor(2) || workspace.items > 0", "workspace.unusedFor(workspace.items)", "workspace.items + 1 > 2",
		"workspace.items > 0 ? workspace.ordinary : workspace.inPipeline", "10 / workspace.items > 5 && workspace.ordinary", "10 / workspace.items > 5 || workspace.inPipeline",
		"tenant.workspaces > 1", "tenant.directory && workspace.ordinary", "workspace.siblings.exists(workspace, workspace == 'a')",
	},
	KindGrant: {
		"grant.on == 'a' && grant.principal.guest", "grant.principal.leaver", "!grant.principal.leaver || grant.writes", "grant.workspace.ordinary && grant.item.orgLink",
		"grant.item.workspace.name != 'a'", "grant.principal.people > 1 || grant.hasRole",
	},
	KindRefresh: {"refresh.staleFor(2)", "refresh.item.unusedFor(1)", "refresh.item.workspace.unusedFor(1) && refresh.enabled"},
}

// A quick answer is CEL's answer, whatever is known of an object and whatever
// is not; without that, two ways to judge would be two kinds of truth.
func TestQuickAnswersAreThoseOfCEL(t *testing.T) {
	t.Parallel()
	set, problems := Compile(Builtin(), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	programs := map[Kind][]*program{}
	for _, a := range set.Rules() {
		programs[a.Kind] = append(programs[a.Kind], a.condition)
		if a.scope >= 0 {
			programs[a.Kind] = append(programs[a.Kind], set.scopes[a.scope])
		}
	}
	for kind, conditions := range quickConditions {
		for _, a := range conditionsOf(t, kind, conditions).Rules() {
			programs[kind] = append(programs[kind], a.condition)
		}
	}
	random := rand.New(rand.NewPCG(4, 7))
	asked, sure := 0, 0
	for kind, list := range programs {
		for range 400 {
			j := set.NewJudge(t.Context(), AtScan, randomFacts(random, reflect.TypeFor[Tenant](), 0).Interface().(*Tenant))
			j.input.kind, j.input.object = kind, randomFacts(random, kinds[kind].goType, 0).Interface().(Object)
			for _, p := range list {
				asked++
				slow := *p
				slow.quick = nil
				quick, certain := p.quickly(&j.input)
				if !certain {
					continue
				}
				sure++
				if got := j.ask(&slow); got.Outcome != quick.Outcome || !slices.Equal(got.Missing(), quick.Missing()) {
					t.Fatalf("a program of %s using %v says %s %v quickly, and CEL says %s %v (%s) of %+v",
						kind, p.uses, quick.Outcome, quick.Missing(), got.Outcome, got.Missing(), got.Trouble, j.input.object)
				}
			}
			j.closeFrame()
		}
	}
	if sure*3 < asked {
		t.Errorf("only %d of %d were answered quickly", sure, asked)
	}
}

func conditionsOf(t *testing.T, kind Kind, conditions []string) *Set {
	t.Helper()
	var b strings.Builder
	b.WriteString("pack: quick\nrules:\n")
	for i, c := range conditions {
		fmt.Fprintf(&b, "  - {id: quick.r%d, title: t, why: w, remedy: [r], severity: low, kind: %s, condition: %q}\n", i, kind, c)
	}
	packs, problems := Load(fstest.MapFS{"quick.yaml": {Data: []byte(b.String())}})
	set, more := Compile(packs, nil)
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatal(problems)
	}
	return set
}

// randomFacts fills a struct of facts: few different values, so that
// comparisons meet; what may be unknown is so half of the time.
func randomFacts(random *rand.Rand, of reflect.Type, depth int) reflect.Value {
	object := reflect.New(of)
	for i := range of.NumField() {
		fillRandom(random, object.Elem().Field(i), depth)
	}
	return object
}

func fillRandom(random *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int64:
		v.SetInt(int64(random.IntN(4)))
	case reflect.String:
		v.SetString([]string{"", "a", "b", "Admin", "workspace", "report"}[random.IntN(6)])
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.ValueOf([]string{"a", "b"}[:random.IntN(3)]).Convert(v.Type()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fillRandom(random, v.Field(i), depth)
		}
	case reflect.Pointer:
		if depth < 3 && random.IntN(3) > 0 {
			v.Set(randomFacts(random, v.Type().Elem(), depth+1))
		}
	}
}
