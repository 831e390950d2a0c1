package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// factChunk is how many workspaces are read at a time: enough that statements
// cost little per row, few enough that memory stays small.
const factChunk = FactChunk

// FactChunk is the most workspaces that Load takes.
const FactChunk = 200

// Facts reads what rules may know of a tenant as one view shows it. What every
// workspace may need (principals, capacities, names, stages, links) is held in
// memory and grows with people and workspaces, not with items or grants; the
// rest is read workspace by workspace, in the order of their numbers.
//
// Days are counted in UTC and to the day of the view, so that a verdict about
// age or use does not change within a day. It is used by one goroutine.
type Facts struct {
	reader *Reader
	view   View
	day    int64
	// stmts are prepared once: the same few are asked for every chunk.
	stmts map[string]*sql.Stmt

	tenant     *policy.Tenant
	principals map[int64]*policy.Principal
	byName     map[string]*policy.Principal // id and address, folded
	names      *nameIndex
	capacities map[int64]*policy.Capacity
	domains    map[int64]string
	stages     map[int64]string   // workspace → name of its stage
	otherwise  map[int64][]string // workspace → what is not as its run left it
	fresh      map[int64]bool     // workspaces that runs made lately
	links      map[int64]linkBits
	groups     map[int64]*groupPeople
	knownUsers map[int64]bool // groups whose members were read
	unseen     map[int64]bool // gaps of the view
	know       factKnowledge
	heldScan   int64 // the scan of which people and names are held; 0 for none
}

// factKnowledge says which parts of the tenant were ever read.
type factKnowledge struct {
	pipelines, organisation, public, directory bool
}

type linkBits uint8

const (
	linkOrganisation linkBits = 1 << iota
	linkPublic
)

// OpenFacts reads what is common to all workspaces of the view. The caller
// closes it.
func (r *Reader) OpenFacts(ctx context.Context, v View) (*Facts, error) {
	return r.OpenFactsFrom(ctx, v, nil)
}

// OpenFactsFrom is OpenFacts with the people and the names that an earlier scan
// of the tenant showed: only what changed since is read of them. held is used
// up; nil reads everything.
func (r *Reader) OpenFactsFrom(ctx context.Context, v View, held *Held) (*Facts, error) {
	f := &Facts{
		reader: r, view: v, day: dayNumber(v.Taken), stmts: map[string]*sql.Stmt{},
		tenant: &policy.Tenant{Name: v.TenantName}, principals: map[int64]*policy.Principal{}, byName: map[string]*policy.Principal{},
		capacities: map[int64]*policy.Capacity{}, domains: map[int64]string{}, stages: map[int64]string{}, otherwise: map[int64][]string{}, fresh: map[int64]bool{},
		links: map[int64]linkBits{}, groups: map[int64]*groupPeople{}, knownUsers: map[int64]bool{}, unseen: map[int64]bool{},
	}
	f.take(held)
	for _, step := range []struct {
		what string
		run  func(context.Context) error
	}{
		{"parts", f.readParts}, {"gaps", f.readGaps}, {"principals", f.readPrincipals}, {"names", f.readNames},
		{"capacities", f.readCapacities}, {"domains", f.readDomains}, {"stages", f.readStages}, {"runs", f.readOtherwise},
		{"links", f.readLinks}, {"activity", f.readActivityDays}, {"figures", f.readFigures},
	} {
		if err := step.run(ctx); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("facts of %s at scan %d: %s: %w", v.TenantName, v.Scan, step.what, classify(err))
		}
	}
	return f, nil
}

// Close gives up the prepared statements.
func (f *Facts) Close() error {
	var first error
	for _, st := range f.stmts {
		if err := st.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Tenant returns the facts of the tenant as a whole.
func (f *Facts) Tenant() *policy.Tenant { return f.tenant }

// Unseen reports whether the view's scan could not see the workspace.
func (f *Facts) Unseen(ws int64) bool { return f.unseen[ws] }

// rows runs a query and calls fn for each row. Cancelling is looked at before:
// the driver would watch the context with a goroutine per statement.
func (f *Facts) rows(ctx context.Context, query string, fn func(*sql.Rows) error, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st := f.stmts[query]
	if st == nil {
		var err error
		if st, err = f.reader.pool.PrepareContext(ctx, query); err != nil {
			return err
		}
		f.stmts[query] = st
	}
	rows, err := st.QueryContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readParts finds out what was ever read whole, up to the view's scan.
func (f *Facts) readParts(ctx context.Context) error {
	return f.rows(ctx, `SELECT DISTINCT p.part FROM scan_part p JOIN scan s ON s.id = p.scan
		WHERE s.tenant = $1 AND s.id <= $2 AND (p.as_of IS NOT NULL OR p.state = 'done')`, func(rows *sql.Rows) error {
		var part string
		if err := rows.Scan(&part); err != nil {
			return err
		}
		// The names are those of internal/scan.
		f.know.pipelines = f.know.pipelines || part == "pipelines"
		f.know.organisation = f.know.organisation || part == "organisation-links"
		f.know.public = f.know.public || part == "published-to-web"
		return nil
	}, f.view.Tenant, f.view.Scan)
}

func (f *Facts) readGaps(ctx context.Context) error {
	return f.rows(ctx, `SELECT ws FROM scan_gap WHERE scan = $1`, func(rows *sql.Rows) error {
		var ws int64
		err := rows.Scan(&ws)
		f.unseen[ws] = true
		return err
	}, f.view.Scan)
}

func answer[T any](v T, known bool) policy.Answer[T] { return policy.KnownIf(v, known) }

// person finds a principal by what an item says of its owner: an id or an
// address. A display name finds nobody: two people may share it.
func (f *Facts) person(told string) *policy.Principal { return f.byName[strings.ToLower(told)] }

func (f *Facts) readDomains(ctx context.Context) error {
	return f.rows(ctx, `SELECT d.domain, d.name FROM domain d WHERE d.tenant = $1 AND `+f.view.Visible("d"), func(rows *sql.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		f.domains[id] = name
		return err
	}, f.view.Tenant)
}

func (f *Facts) readStages(ctx context.Context) error {
	return f.rows(ctx, `SELECT s.ws, s.name FROM pipeline_stage s WHERE s.tenant = $1 AND s.ws IS NOT NULL AND `+f.view.Visible("s"), func(rows *sql.Rows) error {
		var ws int64
		var name string
		err := rows.Scan(&ws, &name)
		f.stages[ws] = name
		f.know.pipelines = true
		return err
	}, f.view.Tenant)
}

func (f *Facts) readLinks(ctx context.Context) error {
	return f.rows(ctx, `SELECT l.item, l.link FROM wide_link l WHERE l.tenant = $1 AND `+f.view.Visible("l"), func(rows *sql.Rows) error {
		var item int64
		var link string
		if err := rows.Scan(&item, &link); err != nil {
			return err
		}
		if link == string(tenant.LinkPublic) {
			f.links[item] |= linkPublic
		} else {
			f.links[item] |= linkOrganisation
		}
		return nil
	}, f.view.Tenant)
}

// readActivityDays counts the days of activity read without a gap, back from
// the view's day. That day itself is not over, so it may be missing.
func (f *Facts) readActivityDays(ctx context.Context) error {
	next := f.day
	return f.rows(ctx, `SELECT day, whole FROM activity_day WHERE tenant = $1 AND day <= $2 ORDER BY day DESC`, func(rows *sql.Rows) error {
		var day int64
		var whole bool
		if err := rows.Scan(&day, &whole); err != nil {
			return err
		}
		switch {
		case day == f.day: // today counts as far as it went
			next = day - 1
		case day == next && whole, day == f.day-1 && next == f.day && whole:
			f.tenant.ActivityDays = f.day - day
			next = day - 1
		default:
			next = -1 // a gap: what lies before it is no evidence
		}
		return nil
	}, f.view.Tenant, f.day)
}

func (f *Facts) readFigures(ctx context.Context) error {
	t := f.tenant
	for _, p := range f.principals {
		t.Guests += bit(p.Guest)
		f.know.directory = f.know.directory || p.Gone.Known
	}
	t.Directory = policy.Known(f.know.directory)
	var public, organisation int64
	for _, bits := range f.links {
		public += bit(bits&linkPublic != 0)
		organisation += bit(bits&linkOrganisation != 0)
	}
	t.OrgLinks, t.PublicLinks = answer(organisation, f.know.organisation), answer(public, f.know.public)
	t.Unseen = int64(len(f.unseen))
	return f.rows(ctx, `SELECT s.meant, (SELECT value FROM scan_figure WHERE scan = s.id AND name = 'items'),
			(SELECT value FROM scan_figure WHERE scan = s.id AND name = 'items.labelled')
		FROM scan s WHERE s.id = $1`, func(rows *sql.Rows) error {
		var items, labelled sql.NullInt64
		if err := rows.Scan(&t.Meant, &items, &labelled); err != nil {
			return err
		}
		if items.Int64 > 0 {
			t.LabelledPct = policy.Known(labelled.Int64 * 100 / items.Int64)
		}
		return nil
	}, f.view.Scan)
}

// inChunk returns "IN ($next, …)" for a full chunk, and the ids padded to it
// with zeros, which name nothing: so one statement serves every chunk.
func inChunk(next int, ids []int64) (string, []any) {
	args := make([]any, factChunk)
	for i := range factChunk {
		args[i] = int64(0)
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	return chunkMarks[next], args
}

// chunkMarks are the conditions of inChunk by the number of the first mark.
var chunkMarks = func() (marks [5]string) {
	for next := range marks {
		var b strings.Builder
		b.WriteString("IN (")
		for i := range factChunk {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "$%d", next+i)
		}
		b.WriteByte(')')
		marks[next] = b.String()
	}
	return marks
}()

// WorkspaceNumbers returns the workspaces that the view shows, in order.
func (f *Facts) WorkspaceNumbers() []int64 {
	all := make([]int64, 0, len(f.names.entries))
	for i := range f.names.entries {
		if ws := f.names.entries[i].ws; ws != 0 {
			all = append(all, ws)
		}
	}
	slices.Sort(all)
	return all
}

// daysSince counts whole UTC days from a stored time to the view's day, never
// less than 0.
func (f *Facts) daysSince(ms int64) int64 {
	return max(0, f.day-dayNumber(time.UnixMilli(ms)))
}
