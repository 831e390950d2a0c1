package policy

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed packs/*.yaml
var builtinFiles embed.FS

// Builtin returns the packs that come with the portal. They are tested, so a
// problem here is a defect of ours and panics at start-up.
var Builtin = sync.OnceValue(func() []*Pack {
	files, err := fs.Sub(builtinFiles, "packs")
	if err != nil {
		panic(err)
	}
	packs, problems := Load(files)
	if len(problems) > 0 {
		panic("policy: built-in packs: " + problems.Err().Error())
	}
	for _, p := range packs {
		p.Builtin = true
	}
	return packs
})

// Load reads every *.yaml and *.yml of the file system and what they include,
// each file once, in the order of their names. Ids that are there twice, cycles
// of includes and anything else that is wrong come back as problems; packs are
// fit for use only when there are none.
func Load(fsys fs.FS) ([]*Pack, Problems) {
	l := &loader{fsys: fsys, done: map[string]bool{}}
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := path.Ext(p); !d.IsDir() && (ext == ".yaml" || ext == ".yml") {
			names = append(names, p)
		}
		return nil
	})
	if err != nil {
		l.problems.add(Pos{File: "."}, "", "the rule files cannot be listed: %v", err)
	}
	for _, name := range sortedStrings(names) {
		l.load(name, Pos{File: name}, nil)
	}
	l.checkIDs()
	return l.packs, l.problems.sorted()
}

// LoadFile reads one file and what it includes.
func LoadFile(fsys fs.FS, name string) ([]*Pack, Problems) {
	l := &loader{fsys: fsys, done: map[string]bool{}}
	l.load(name, Pos{File: name}, nil)
	l.checkIDs()
	return l.packs, l.problems.sorted()
}

type loader struct {
	fsys     fs.FS
	done     map[string]bool
	packs    []*Pack
	problems Problems
}

// load reads one file; chain holds the files that are being included, from the
// outermost on.
func (l *loader) load(name string, from Pos, chain []string) {
	if slices.Contains(chain, name) {
		l.problems.add(from, "", "the files include each other in a circle: %s", strings.Join(append(chain, name), " → "))
		return
	}
	if l.done[name] {
		return
	}
	l.done[name] = true
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		l.problems.add(from, "", "the file %s cannot be read: %v", name, err)
		return
	}
	f := &file{name: name, problems: &l.problems}
	root := f.parse(data)
	if root == nil {
		return
	}
	pack, include := f.decodePack(root)
	l.packs = append(l.packs, pack)
	for _, inc := range include {
		target := path.Join(path.Dir(name), inc)
		if !fs.ValidPath(target) {
			l.problems.add(Pos{File: name, Line: 1}, "", "the included file %q lies outside the rule directory", inc)
			continue
		}
		l.load(target, Pos{File: name, Line: 1}, append(slices.Clone(chain), name))
	}
}

func (l *loader) checkIDs() {
	first := map[string]Pos{}
	for _, p := range l.packs {
		for _, r := range p.Rules {
			if at, dup := first[r.ID]; dup && r.ID != "" {
				l.problems.add(r.Pos, r.ID, "this id is already used at %s", at)
				continue
			}
			first[r.ID] = r.Pos
		}
	}
}

// Merge lays the packs of a directory over the built-in ones. A rule replaces a
// built-in one of the same id only when it says overrides: true; else the id is
// a duplicate, because a silent replacement would look like a change of ours.
func Merge(builtin, own []*Pack) ([]*Pack, Problems) {
	var problems Problems
	replaced := map[string]bool{}
	byID := map[string]*Rule{}
	for _, p := range builtin {
		for _, r := range p.Rules {
			byID[r.ID] = r
		}
	}
	for _, p := range own {
		for _, r := range p.Rules {
			switch old := byID[r.ID]; {
			case old == nil && r.overrides:
				problems.add(r.Pos, r.ID, "it overrides a built-in rule, but there is none with this id")
			case old != nil && !r.overrides:
				problems.add(r.Pos, r.ID, "a built-in rule has this id; write overrides: true to replace it")
			case old != nil:
				replaced[r.ID] = true
			}
		}
	}
	var out []*Pack
	for _, p := range builtin {
		kept := *p
		kept.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r *Rule) bool { return replaced[r.ID] })
		out = append(out, &kept)
	}
	return append(out, own...), problems
}
