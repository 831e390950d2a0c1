package desk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	command "os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mutant is one guard taken out. The sources stay as they are: the patched file
// is laid over them for one run of the tests.
type mutant struct{ file, name, old, new string }

const (
	ruleFile = "internal/request/decide.go"
	deskFile = "internal/desk/decide.go"
)

// goMutants are the guards in Go, each with the text that takes it out.
var goMutants = []mutant{
	{ruleFile, "only what is pending", "case r.State != Pending:", "case false:"},
	{ruleFile, "in time", "case !f.Now.Before(r.Expires):", "case false:"},
	{ruleFile, "on the hash that was seen", `case plan == "" || plan != r.Plan:`, "case false:"},
	{ruleFile, "no party by id", "if p.Same(who) {", "if false {"},
	{ruleFile, "no party by address", `if own != "" && (`, `if own != "" && false && (`},
	{ruleFile, "a guest's own address", `strings.Cut(a, "#ext#"); ok {`, `strings.Cut(a, "#ext#"); ok && false {`},
	{ruleFile, "who stands in for a party", "for _, who := range []Party{d.Party, d.For} {", "for _, who := range []Party{d.Party} {"},
	{ruleFile, "the role approver", "if !slices.Contains(d.Roles, roleApprover) {", "if false {"},
	{ruleFile, "one vote each", "if have.Plan == plan && (", "if false && have.Plan == plan && ("},
	{ruleFile, "one vote, also in another's place", " || have.For.Same(d.Party) || have.For.Same(d.For))", ")"},
	{ruleFile, "the stage's role or group", "if !approves || s.Admits(d) {", "if true {"},
	{ruleFile, "one rejection ends it", "if d.Plan == f.Request.Plan && !d.Approves {", "if false {"},
	{ruleFile, "every stage is full", "full = full && f.given(f.Request.Plan, s.Order) >= s.Count", "full = true"},
	{ruleFile, "only approvals fill a stage", "d.Stage == stage && d.Approves {", "d.Stage == stage {"},
	{"internal/request/transition.go", "the moves there are", "if May(from, to) {", "if true {"},
	{"internal/request/approvalrules.go", "no rule refuses", "if i < 0 {", "if i < 0 { i = 0 }\n\tif false {"},
	{"internal/request/approvalrules.go", "risk raises what is needed", "missing > 0 {", "missing > 99 {"},
	{deskFile, "scope of the approver", "if err := mayAll(by.Person, auth.DecideRequest, f.Request.Tenant, places); err != nil {", "if err := mayAll(by.Person, auth.DecideRequest, f.Request.Tenant, places); err != nil && false {"},
	{deskFile, "no vote with the emergency access", "if d.emergency(by.Party()) {", "if false {"},
	{deskFile, "the session's role at the commit", "if err := stillSignedIn(ctx, tx, by); err != nil {", "if err := stillSignedIn(ctx, tx, by); err != nil && false {"},
	{deskFile, "beneficiaries of today", "f.Involved = append(f.Involved, g.gainers...)", "_ = g.gainers"},
	{deskFile, "the same policies", "if set := d.rules(); set == nil || r.Rules != set.Hash {", "if set := d.rules(); set == nil {"},
	{deskFile, "the same tenant", "return g.drift", `return ""`},
	{deskFile, "a rejection has a reason", "if len([]rune(strings.TrimSpace(note))) < 5 {", "if false {"},
	{"internal/desk/askback.go", "a question on the plan that was seen", "case r.Plan != plan:", "case false:"},
	{"internal/desk/askback.go", "a party does not ask back", `case f.WhyNot(by.Party()) != "":`, "case false:"},
	{"internal/desk/edit.go", "an edit at the version that was seen", "if r.Version != version {", "if false {"},
	{"internal/desk/edit.go", "an edit voids", "if r.State != request.Draft {\n\t\t\tif err := back(", "if false {\n\t\t\tif err := back("},
	{"internal/desk/edit.go", "who edits is the editor", "r.Reason, r.Editor, r.NotBefore = strings.TrimSpace(in.Reason), by.Party(), in.NotBefore", "r.Reason, r.NotBefore = strings.TrimSpace(in.Reason), in.NotBefore"},
	{"internal/desk/edit.go", "who may edit", "mayAll(by.Person, Asks(r.Kind), r.Tenant, places) != nil)", "false)"},
	{"internal/desk/withdraw.go", "only one's own is withdrawn", "if !own(by, r) || ", "if "},
	{"internal/desk/withdraw.go", "withdrawn at the version that was seen", "if r.Version != version {", "if false {"},
	{"internal/desk/preview.go", "the editor is a party", ", {Party: r.Editor, Why: request.WhyEditor}}", "}"},
	{"internal/desk/preview.go", "who gains is a party", "return append(out, gainers(p, e)...)", "return out"},
	{"internal/desk/preview.go", "groups are expanded", "ids := who.People", "ids := who.People[:0]"},
	{"internal/desk/preview.go", "a submission has a number", "Revision: r.Revision + 1,", "Revision: 1,"},
	{"internal/desk/preview.go", "a rule that refuses", "if f.Refuses {", "if false {"},
	{"internal/db/requestdue.go", "undecided requests fall", "(r.state = 'pending' AND r.expires <= $1)", "(r.state = 'pending' AND $1 < 0)"},
	{"internal/db/requestdue.go", "approved requests fall", "(r.state = 'approved' AND r.window_ends <= $1)", "(r.state = 'approved' AND $1 < 0)"},
	{"internal/db/requestdue.go", "other policies void", "AND r.rules_hash <> $1", "AND r.rules_hash = $1 || 'x'"},
	{"internal/db/requests.go", "compare and set", "WHERE id = $1 AND version = $2`", "WHERE id = $1 AND $2 = $2`"},
	{"internal/db/approvals.go", "a delegation ends", "AND starts <= $3 AND ends > $3", "AND starts <= $3"},
	{"internal/db/approvals.go", "a delegation is taken back", "AND ended IS NULL AND starts", "AND starts"},
}

const migration = "internal/db/migrations/0030_requests.sql"

// abort is one guard of the triggers.
var abort = regexp.MustCompile(`RAISE\(ABORT, '[^']*'\)`)

// sqlMutants takes out every RAISE of the triggers in turn, and the conditions
// of the view that counts.
func sqlMutants(text string) []mutant {
	out := []mutant{
		{migration, "view: a rejection", "NOT EXISTS (SELECT 1 FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 0)", "1"},
		{migration, "view: a party's vote", "((p.tid = a.tid AND p.oid = a.oid)", "((0 AND p.tid = a.tid AND p.oid = a.oid)"},
	}
	for i, at := range abort.FindAllStringIndex(text, -1) {
		guard := text[at[0]:at[1]]
		out = append(out, mutant{migration, fmt.Sprintf("trigger %d: %s", i+1, guard[len("RAISE(ABORT, '"):len(guard)-2]), fmt.Sprint(i), ""})
	}
	return out
}

// patched is the file with the guard taken out.
func (m mutant) patched(text string) (string, bool) {
	if m.new == "" { // a numbered RAISE
		var n int
		if _, err := fmt.Sscan(m.old, &n); err != nil {
			return "", false
		}
		at := abort.FindAllStringIndex(text, -1)[n]
		return text[:at[0]] + "1" + text[at[1]:], true
	}
	return strings.Replace(text, m.old, m.new, 1), strings.Contains(text, m.old)
}

// killed runs the tests over the mutant: the cheap ones first.
func (m mutant) killed(t *testing.T, root, dir string, i int) (by string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	text, ok := m.patched(string(source))
	if !ok {
		t.Errorf("%s: the guard is not in %s any more", m.name, m.file)
		return "?"
	}
	over := filepath.Join(dir, fmt.Sprintf("%d%s", i, filepath.Ext(m.file)))
	if err := os.WriteFile(over, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, m.file): over}})
	if err != nil {
		t.Fatal(err)
	}
	overlay := over + ".json"
	if err := os.WriteFile(overlay, plan, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, run := range [][]string{
		{"-run", "TestModelOfAgreeing|TestPlans|TestApproval|TestChoose|TestMoves|TestDecid", "./internal/request"},
		{"-run", "TestTheSecondWall|TestWallsAgree", "./internal/desk"},
		{"-run", "TestVerbs|TestInbox|TestDemoted|TestEmergency|TestWhoMayDecide", "./internal/desk"},
		{"-run", "TestRaces|TestModelOfApprovals|TestStanding|TestOutbox", "./internal/desk"},
	} {
		if filepath.Ext(m.file) == ".sql" && run[2] == "./internal/request" {
			continue
		}
		cmd := command.CommandContext(t.Context(), "go", append([]string{"test", "-count=1", "-failfast", "-overlay", overlay}, run...)...) //nolint:gosec // our own tests
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "STEWARD_MUTANTS=", "STEWARD_LONG=")
		out, err := cmd.CombinedOutput()
		if err == nil {
			continue
		}
		if bytes.Contains(out, []byte("[build failed]")) || !bytes.Contains(out, []byte("--- FAIL")) && !bytes.Contains(out, []byte("panic:")) {
			t.Errorf("%s: the tests did not run: %s", m.name, out)
			return "?"
		}
		return regexp.MustCompile(`--- FAIL: (\w+)`).FindString(string(out))
	}
	return ""
}

// TestMutants takes out one guard after the other and counts those that no test
// misses. It takes a quarter of an hour: make mutants.
func TestMutants(t *testing.T) {
	if os.Getenv("STEWARD_MUTANTS") == "" {
		t.Skip("long: make mutants")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sql, err := os.ReadFile(filepath.Join(root, migration))
	if err != nil {
		t.Fatal(err)
	}
	all, dir, dead := append(goMutants, sqlMutants(string(sql))...), t.TempDir(), 0
	for i, m := range all {
		by := m.killed(t, root, dir, i)
		word := "SURVIVED"
		if by != "" {
			word = "killed"
			dead++
		}
		fmt.Fprintf(os.Stderr, "%-8s %s: %s (%s)\n", word, m.file, m.name, strings.TrimPrefix(by, "--- FAIL: "))
	}
	fmt.Fprintf(os.Stderr, "%d of %d guards are missed when they are gone\n", dead, len(all))
	if dead*100 < len(all)*95 {
		t.Errorf("%d of %d mutants are killed, want 95 %%", dead, len(all))
	}
}
