package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEachEndOfARequestHasItsExitCode asks the portal for workspaces as a
// pipeline does, lets people decide differently, and reads the exit codes that
// docs/automation.md promises. That nobody decides for weeks cannot be waited
// for here; the code of it stands in the table of the next test.
func TestEachEndOfARequestHasItsExitCode(t *testing.T) {
	t.Parallel()
	r := newRobotOf(t, 12)
	people := r.approvers(t)
	submit := func(name, more string) string {
		return `portal request submit workspace-create --set name=` + name + ` --set description="Made by a pipeline" --set capacity= --reason "A pipeline asks." ` + more
	}
	id, token := "", filepath.Join(r.dir, "token")
	if err := os.WriteFile(token, []byte(r.token), 0o600); err != nil {
		t.Fatal(err)
	}
	want := func(what, script string, code int, says string) {
		t.Helper()
		out, got := r.run(script, map[string]string{"ID": id, "PORTAL_TOKEN_FILE": token})
		if got != code || !strings.Contains(out, says) {
			t.Errorf("%s: exit %d, want %d, and %q in\n%.1500s", what, got, code, says, out)
		}
		if m := anID.FindStringSubmatch(out); m != nil {
			id = m[1]
		}
	}
	want("submitted", submit("FIN-Exit-DEV", ""), 0, `"state":`)
	want("nobody decides in time", `portal request wait "$ID" --timeout 300ms --every 100ms`, exitWaited, "portal request wait "+id)
	want("taken back", `portal request cancel "$ID"`, 0, id)
	want("was taken back", `portal request wait "$ID" --timeout 1m`, exitWithdrawn, `withdrawn`)

	want("submitted to be rejected", submit("FIN-Exit2-DEV", ""), 0, `"state":`)
	r.decide(people, "reject")
	want("rejected", `portal request wait "$ID" --timeout 5m --summary out.md`, exitRejected, `rejected`)
	if text, err := os.ReadFile(filepath.Join(r.dir, "out.md")); err != nil || !strings.Contains(string(text), "rejected") || !strings.Contains(string(text), "Decided by a person.") {
		t.Errorf("the summary: %v\n%s", err, text)
	}

	want("submitted to be done", submit("FIN-Exit3-DEV", ""), 0, `"state":`)
	r.decide(people, "approve")
	want("done", `portal request wait "$ID" --timeout 5m --every 200ms`, 0, `"done"`)

	faults(t, r.control, "faults:\n  - {match: \"POST */workspaces\", status: 403}\n")
	want("submitted to fail", submit("FIN-Exit4-DEV", ""), 0, `"state":`)
	r.decide(people, "approve")
	want("failed", `portal request wait "$ID" --timeout 5m --every 200ms`, exitNotDone, `"failed"`)
	faults(t, r.control, "faults: []")

	want("a field is refused", submit("nonsense", ""), exitRefused, "name")
	want("there is no such kind", `portal request submit make-coffee --set a=b`, exitRefused, "no such kind")
	want("there is no such request", `portal request wait 01ARZ3NDEKTSV4RRFFQ69G5FAV --timeout 1s`, exitRefused, "")
	want("a field without its value", `portal request submit workspace-create --set name`, exitMisuse, "name")
	want("a flag that there is not", `portal request submit workspace-create --nothing=x`, exitMisuse, "--nothing")
	want("nobody is there", `PORTAL_SERVER=http://127.0.0.1:1 portal request show "$ID"`, exitFailed, "127.0.0.1:1")
	want("a token that is none", `umask 077; echo stw_none > none; PORTAL_TOKEN_FILE=none portal request show "$ID"`, exitRefused, "")
}

// approvers signs those in who decide, and returns their names.
func (r *robot) approvers(t *testing.T) (people []string) {
	t.Helper()
	_, page := r.as("look", "GET", "/login", url.Values(nil))
	for _, m := range someone.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[3], "approver") {
			people = append(people, m[2])
		}
	}
	for _, name := range people {
		if !r.signInNamed(name) {
			t.Fatalf("%s does not sign in", name)
		}
	}
	return people
}

func TestExitOfState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]error{
		"done": nil, "rejected": exitError(exitRejected), "expired": exitError(exitExpired), "withdrawn": exitError(exitWithdrawn),
		"failed": exitError(exitNotDone), "cancelled": exitError(exitNotDone), "a state of another version": exitError(exitNotDone),
	} {
		if got := exitOfState(state); got != want { //nolint:errorlint // codes are compared as they are
			t.Errorf("%s: %v, want %v", state, got, want)
		}
	}
}
