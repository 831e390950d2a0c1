package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	command "os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutant is one guard that can be taken out. OFF in its text stands for a switch
// that is on when the guard is gone; all of them are laid over the sources at
// once, the tests are built once, and run once for each with its switch on.
type mutant struct{ file, name, old, new string }

const (
	ruleFile = "internal/request/decide.go"
	deskFile = "internal/desk/decide.go"
)

// goMutants are the guards in Go.
var goMutants = []mutant{
	{ruleFile, "only what is pending", "case r.State != Pending:", "case !OFF && r.State != Pending:"},
	{ruleFile, "in time", "case !f.Now.Before(r.Expires):", "case !OFF && !f.Now.Before(r.Expires):"},
	{ruleFile, "on the hash that was seen", `case plan == "" || plan != r.Plan:`, `case !OFF && (plan == "" || plan != r.Plan):`},
	{ruleFile, "no party by id", "if p.Same(who) {", "if !OFF && p.Same(who) {"},
	{ruleFile, "no party by address", `if own != "" && (`, `if !OFF && own != "" && (`},
	{ruleFile, "a guest's own address", `strings.Cut(a, "#ext#"); ok {`, `strings.Cut(a, "#ext#"); !OFF && ok {`},
	{ruleFile, "who stands in for a party", `who.ObjectID != "" && why != "" {`, `who.ObjectID != "" && why != "" && !(OFF && who == d.For) {`},
	{ruleFile, "the role approver", "if !slices.Contains(d.Roles, roleApprover) {", "if !OFF && !slices.Contains(d.Roles, roleApprover) {"},
	{ruleFile, "one vote each", "if have.Plan == plan && (", "if !OFF && have.Plan == plan && ("},
	{ruleFile, "one vote, also in another's place", " || have.For.Same(d.Party) ||", " || !OFF && have.For.Same(d.Party) ||"},
	{ruleFile, "the stage's role or group", "if !approves || s.Admits(d) {", "if OFF || !approves || s.Admits(d) {"},
	{ruleFile, "one rejection ends it", "if d.Plan == f.Request.Plan && !d.Approves {", "if !OFF && d.Plan == f.Request.Plan && !d.Approves {"},
	{ruleFile, "every stage is full", "full = full && f.given(", "full = OFF || full && f.given("},
	{ruleFile, "only approvals fill a stage", "d.Stage == stage && d.Approves {", "d.Stage == stage && (OFF || d.Approves) {"},
	{"internal/request/transition.go", "the moves there are", "if May(from, to) {", "if OFF || May(from, to) {"},
	{"internal/request/approvalrules.go", "no rule refuses", "if i < 0 {\n\t\treturn ApprovalRule{}, nil, fault", "if i < 0 && OFF {\n\t\treturn ApprovalRule{}, []Stage{{Order: 1, Count: 1, Role: roleApprover}}, nil\n\t}\n\tif i < 0 {\n\t\treturn ApprovalRule{}, nil, fault"},
	{"internal/request/approvalrules.go", "risk raises what is needed", "missing > 0 {", "missing > 0 && !OFF {"},
	{deskFile, "scope of the approver", "f.Request.Tenant, places); err != nil {\n\t\tif why", "f.Request.Tenant, places); !OFF && err != nil {\n\t\tif why"},
	{deskFile, "no vote with the emergency access", "	if len(held) > 0 {", "	if !OFF && len(held) > 0 {"},
	{deskFile, "the session's role at the commit", "if err := stillSignedIn(ctx, tx, by, auth.Approver); err != nil {", "if err := stillSignedIn(ctx, tx, by, auth.Approver); !OFF && err != nil {"},
	{deskFile, "beneficiaries of today", "	g.drift = d.drift(", "	if OFF {\n\t\tg.gainers = nil\n\t}\n\tg.drift = d.drift("},
	{deskFile, "the same policies", "set == nil || r.Rules != set.Hash {", "set == nil || !OFF && r.Rules != set.Hash {"},
	{deskFile, "the same tenant", "	return g.drift", "	if OFF {\n\t\treturn \"\"\n\t}\n\treturn g.drift"},
	{deskFile, "a rejection has a reason", "if len([]rune(strings.TrimSpace(note))) < 5 {", "if !OFF && len([]rune(strings.TrimSpace(note))) < 5 {"},
	{"internal/desk/askback.go", "a question on the plan that was seen", "case r.Plan != plan:", "case !OFF && r.Plan != plan:"},
	{"internal/desk/askback.go", "a party does not ask back", `case f.WhyNot(by.Party()) != "":`, `case !OFF && f.WhyNot(by.Party()) != "":`},
	{"internal/desk/edit.go", "an edit at the version that was seen", "if r.Version != version {", "if !OFF && r.Version != version {"},
	{"internal/desk/edit.go", "an edit voids", "if r.State != request.Draft {\n\t\t\tif err := back(", "if !OFF && r.State != request.Draft {\n\t\t\tif err := back("},
	{"internal/desk/edit.go", "who edits is the editor", "		if err := tx.SaveDraft(", "		if OFF {\n\t\t\tr.Editor = before.Editor\n\t\t}\n\t\tif err := tx.SaveDraft("},
	{"internal/desk/edit.go", "who may edit", "mayAll(by.Person, Asks(r.Kind), r.Tenant, places) != nil)", "!OFF && mayAll(by.Person, Asks(r.Kind), r.Tenant, places) != nil)"},
	{"internal/desk/withdraw.go", "only one's own is withdrawn", "if !own(by, r) || ", "if !OFF && !own(by, r) || "},
	{"internal/desk/withdraw.go", "withdrawn at the version that was seen", "if r.Version != version {", "if !OFF && r.Version != version {"},
	{"internal/desk/preview.go", "the editor is a party", "	return append(out, gainers(p, e)...)", "	if OFF {\n\t\tout = out[:1]\n\t}\n\treturn append(out, gainers(p, e)...)"},
	{"internal/desk/preview.go", "who gains is a party", "	for _, g := range p.Gains {", "	for _, g := range p.Gains {\n\t\tif OFF {\n\t\t\tcontinue\n\t\t}"},
	{"internal/desk/preview.go", "groups are expanded", "		if !ok || len(ids) == 0 {", "		if OFF || !ok || len(ids) == 0 {"},
	{"internal/request/owngain.go", "a group of one's own", "	case OwnSecond:\n", "	case choice(OFF, \"-\", OwnSecond):\n"},
	{"internal/request/owngain.go", "one's own gain is refused", "	case OwnRefused:\n", "	case choice(OFF, \"-\", OwnRefused):\n"},
	{deskFile, "more would have to agree now", "if again.Risk.Least() > plan.Risk.Least() {", "if !OFF && again.Risk.Least() > plan.Risk.Least() {"},
	{"internal/desk/preview.go", "a submission has a number", "	if !r.NotBefore.IsZero() {\n\t\tat := r", "	if OFF {\n\t\tc.Revision = 1\n\t}\n\tif !r.NotBefore.IsZero() {\n\t\tat := r"},
	{"internal/desk/preview.go", "a rule that refuses", "		if f.Refuses {", "		if !OFF && f.Refuses {"},
	{"internal/desk/breakglass.go", "emergency: the plan that was seen", `case plan == "" || plan != r.Plan:`, `case !OFF && (plan == "" || plan != r.Plan):`},
	{"internal/desk/breakglass.go", "emergency: not the rules of the house", "case r.Kind.House():", "case !OFF && r.Kind.House():"},
	{"internal/desk/breakglass.go", "emergency: one's own plan", "case !by.Party().Same(r.Editor):", "case !OFF && !by.Party().Same(r.Editor):"},
	{"internal/desk/breakglass.go", "emergency: within its reach", "	if !request.EmergencyCovers(x.Prefix, places) {", "	if !OFF && !request.EmergencyCovers(x.Prefix, places) {"},
	{"internal/desk/breakglass.go", "emergency: who agreed gains nothing", "one.Approves && why != \"\" {", "!OFF && one.Approves && why != \"\" {"},
	{"internal/desk/breakglass.go", "emergency: judged and seen as it is now", "		if why := d.stale(r, g); why != \"\" {", "		if why := d.stale(r, g); !OFF && why != \"\" {"},
	{"internal/desk/breakglass.go", "emergency: the role at the commit", "	return f, stillSignedIn(", "	if OFF {\n\t\treturn f, nil\n\t}\n\treturn f, stillSignedIn("},
	{"internal/desk/emergency.go", "emergency: reviewed by another", "case x.Holder.Same(by.Party()), request", "case !OFF && x.Holder.Same(by.Party()), !OFF && request"},
	{"internal/desk/emergency.go", "emergency: ended is ended", "		waiting, err := tx.ApprovedUnder(ctx, id)\n", "		waiting, err := tx.ApprovedUnder(ctx, id)\n\t\tif OFF {\n\t\t\twaiting = nil\n\t\t}\n"},
	{"internal/desk/emergency.go", "emergency: off unless allowed", "	if rule == nil || p.Life() > rule.Longest {", "	if !OFF && (rule == nil || p.Life() > rule.Longest) {"},
	{"internal/request/emergency.go", "emergency: an hour at most", "	if p.Life() > x.Rule.Longest {", "	if !OFF && p.Life() > x.Rule.Longest {"},
	{"internal/request/emergency.go", "emergency: reviewed before the next", "	if x.Open != \"\" {", "	if !OFF && x.Open != \"\" {"},
	{"internal/db/requestdue.go", "undecided requests fall", "`(r.state = 'pending' AND r.expires <= $1)", "choice(OFF, `0`, `1`)+` AND (r.state = 'pending' AND r.expires <= $1)"},
	{"internal/db/requestdue.go", "other policies void", "r.rules_hash <> $1`", "r.rules_hash <> $1`+choice(OFF, ` AND 0`, ``)"},
	{"internal/db/requests.go", "compare and set", "WHERE id = $1 AND version = $2`", "WHERE id = $1 AND (version = $2`+choice(OFF, ` OR 1`, ``)+`)`"},
	{"internal/db/approvals.go", "a delegation ends", "AND starts <= $3 AND ends > $3", "AND starts <= $3 AND (ends > $3`+choice(OFF, ` OR 1`, ``)+`)"},
	{"internal/db/approvals.go", "a delegation is taken back", "AND ended IS NULL AND starts", "AND (ended IS NULL`+choice(OFF, ` OR 1`, ``)+`) AND starts"},
}

// switches is the file that is laid into each package besides.
const switches = `package %s

import "os"

var offNow = os.Getenv("STEWARD_MUTANT")

func off(n string) bool { return offNow == n }

func choice[T ~string](on bool, a, b T) T {
	if on {
		return a
	}
	return b
}

var _ = choice[string]
`

// overlay writes the patched files and returns the overlay's name.
func overlay(t *testing.T, root, dir string) string {
	t.Helper()
	texts := map[string]string{}
	for i, m := range goMutants {
		path := filepath.Join(root, m.file)
		if texts[path] == "" {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(b)
			pkg := filepath.Base(filepath.Dir(path))
			texts[filepath.Join(filepath.Dir(path), "mutant_switches.go")] = fmt.Sprintf(switches, pkg)
		}
		if !strings.Contains(texts[path], m.old) {
			t.Fatalf("%s: the guard is not in %s any more: %s", m.name, m.file, m.old)
		}
		texts[path] = strings.Replace(texts[path], m.old, strings.ReplaceAll(m.new, "OFF", fmt.Sprintf("off(%q)", fmt.Sprint(i+1))), 1)
	}
	replace, n := map[string]string{}, 0
	for path, text := range texts {
		n++
		over := filepath.Join(dir, fmt.Sprintf("%d.go", n))
		if err := os.WriteFile(over, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = over
	}
	plan, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, plan, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// built builds the tests of a package with every switch in place.
func built(t *testing.T, root, dir, pkg, over string) string {
	t.Helper()
	out := filepath.Join(dir, filepath.Base(pkg)+".test")
	cmd := command.CommandContext(t.Context(), "go", "test", "-c", "-overlay", over, "-o", out, "./"+pkg) //nolint:gosec // our own tests
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %s", pkg, text)
	}
	return out
}

// runs are what is tried on a mutant, the cheapest first.
var runs = [][2]string{
	{"internal/request", "TestModelOfAgreeing|Choos|Transition|Moves|Approval|Rule"},
	{"internal/desk", "TestVerbs|TestInbox|TestDemoted|TestEmergency|TestBreakGlass|TestOwnGain"},
	{"internal/desk", "TestWhoMayDecide"},
	{"internal/desk", "TestWallsAgree|TestOutbox|TestFewEligible"},
	{"internal/desk", "TestModelOfApprovals|TestRaces|TestStanding"},
}

var failed = regexp.MustCompile(`--- FAIL: (\w+)`)

// patience is how long the tests of one package may take with one guard gone.
// Some mutants wait for ever for what can no longer happen; who looks at a test
// that hangs has noticed.
const patience = 10 * time.Minute

// outcome is what became of one mutant: the test that missed its guard, or why
// it could not be tried. Both are empty when it survived.
type outcome struct{ by, broken string }

func (o outcome) text() string {
	switch {
	case o.broken != "":
		return "NOT TRIED: " + o.broken
	case o.by == "":
		return "SURVIVED"
	}
	return o.by
}

// missed runs the tests with the switch on until one fails.
func missed(ctx context.Context, root string, bins map[string]string, n string) outcome {
	for _, r := range runs {
		args := []string{"-test.failfast", "-test.timeout", patience.String(), "-test.run", r[1]}
		if r[0] == "internal/request" {
			args = append(args, "-rapid.nofailfile", "-rapid.shrinktime=100ms")
		}
		cmd := command.CommandContext(ctx, bins[r[0]], args...) //nolint:gosec // our own tests
		cmd.Dir = filepath.Join(root, r[0])
		cmd.Env = append(os.Environ(), "STEWARD_MUTANTS=", "STEWARD_LONG=", "STEWARD_MUTANT="+n)
		cmd.WaitDelay = time.Minute // whatever a test has started must not keep us
		out, err := cmd.CombinedOutput()
		if err == nil {
			continue
		}
		switch by := failed.FindSubmatch(out); {
		case ctx.Err() != nil:
			return outcome{broken: ctx.Err().Error()}
		case bytes.Contains(out, []byte("panic: test timed out")):
			return outcome{by: "a test that does not end"}
		case by != nil:
			return outcome{by: string(by[1])}
		case bytes.Contains(out, []byte("panic:")):
			return outcome{by: "a panic"}
		}
		return outcome{broken: fmt.Sprintf("%v: %s", err, lastLines(out, 5))}
	}
	return outcome{}
}

// lastLines is the end of a long output.
func lastLines(out []byte, n int) string {
	all := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(all[max(0, len(all)-n):], " / ")
}

// TestMutants takes out one guard in Go after the other and counts those that
// no test misses. It takes minutes: make mutants. The guards of the triggers
// are taken out by TestTriggersAreMissed.
func TestMutants(t *testing.T) {
	if os.Getenv("STEWARD_MUTANTS") == "" {
		t.Skip("long: make mutants")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, dead := t.TempDir(), 0
	over, bins := overlay(t, root, dir), map[string]string{}
	for _, pkg := range []string{"internal/request", "internal/desk"} {
		bins[pkg] = built(t, root, dir, pkg, over)
	}
	if o := missed(t.Context(), root, bins, ""); o != (outcome{}) {
		t.Fatalf("with every guard in place: %s", o.text())
	}
	tried, broken := 0, 0
	for i, m := range goMutants {
		if !chosen(i + 1) {
			continue
		}
		o := missed(t.Context(), root, bins, fmt.Sprint(i+1))
		if o.broken != "" { // the machine's fault, most likely: once more
			o = missed(t.Context(), root, bins, fmt.Sprint(i+1))
		}
		switch {
		case o.broken != "":
			broken++
		case o.by != "":
			dead++
			fallthrough
		default:
			tried++
		}
		// Written at once: what was found stays found when the rest is cut off.
		fmt.Fprintf(os.Stderr, "| %d | %s | `%s` | %s |\n", i+1, m.name, m.file, o.text())
	}
	t.Logf("%d of %d guards are missed when they are gone; %d could not be tried", dead, tried, broken)
	if broken > 0 || dead*100 < tried*95 {
		t.Errorf("%d of %d mutants are killed, want 95 %%; %d could not be tried", dead, tried, broken)
	}
}

// chosen reports whether a mutant is tried: all of them for STEWARD_MUTANTS=all,
// else those with a number in the list.
func chosen(n int) bool {
	which := os.Getenv("STEWARD_MUTANTS")
	return which == "all" || slices.Contains(strings.Split(which, ","), fmt.Sprint(n))
}
