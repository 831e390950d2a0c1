package db

import (
	"context"
	"database/sql"
	"hash/maphash"
	"slices"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// nameIndex finds workspaces whose names belong together: same letters to the
// eye, same but for case, same but for the environment. Names are hashed to
// keep it small; every hit is compared in full.
type nameIndex struct {
	entries []nameEntry
	seed    maphash.Seed
	looks   map[uint64][]int32 // by what the name looks like
	folds   map[uint64][]int32
	stems   map[uint64][]int32
}

type nameEntry struct {
	ws   int64
	name string
}

// readNames reads the names of all workspaces that are active and not
// personal: others do not compete for a name.
func (f *Facts) readNames(ctx context.Context) error {
	f.names = &nameIndex{seed: maphash.MakeSeed(), looks: map[uint64][]int32{}, folds: map[uint64][]int32{}, stems: map[uint64][]int32{}}
	return f.rows(ctx, `SELECT w.ws, w.name, w.kind, w.state, w.capacity FROM workspace w WHERE w.tenant = $1 AND `+f.view.Visible("w"), func(rows *sql.Rows) error {
		var e nameEntry
		var kind, state string
		var capacity sql.NullInt64
		if err := rows.Scan(&e.ws, &e.name, &kind, &state, &capacity); err != nil {
			return err
		}
		f.names.entries = append(f.names.entries, e)
		fold := tenant.Fold(e.name)
		stem, env := policy.SplitFolded(fold)
		active, personal := policy.Standing(kind, state)
		if c := capacity.Int64; capacity.Valid && active {
			f.countOnCapacity(c, env == "PROD")
		}
		f.tenant.Personal += bit(personal && active)
		if !active || personal || kind == string(tenant.KindAdminWorkspace) {
			return nil
		}
		f.tenant.Workspaces++
		f.names.add(int32(len(f.names.entries)-1), e.name, fold, stem)
		return nil
	}, f.view.Tenant)
}

func (f *Facts) countOnCapacity(capacity int64, production bool) {
	c := f.capacities[capacity]
	if c == nil {
		c = &policy.Capacity{Num: capacity}
		f.capacities[capacity] = c
	}
	c.Workspaces++
	c.Production += bit(production)
}

func (n *nameIndex) hash(key string) uint64 { return maphash.String(n.seed, key) }

func (n *nameIndex) add(at int32, name, fold, stem string) {
	put := func(index map[uint64][]int32, key string) {
		h := n.hash(key)
		index[h] = append(index[h], at)
	}
	put(n.looks, policy.Skeleton(name))
	put(n.folds, fold)
	put(n.stems, stem)
}

// fill sets the facts of a workspace that come from other workspaces' names.
// It serves planned ones too, which are not in the index.
func (n *nameIndex) fill(w *policy.Workspace) {
	skeleton, fold := policy.Skeleton(w.Name), tenant.Fold(w.Name)
	looks, twins, envs := []string{}, []string{}, []string{}
	for _, i := range n.folds[n.hash(fold)] {
		if e := n.entries[i]; e.ws != w.Num && tenant.Fold(e.name) == fold {
			twins = append(twins, e.name)
		}
	}
	for _, i := range n.looks[n.hash(skeleton)] {
		if e := n.entries[i]; e.ws != w.Num && policy.Skeleton(e.name) == skeleton && tenant.Fold(e.name) != fold {
			looks = append(looks, e.name)
		}
	}
	if w.Environment != "" {
		envs = append(envs, w.Environment)
		for _, i := range n.stems[n.hash(w.Stem)] {
			e := n.entries[i]
			if stem, env := policy.SplitName(e.name); stem == w.Stem && env != "" && !slices.Contains(envs, env) {
				envs = append(envs, env)
			}
		}
	}
	slices.Sort(looks)
	slices.Sort(twins)
	slices.Sort(envs)
	w.LookAlikes, w.CaseTwins = policy.Known(first(looks, 20)), policy.Known(first(twins, 20))
	w.Siblings = policy.Known(envs)
}

func first(s []string, n int) []string { return s[:min(n, len(s))] }

// Plan fills what the tenant already decides about a workspace that a request
// would create: names that are taken or look alike, siblings, its domain's
// name and its capacity. Facts about people are the plan's own business.
func (f *Facts) Plan(w *policy.Workspace, capacity int64) {
	w.Planned = true
	w.Derive()
	f.names.fill(w)
	f.placed(w, sql.NullInt64{Int64: capacity, Valid: capacity != 0})
}

// Principal returns the facts of a principal by its number, or nil.
func (f *Facts) Principal(num int64) *policy.Principal { return f.principals[num] }

// PrincipalByID returns the facts of a principal by its id or address, or nil.
func (f *Facts) PrincipalByID(id string) *policy.Principal { return f.person(id) }
