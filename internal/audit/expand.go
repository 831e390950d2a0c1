package audit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"steward/internal/db"
)

// expander turns the SQL templates of definitions into statements for one
// view and one scope. The words it knows:
//
//	visible(a)   the row of alias a is visible in the view
//	seen(a)      the same, written so that no index is chosen for it
//	before(a)    the row of alias a is visible in the view compared with
//	inscope(x)   the workspace with ident x is within the scope
//	wasinscope(x) the same in the view compared with
//	mine(r)      the request of alias r is the reader's own
//	opento(r)    the reader may see it: their own, or submitted once and all of
//	             its places within the scope
//	@all @some   the scope opens the whole tenant; opens anything at all
//	@tenant @scan @before @until @beforeUntil @today and what prepare set
//	?            the next argument
//
// What is inlined are integers of ours; everything else is an argument.
type expander struct {
	view, before db.View
	scope        db.Scope
	reader       Person
	vars         map[string]int64
	texts        map[string]func(*expander) string // longer pieces that prepare made
	matches      map[string]string                 // what a question of words is in the index's own
	args         []any
}

var macro = regexp.MustCompile(`(visible|seen|before|inscope|wasinscope|mine|opento)\(([^()]+)\)|@(\w+)|\?`)

func newExpander(q Query) *expander {
	until, day := int64(1<<62), int64(0)
	if q.View.Scan != 0 {
		day = dayOf(db.Millis(q.View.Taken))
	}
	if q.View.Past {
		until = db.Millis(q.View.Taken)
	}
	return &expander{view: q.View, before: q.CompareView, scope: q.Scope, reader: q.Reader, texts: map[string]func(*expander) string{}, matches: map[string]string{}, vars: map[string]int64{
		"tenant": q.View.Tenant, "scan": q.View.Scan, "before": q.CompareView.Scan,
		"until": until, "today": day,
	}}
}

// fork returns an expander for another statement of the same query.
func (e *expander) fork() *expander {
	c := *e
	c.args = nil
	return &c
}

// matchOf is the question of a FilterWords as the index takes it.
func (e *expander) matchOf(text string) string {
	if m, ok := e.matches[text]; ok {
		return m
	}
	return match(text)
}

func (e *expander) arg(v any) string {
	e.args = append(e.args, v)
	return "$" + strconv.Itoa(len(e.args))
}

// sql expands the template; params are what its question marks stand for.
func (e *expander) sql(tmpl string, params ...any) string {
	return macro.ReplaceAllStringFunc(tmpl, func(m string) string {
		if m == "?" {
			p := params[0]
			params = params[1:]
			return e.arg(p)
		}
		if m[0] == '@' {
			return e.variable(m[1:])
		}
		sub := macro.FindStringSubmatch(m)
		switch sub[1] {
		case "visible":
			return "(" + e.view.Visible(sub[2]) + ")"
		case "seen":
			return fmt.Sprintf("(%[1]s.from_scan + 0 <= %[2]d AND coalesce(%[1]s.to_scan, %[3]d) > %[2]d)", sub[2], e.view.Scan, int64(1<<62))
		case "before":
			return "(" + e.before.Visible(sub[2]) + ")"
		case "mine":
			return e.mine(sub[2])
		case "opento":
			return e.openTo(sub[2])
		case "wasinscope":
			return e.inScope(sub[2], e.before)
		default:
			return e.inScope(sub[2], e.view)
		}
	})
}

func (e *expander) variable(name string) string {
	switch name {
	case "all":
		return truth(e.scope.All)
	case "some":
		return truth(e.scope.All || len(e.scope.Prefixes)+len(e.scope.Domains) > 0)
	}
	if f, ok := e.texts[name]; ok {
		return f(e)
	}
	v, ok := e.vars[name]
	if !ok {
		panic("audit: a definition uses @" + name + ", which nothing sets")
	}
	return strconv.FormatInt(v, 10)
}

// inScope is true for workspaces the reader may see in the view. For the
// whole tenant it costs nothing.
func (e *expander) inScope(ws string, v db.View) string {
	if ws[0] == '@' {
		ws = e.variable(ws[1:])
	}
	if e.scope.All {
		return "1=1"
	}
	cond, args := e.scope.Where("sw", len(e.args)+1)
	e.args = append(e.args, args...)
	// The CASE keeps SQLite from turning EXISTS into a join, which would come
	// last, behind everything that is in a workspace: see holder.
	return fmt.Sprintf("CASE WHEN EXISTS (SELECT 1 FROM workspace sw WHERE sw.ws = %s AND %s AND %s) THEN 1 ELSE 0 END = 1", ws, v.Visible("sw"), cond)
}

// mine is true for requests that the reader began.
func (e *expander) mine(r string) string {
	if e.reader.ObjectID == "" {
		return "1=0"
	}
	return fmt.Sprintf("(%[1]s.requester_tid = %[2]s AND %[1]s.requester_oid = %[3]s)", r, e.arg(strings.ToLower(e.reader.TenantID)), e.arg(strings.ToLower(e.reader.ObjectID)))
}

// openTo is true for requests that the reader may see. A draft that nobody
// submitted yet is its author's alone; the places of a request are names, for
// what it asks for need not be there yet.
func (e *expander) openTo(r string) string {
	submitted := r + ".revision > 0"
	if e.scope.All {
		return "(" + submitted + " OR " + e.mine(r) + ")"
	}
	cond, args := e.scope.WherePlace("op", len(e.args)+1, e.view)
	e.args = append(e.args, args...)
	within := fmt.Sprintf("EXISTS (SELECT 1 FROM request_place op WHERE op.request = %[1]s.id) AND NOT EXISTS (SELECT 1 FROM request_place op WHERE op.request = %[1]s.id AND NOT %[2]s)", r, cond)
	return "(" + submitted + " AND " + within + " OR " + e.mine(r) + ")"
}

func truth(b bool) string {
	if b {
		return "1=1"
	}
	return "1=0"
}

const msPerDay = 24 * 60 * 60 * 1000

// dayOf returns the day of a moment, counted from 1970-01-01 UTC.
func dayOf(ms int64) int64 {
	if ms < 0 {
		return (ms - msPerDay + 1) / msPerDay
	}
	return ms / msPerDay
}
