package desk_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/request"
)

// abort is one guard of the triggers.
var abort = regexp.MustCompile(`RAISE\(ABORT, '([^']*)'\)`)

// TestTriggersAreMissed takes out every RAISE of the triggers about requests in
// turn, within a transaction that is rolled back: one of the statements that it
// is there for must then pass, or be refused for another reason.
func TestTriggersAreMissed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Admin"))
	triggers := o.triggers()
	guards, dead := 0, 0
	for name, sql := range triggers {
		for _, at := range abort.FindAllStringSubmatchIndex(sql, -1) {
			guards++
			words := sql[at[2]:at[3]]
			without := sql[:at[0]] + "1" + sql[at[1]:]
			if by := o.missedWithout(r, name, without, words); by != "" {
				dead++
				t.Logf("| %s | trigger `%s` | %s |", words, name, by)
			} else {
				t.Logf("| %s | trigger `%s` | SURVIVED |", words, name)
			}
		}
	}
	t.Logf("%d of %d guards of the triggers are missed when they are gone", dead, guards)
	if guards < 25 || dead*100 < guards*95 {
		t.Errorf("%d of %d guards are missed, want 95 %% of at least 25", dead, guards)
	}
}

// triggers are those about requests, by name.
func (o *office) triggers() map[string]string {
	o.tb.Helper()
	rows, err := o.db.Reader().Query(o.tb.Context(), `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND (tbl_name LIKE 'request%' OR tbl_name IN ('approval', 'delegation', 'notice', 'emergency', 'emergency_use'))`)
	o.check(err)
	defer func() { _ = rows.Close() }()
	out := map[string]string{}
	for rows.Next() {
		var name, sql string
		o.check(rows.Scan(&name, &sql))
		out[name] = sql
	}
	o.check(rows.Err())
	return out
}

// missedWithout is the first case that goes wrong without the guard.
func (o *office) missedWithout(r request.Request, name, without, words string) string {
	o.tb.Helper()
	for _, c := range slices.Concat(wallCases(), submissionCases(), emergencyCases()) {
		if c.says == "" || !strings.Contains(words, c.says) {
			continue
		}
		var got error
		err := o.db.Write(o.tb.Context(), func(tx *db.Tx) error {
			o.check(exec(o, tx, "DROP TRIGGER "+name))
			o.check(exec(o, tx, without))
			got = c.run(o, tx, r)
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			o.tb.Fatal(err)
		}
		if c.wrong(got) != "" {
			return c.name
		}
	}
	return ""
}
