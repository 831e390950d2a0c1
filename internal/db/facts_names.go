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
	free    []int32         // places in entries that are free
	at      map[int64]int32 // workspace → its place
	seed    maphash.Seed
	looks   map[uint64][]int32 // by what the name looks like
	folds   map[uint64][]int32
	stems   map[uint64][]int32
}

type nameEntry struct {
	ws       int64 // 0 for a free place
	name     string
	capacity int64 // 0 for none
	// active and personal are as policy.Standing says; competes is true of
	// names that others may collide with.
	active, personal, competes, production bool
}

func newNameIndex() *nameIndex {
	return &nameIndex{seed: maphash.MakeSeed(), at: map[int64]int32{}, looks: map[uint64][]int32{}, folds: map[uint64][]int32{}, stems: map[uint64][]int32{}}
}

const nameColumns = "SELECT w.ws, w.name, w.kind, w.state, w.capacity FROM workspace w WHERE "

// readNames reads the names of all workspaces, or those that changed since the
// scan that names are held of.
func (f *Facts) readNames(ctx context.Context) error {
	if f.names == nil {
		f.names = newNameIndex()
		if err := f.rows(ctx, nameColumns+"w.tenant = $1 AND "+f.view.Visible("w"), f.scanName, f.view.Tenant); err != nil {
			return err
		}
	} else if err := f.renewNames(ctx); err != nil {
		return err
	}
	for i := range f.names.entries {
		e := &f.names.entries[i]
		if e.ws == 0 {
			continue
		}
		if e.capacity != 0 && e.active {
			f.countOnCapacity(e.capacity, e.production)
		}
		f.tenant.Personal += bit(e.personal && e.active)
		f.tenant.Workspaces += bit(e.competes)
	}
	return nil
}

func (f *Facts) scanName(rows *sql.Rows) error {
	var e nameEntry
	var kind, state string
	var capacity sql.NullInt64
	if err := rows.Scan(&e.ws, &e.name, &kind, &state, &capacity); err != nil {
		return err
	}
	e.capacity = capacity.Int64
	e.active, e.personal = policy.Standing(kind, state)
	// Who is not active, or is somebody's own, does not compete for a name.
	e.competes = e.active && !e.personal && kind != string(tenant.KindAdminWorkspace)
	f.names.put(e)
	return nil
}

// renewNames brings names that are held of an earlier scan up to the view's.
func (f *Facts) renewNames(ctx context.Context) error {
	changed := map[int64]bool{}
	for _, column := range []string{"from_scan", "to_scan"} {
		if err := f.collect(ctx, changed, `SELECT w.ws FROM workspace w WHERE w.tenant = $1 AND w.`+column+` > $2 AND w.`+column+` <= $3`, f.view.Tenant, f.heldScan, f.view.Scan); err != nil {
			return err
		}
	}
	all := sortedKeys(changed)
	for _, ws := range all {
		f.names.drop(ws)
	}
	for ids := range slices.Chunk(all, factChunk) {
		in, args := inChunk(1, ids)
		if err := f.rows(ctx, nameColumns+"w.ws "+in+" AND "+f.view.Visible("w"), f.scanName, args...); err != nil {
			return err
		}
	}
	return nil
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

// put adds a workspace that is not in the index.
func (n *nameIndex) put(e nameEntry) {
	fold := tenant.Fold(e.name)
	stem, env := policy.SplitFolded(fold)
	e.production = env == "PROD"
	at := int32(len(n.entries))
	if free := len(n.free); free > 0 {
		at, n.free = n.free[free-1], n.free[:free-1]
		n.entries[at] = e
	} else {
		n.entries = append(n.entries, e)
	}
	n.at[e.ws] = at
	if !e.competes {
		return
	}
	for _, x := range n.places(e.name, fold, stem) {
		x.index[x.hash] = append(x.index[x.hash], at)
	}
}

// drop takes a workspace out of the index, if it is there.
func (n *nameIndex) drop(ws int64) {
	at, there := n.at[ws]
	if !there {
		return
	}
	e := n.entries[at]
	if e.competes {
		fold := tenant.Fold(e.name)
		stem, _ := policy.SplitFolded(fold)
		for _, x := range n.places(e.name, fold, stem) {
			if left := slices.DeleteFunc(x.index[x.hash], func(i int32) bool { return i == at }); len(left) > 0 {
				x.index[x.hash] = left
			} else {
				delete(x.index, x.hash)
			}
		}
	}
	n.entries[at] = nameEntry{}
	n.free = append(n.free, at)
	delete(n.at, ws)
}

// namePlace is one list of the index.
type namePlace struct {
	index map[uint64][]int32
	hash  uint64
}

func (n *nameIndex) places(name, fold, stem string) [3]namePlace {
	return [3]namePlace{{n.looks, n.hash(policy.Skeleton(name))}, {n.folds, n.hash(fold)}, {n.stems, n.hash(stem)}}
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
