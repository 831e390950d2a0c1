package policy

import (
	"fmt"
	"io/fs"
	"strings"
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
	mine     []*Pack // of packs, those of the rule files
	problems Problems
}

// NewKeeper returns a keeper of the built-in packs and of the rule files that
// own opens; own may be nil. It holds the built-in rules until Reload.
func NewKeeper(own func() (fs.FS, error), now func() time.Time) *Keeper {
	return NewKeeperFrom(own, nil, now)
}

// NewKeeperFrom is NewKeeper with the rule files as they were last in force,
// perhaps in another process; nil when that is not known.
func NewKeeperFrom(own func() (fs.FS, error), last fs.FS, now func() time.Time) *Keeper {
	k := &Keeper{own: own, now: now, packs: Builtin()}
	if last != nil {
		if mine, problems := Load(last); len(problems) == 0 {
			if packs, problems := Merge(Builtin(), mine); len(problems) == 0 {
				k.packs, k.mine = packs, mine
			}
		}
	}
	k.Reload(nil)
	return k
}

// Reload reads the rule files again and compiles them with the decisions. On
// any problem (a file that is wrong, or gone, or a decision that no longer
// fits) the set stays as it was and the problems say why. Rules that are gone
// from a file are out of force; a file that is gone whole is a problem as long
// as one of its rules is on.
func (k *Keeper) Reload(decisions map[string]Decision) Problems {
	packs, mine, problems := k.read()
	var set *Set
	if len(problems) == 0 {
		problems = k.gone(packs, decisions)
	}
	if len(problems) == 0 {
		set, problems = Compile(packs, decisions)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.problems = problems
	if len(problems) == 0 {
		set.LoadedAt = k.now().UTC()
		k.set, k.packs, k.mine = set, packs, mine
		return nil
	}
	if k.set == nil { // the first: what was last in force, as far as it is known
		for _, last := range [][]*Pack{k.packs, Builtin()} {
			if set, wrong := Compile(last, known(last, decisions)); len(wrong) == 0 {
				set.LoadedAt = k.now().UTC()
				k.set = set
				break
			}
		}
	}
	return problems
}

// known leaves out decisions about rules that the packs do not have.
func known(packs []*Pack, decisions map[string]Decision) map[string]Decision {
	out := map[string]Decision{}
	for _, p := range packs {
		for _, r := range p.Rules {
			if d, ok := decisions[r.ID]; ok {
				out[r.ID] = d
			}
		}
	}
	return out
}

// gone finds files that were in force and are no longer there. That somebody
// switched off all of their rules says that they are gone on purpose.
func (k *Keeper) gone(packs []*Pack, decisions map[string]Decision) Problems {
	k.mu.RLock()
	defer k.mu.RUnlock()
	files, rules := map[string]bool{}, map[string]bool{}
	for _, p := range packs {
		files[p.File] = files[p.File] || !p.Builtin
		for _, r := range p.Rules {
			rules[r.ID] = true
		}
	}
	var problems Problems
	for _, p := range k.mine {
		if files[p.File] {
			continue
		}
		var left []string
		for _, r := range p.Rules {
			if d, decided := decisions[r.ID]; !rules[r.ID] && (!decided && !r.Off || decided && d.On) {
				left = append(left, r.ID)
			}
		}
		if len(left) > 0 {
			problems.add(Pos{File: p.File}, "", "this file is gone; its rules stay in force (%s). Put it back, or switch them off to do without it", firstWords(left, 5))
		}
	}
	return problems
}

// firstWords joins the first n words and says how many more there are.
func firstWords(words []string, n int) string {
	if len(words) <= n {
		return strings.Join(words, ", ")
	}
	return strings.Join(words[:n], ", ") + fmt.Sprintf(" and %d more", len(words)-n)
}

func (k *Keeper) read() (packs, mine []*Pack, problems Problems) {
	if k.own == nil {
		return Builtin(), nil, nil
	}
	files, err := k.own()
	if err != nil {
		problems.add(Pos{File: "."}, "", "the rule directory cannot be opened: %v", err)
		return nil, nil, problems
	}
	if mine, problems = Load(files); len(problems) > 0 {
		return nil, nil, problems
	}
	packs, problems = Merge(Builtin(), mine)
	return packs, mine, problems
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
