package db

import (
	"context"
	"database/sql"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// shareFacts counts, from the rights of a part, who holds what: roles of each
// workspace, rights on each item, and those held from outside.
func (f *Facts) shareFacts(ctx context.Context, _ []int64, p *FactPart) error {
	p.noteRoles()
	tallies := make([]roleTally, len(p.spaces))
	shares := make([]shareTally, len(p.items))
	for _, r := range p.rights {
		at, ok := p.at[r.ws]
		who := f.principals[r.principal]
		if !ok || who == nil {
			continue
		}
		if r.object == r.ws {
			tallies[at].add(who, r.role)
		} else if i, ok := p.ofItem[r.object]; ok {
			shares[i].add(who, r.role, p.inRole[at][r.principal])
		}
	}
	f.itemShares(p, shares)
	for i := range p.spaces {
		if !p.usersKnown[i] {
			continue
		}
		tallies[i].fill(&p.spaces[i])
		if err := f.adminFacts(ctx, &p.spaces[i], tallies[i].admins); err != nil {
			return err
		}
	}
	return nil
}

// shareTally counts the rights on one item.
type shareTally struct {
	outsiders, guests int64
	everyone          bool
}

func (t *shareTally) add(p *policy.Principal, role string, inRole bool) {
	t.guests += bit(p.Guest)
	t.everyone = t.everyone || p.Everyone
	// The owner of an item holds a right on it by having made it.
	t.outsiders += bit(!inRole && !p.Everyone && role != "Owner")
}

// itemShares fills what rules may know of the rights on items, and of each
// workspace what is held on its items from outside.
func (f *Facts) itemShares(p *FactPart, shares []shareTally) {
	known := append([]bool(nil), p.usersKnown...)
	outside := make([]int64, len(p.spaces))
	for i := range p.items {
		it, t, at, told := &p.items[i], shares[i], p.extras[i].ws, p.extras[i].usersKnown
		it.GuestShares = answer(t.guests, told)
		it.Outsiders = answer(t.outsiders, told && p.usersKnown[at])
		// A link for everybody shows as a right of everybody, or in the list of
		// widely shared items; either is enough to know.
		link := t.everyone || f.links[it.Num]&linkOrganisation != 0
		it.OrgLink = answer(link, link || f.know.organisation || told)
		outside[at] += t.outsiders
		known[at] = known[at] && told
	}
	for i := range p.spaces {
		p.spaces[i].SharedOutside = answer(outside[i], known[i])
	}
}

// roleTally counts the holders of roles in one workspace.
type roleTally struct {
	all, people, groups, apps, guests, writers int64
	admins                                     []*policy.Principal
}

func (t *roleTally) add(p *policy.Principal, role string) {
	t.all++
	t.people += bit(p.Kind == string(tenant.PrincipalUser))
	t.groups += bit(p.Kind == string(tenant.PrincipalGroup))
	t.apps += bit(p.Kind == string(tenant.PrincipalApp))
	t.guests += bit(p.Guest)
	t.writers += bit(p.Guest && tenant.Right(role).CanWrite())
	if role == string(tenant.RightAdmin) {
		t.admins = append(t.admins, p)
	}
}

func (t *roleTally) fill(w *policy.Workspace) {
	w.RoleHolders, w.People, w.Groups = policy.Known(t.all), policy.Known(t.people), policy.Known(t.groups)
	w.Apps, w.Guests, w.GuestWriters = policy.Known(t.apps), policy.Known(t.guests), policy.Known(t.writers)
}

func (f *Facts) loadBadSources(ctx context.Context, ids []int64, p *FactPart) error {
	in, args := inChunk(2, ids)
	return f.rows(ctx, `SELECT e.downstream, count(*) FROM edge e WHERE e.kind = $1 AND e.ws `+in+` AND `+f.view.Visible("e")+` GROUP BY e.downstream`, func(rows *sql.Rows) error {
		var item, n int64
		if err := rows.Scan(&item, &n); err != nil {
			return err
		}
		if i, ok := p.ofItem[item]; ok {
			p.items[i].MisconfSource = n
		}
		return nil
	}, append([]any{string(tenant.EdgeMissource)}, args...)...)
}

// useDays is how far back views, viewers and edits are counted, in days, the
// view's own day included. They are known only when every whole day of them
// was read: a smaller count would look like less use.
const useDays = 28

// loadUse reads what the activity log says of the part's items. A refresh is
// no use.
func (f *Facts) loadUse(ctx context.Context, ids []int64, p *FactPart) error {
	for i := range p.spaces {
		w := &p.spaces[i]
		if f.useKnown() {
			w.Viewers, w.Views, w.DirectEdits = policy.Known[int64](0), policy.Known[int64](0), policy.Known[int64](0)
		}
		w.Usage.SeenDays = f.tenant.ActivityDays
	}
	for i := range p.items { // nobody's use is zero
		p.items[i].Viewers = answer(int64(0), f.useKnown())
	}
	f.workspaceAges(p)
	in, args := inChunk(3, ids)
	return f.rows(ctx, `SELECT u.ws, u.item, max(CASE WHEN u.views + u.edits + u.exports + u.shares > 0 THEN u.day END),
			sum(CASE WHEN u.day > $2 THEN u.views ELSE 0 END), max(CASE WHEN u.day > $2 THEN u.people ELSE 0 END),
			sum(CASE WHEN u.day > $2 THEN u.edits ELSE 0 END)
		FROM usage_day u WHERE u.day <= $1 AND u.ws `+in+` GROUP BY u.ws, u.item`, func(rows *sql.Rows) error {
		var ws, item, views, people, edits int64
		var last sql.NullInt64
		if err := rows.Scan(&ws, &item, &last, &views, &people, &edits); err != nil {
			return err
		}
		at, ok := p.at[ws]
		if !ok {
			return nil
		}
		w := &p.spaces[at]
		w.Views.Value += views
		w.DirectEdits.Value += edits
		if people > w.Viewers.Value {
			w.Viewers.Value = people
		}
		if last.Valid {
			used(&w.Usage, f.day-last.Int64)
		}
		if i, ok := p.ofItem[item]; ok {
			p.items[i].Viewers.Value = people
			if last.Valid {
				used(&p.items[i].Usage, f.day-last.Int64)
			}
		}
		return nil
	}, append([]any{f.day, f.day - useDays}, args...)...)
}

func (f *Facts) useKnown() bool { return f.tenant.ActivityDays >= useDays-1 }

// used notes a use that many days ago; the latest counts.
func used(u *policy.Usage, days int64) {
	if !u.LastDays.Known || days < u.LastDays.Value {
		u.LastDays = policy.Known(days)
	}
}

// workspaceAges: a workspace is at least as old as its oldest item. Nobody
// tells when a workspace itself was made.
func (f *Facts) workspaceAges(p *FactPart) {
	unknown := make([]bool, len(p.spaces))
	for i := range p.items {
		it, at := &p.items[i], p.extras[i].ws
		u := &p.spaces[at].Usage
		switch {
		case !it.AgeDays.Known:
			unknown[at] = true
		case !u.AgeDays.Known || it.AgeDays.Value > u.AgeDays.Value:
			u.AgeDays = it.AgeDays
		}
	}
	for at, u := range unknown {
		if u {
			p.spaces[at].Usage.AgeDays = policy.Answer[int64]{}
		}
	}
}

// loadUnused adds what Microsoft's own list of unused items says of the last
// access: evidence from before the portal's first scan.
func (f *Facts) loadUnused(ctx context.Context, ids []int64, p *FactPart) error {
	in, args := inChunk(1, ids)
	return f.rows(ctx, `SELECT u.ws, u.item, u.last_accessed FROM unused_item u WHERE u.ws `+in+` AND u.last_accessed IS NOT NULL AND `+f.view.Visible("u"), func(rows *sql.Rows) error {
		var ws, item, last int64
		if err := rows.Scan(&ws, &item, &last); err != nil {
			return err
		}
		if at, ok := p.at[ws]; ok {
			used(&p.spaces[at].Usage, f.daysSince(last))
		}
		if i, ok := p.ofItem[item]; ok {
			used(&p.items[i].Usage, f.daysSince(last))
		}
		return nil
	}, args...)
}

// loadModels looks up models that reports use from other workspaces.
func (f *Facts) loadModels(ctx context.Context, _ []int64, p *FactPart) error {
	for i := range p.items {
		it, x := &p.items[i], &p.extras[i]
		if !it.ModelElsewhere {
			continue
		}
		err := f.rows(ctx, `SELECT t.endorsement, w.name FROM item t JOIN workspace w ON w.ws = t.ws AND `+f.view.Visible("w")+`
			WHERE t.item = $1 AND t.ws = $2 AND `+f.view.Visible("t"), func(rows *sql.Rows) error {
			var endorsement, name string
			if err := rows.Scan(&endorsement, &name); err != nil {
				return err
			}
			_, env := policy.SplitName(name)
			it.ModelEndorsement, it.ModelEnvironment = policy.Known(endorsement), policy.Known(env)
			return nil
		}, x.model, x.modelWS)
		if err != nil {
			return err
		}
	}
	return nil
}
