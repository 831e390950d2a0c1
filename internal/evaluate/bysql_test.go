package evaluate_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
)

// labels are the objects of the standing violations of a rule.
func (w *world) labels(query string, args ...any) []string {
	w.tb.Helper()
	rows, err := w.db.Reader().Query(w.tb.Context(), query, args...)
	w.check(err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		w.check(rows.Scan(&s))
		out = append(out, s)
	}
	w.check(rows.Err())
	slices.Sort(out)
	return out
}

const ordinarySQL = `w.to_scan IS NULL AND w.state = 'Active' AND w.kind NOT IN ('PersonalGroup','AdminWorkspace')
	AND w.ws NOT IN (SELECT ws FROM scan_gap WHERE scan = (SELECT published_scan FROM tenant))`

// peopleSQL counts, per workspace, the different users who are Admin, those
// behind groups included, the way an auditor would write it down.
const peopleSQL = `WITH RECURSIVE holder (ws, who) AS (
		SELECT g.ws, g.principal FROM access_grant g WHERE g.object = g.ws AND g.role = 'Admin' AND g.to_scan IS NULL
		UNION
		SELECT h.ws, m.member FROM holder h JOIN group_member m ON m.grp = h.who AND m.to_scan IS NULL),
	people (ws, n) AS (
		SELECT w.ws, count(DISTINCT CASE WHEN p.kind = 'User' THEN h.who END) FROM workspace w
		LEFT JOIN holder h ON h.ws = w.ws LEFT JOIN principal p ON p.principal = h.who AND p.to_scan IS NULL
		WHERE w.to_scan IS NULL GROUP BY w.ws)
	SELECT w.name FROM workspace w JOIN people ON people.ws = w.ws WHERE ` + ordinarySQL

// What the rules on names and on numbers of admins find is what a query by
// hand over the same database finds.
func TestNamingAndAdminsEqualSQLByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e, _ := readScenario(t, "testdata/every-rule.txtar")
	w.evaluate(w.scan(e), builtin(t, nil))
	standing := `SELECT label FROM violation WHERE rule = $1 AND state <> 'resolved'`
	convention := regexp.MustCompile(`^[A-Z]{2,4}-[A-Za-z0-9-]+-(DEV|TEST|PROD)$`)
	names := w.labels(`SELECT w.name FROM workspace w WHERE ` + ordinarySQL)
	for rule, byHand := range map[string][]string{
		"naming.pattern": slices.DeleteFunc(slices.Clone(names), convention.MatchString),
		"naming.length":  w.labels(`SELECT w.name FROM workspace w WHERE ` + ordinarySQL + ` AND length(w.name) NOT BETWEEN 3 AND 200`),
		"owners.none": w.labels(`SELECT w.name FROM workspace w WHERE ` + ordinarySQL + ` AND w.users_known = 1
			AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.ws = w.ws AND g.object = w.ws AND g.role = 'Admin' AND g.to_scan IS NULL)`),
		"owners.few":  w.labels(peopleSQL + ` AND people.n < 2 AND w.admins > 0`),
		"owners.many": w.labels(peopleSQL + ` AND people.n > 5`),
	} {
		got := w.labels(standing, rule)
		if fmt.Sprint(got) != fmt.Sprint(byHand) || len(got) == 0 {
			t.Errorf("%s finds %v, by hand %v", rule, got, byHand)
		}
	}
}
