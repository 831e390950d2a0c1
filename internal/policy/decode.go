package policy

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ruleID is what an id looks like: words joined by dots, so that it can stand
// in a URL, a file name and a CSV cell.
var ruleID = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)

func sortedStrings(s []string) []string { slices.Sort(s); return s }

// decodePack reads one file. The pack is usable only if no problem was added.
func (f *file) decodePack(root *yaml.Node) (*Pack, []string) {
	p := &Pack{File: f.name}
	var include []string
	f.mapping(root, map[string]func(*yaml.Node){
		"pack":    f.text(&p.Name),
		"title":   f.text(&p.Title),
		"include": f.texts(&include),
		"rules": func(n *yaml.Node) {
			f.sequence(n, func(e *yaml.Node) { p.Rules = append(p.Rules, f.decodeRule(e)) })
		},
		"baselines": func(n *yaml.Node) {
			f.sequence(n, func(e *yaml.Node) { p.Baselines = append(p.Baselines, f.decodeBaseline(e)) })
		},
	})
	if p.Name == "" {
		p.Name = strings.TrimSuffix(strings.TrimSuffix(f.name, ".yaml"), ".yml")
	}
	for _, r := range p.Rules {
		r.Pack = p.Name
		r.seal()
	}
	p.seal()
	return p, include
}

func (f *file) decodeRule(n *yaml.Node) *Rule {
	r := &Rule{Pos: f.pos(n), Applies: AtScan}
	f.rule = ruleName(n)
	defer func() { f.rule = "" }()
	var kind, severity, applies string
	f.mapping(n, map[string]func(*yaml.Node){
		"id": f.text(&r.ID), "title": f.text(&r.Title), "why": f.text(&r.Why),
		"remedy": f.texts(&r.Remedy), "severity": f.text(&severity), "kind": f.text(&kind),
		"applies": f.text(&applies), "setting": f.text(&r.Setting),
		"scope": f.source(&r.Scope), "condition": f.source(&r.Condition), "says": f.source(&r.Says),
		"parameters":  func(n *yaml.Node) { f.decodeParameters(n, r) },
		"references":  func(n *yaml.Node) { f.decodeReferences(n, r) },
		"neverWaived": f.boolean(&r.NeverWaived), "off": f.boolean(&r.Off), "overrides": f.boolean(&r.overrides),
		"examples": func(n *yaml.Node) {
			f.sequence(n, func(e *yaml.Node) { r.Examples = append(r.Examples, f.decodeExample(e, Kind(kind))) })
		},
	})
	r.Kind, r.Severity = Kind(kind), Severity(severity)
	if applies != "" {
		r.Applies = Moment(applies)
	}
	f.checkRule(n, r)
	return r
}

// ruleName finds the id early, so that every problem of the rule can name it.
func ruleName(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "id" {
				return n.Content[i+1].Value
			}
		}
	}
	return ""
}

func (f *file) checkRule(n *yaml.Node, r *Rule) {
	for _, need := range []struct{ key, value string }{
		{"id", r.ID}, {"title", r.Title}, {"why", r.Why}, {"condition", r.Condition.Text},
		{"kind", string(r.Kind)}, {"severity", string(r.Severity)}, {"remedy", strings.Join(r.Remedy, "")},
	} {
		if need.value == "" {
			f.bad(n, "%s is missing", need.key)
		}
	}
	if r.ID != "" && (!ruleID.MatchString(r.ID) || len(r.ID) > 100) {
		f.bad(n, "the id %q must be lower-case words joined by dots or dashes, at most 100 characters", r.ID)
	}
	if r.Kind != "" && !r.Kind.Valid() {
		f.bad(n, "unknown kind %q; known are %s", r.Kind, joinWords(Kinds()))
	}
	if r.Severity != "" && r.Severity.Rank() == len(Severities()) {
		f.bad(n, "unknown severity %q; known are %s", r.Severity, joinWords(Severities()))
	}
	if r.Applies != AtScan && r.Applies != AtRequest && r.Applies != AtBoth {
		f.bad(n, "applies is scan, request or both, not %q", r.Applies)
	}
	if r.Setting != "" && r.Kind != KindSetting {
		f.bad(n, "setting names a tenant setting and needs the kind setting")
	}
}

func joinWords[T ~string](words []T) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}

func (f *file) decodeParameters(n *yaml.Node, r *Rule) {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "parameters are a mapping from name to {type, default, title, min, max}")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		p := Parameter{Name: key.Value, Pos: f.pos(key)}
		var typ string
		var def *yaml.Node
		f.mapping(value, map[string]func(*yaml.Node){
			"type": f.text(&typ), "title": f.text(&p.Title), "min": f.number(&p.Min), "max": f.number(&p.Max),
			"default": func(n *yaml.Node) { def = n },
		})
		p.Type = ParamType(typ)
		if slices.ContainsFunc(r.Parameters, func(o Parameter) bool { return o.Name == p.Name }) {
			f.bad(key, "the parameter %q is there twice", p.Name)
			continue
		}
		if def == nil {
			f.bad(key, "the parameter %q has no default", p.Name)
			continue
		}
		v, err := p.Accept(f.scalar(def))
		if err != nil {
			f.bad(def, "%s", err)
			continue
		}
		p.Default = v
		r.Parameters = append(r.Parameters, p)
	}
}

func (f *file) decodeReferences(n *yaml.Node, r *Rule) {
	f.sequence(n, func(e *yaml.Node) {
		var ref Reference
		f.mapping(e, map[string]func(*yaml.Node){"baseline": f.text(&ref.Baseline), "control": f.text(&ref.Control)})
		if ref.Baseline == "" || ref.Control == "" {
			f.bad(e, "a reference needs baseline and control")
		}
		r.References = append(r.References, ref)
	})
}

func (f *file) decodeBaseline(n *yaml.Node) Baseline {
	b := Baseline{Pos: f.pos(n)}
	f.mapping(n, map[string]func(*yaml.Node){
		"id": f.text(&b.ID), "title": f.text(&b.Title), "note": f.text(&b.Note),
		"controls": func(n *yaml.Node) {
			f.sequence(n, func(e *yaml.Node) {
				c := Control{Pos: f.pos(e)}
				f.mapping(e, map[string]func(*yaml.Node){
					"id": f.text(&c.ID), "title": f.text(&c.Title), "level": f.text(&c.Level), "manual": f.text(&c.Manual),
				})
				b.Controls = append(b.Controls, c)
			})
		},
	})
	if b.ID == "" || len(b.Controls) == 0 {
		f.bad(n, "a baseline needs an id and controls")
	}
	return b
}
