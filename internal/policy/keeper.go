package policy

import (
	"io/fs"
	"sync"
	"time"
)

// Keeper holds the set in force and exchanges it whole: a set with any problem
// never replaces a good one. It is safe for several goroutines.
type Keeper struct {
	own func() (fs.FS, error)
	now func() time.Time

	mu       sync.RWMutex
	set      *Set
	packs    []*Pack
	problems Problems
}

// NewKeeper returns a keeper of the built-in packs and of the rule files that
// own opens; own may be nil. It holds the built-in rules until Reload.
func NewKeeper(own func() (fs.FS, error), now func() time.Time) *Keeper {
	k := &Keeper{own: own, now: now, packs: Builtin()}
	k.Reload(nil)
	return k
}

// Reload reads the rule files again and compiles them with the decisions. On
// any problem (a file that is wrong, or gone, or a decision that no longer
// fits) the set stays as it was and the problems say why.
func (k *Keeper) Reload(decisions map[string]Decision) Problems {
	packs, problems := k.read()
	var set *Set
	if len(problems) == 0 {
		set, problems = Compile(packs, decisions)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.problems = problems
	if len(problems) > 0 {
		return problems
	}
	set.LoadedAt = k.now().UTC()
	k.set, k.packs = set, packs
	return nil
}

func (k *Keeper) read() ([]*Pack, Problems) {
	if k.own == nil {
		return Builtin(), nil
	}
	files, err := k.own()
	if err != nil {
		var problems Problems
		problems.add(Pos{File: "."}, "", "the rule directory cannot be opened: %v", err)
		return nil, problems
	}
	own, problems := Load(files)
	if len(problems) > 0 {
		return nil, problems
	}
	return Merge(Builtin(), own)
}

// Set returns the rules in force; nil only if not even the built-in ones could
// be compiled.
func (k *Keeper) Set() *Set {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.set
}

// Problems returns what kept the last Reload from taking effect; empty when it
// did.
func (k *Keeper) Problems() Problems {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.problems
}

// Draft compiles the packs last loaded with other decisions, without putting
// them in force: for a preview of a changed parameter or a rule to be switched
// on.
func (k *Keeper) Draft(decisions map[string]Decision) (*Set, Problems) {
	k.mu.RLock()
	packs := k.packs
	k.mu.RUnlock()
	return Compile(packs, decisions)
}
