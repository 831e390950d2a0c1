package config

import (
	"encoding"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"steward/internal/fault"
)

// prefix of the environment variables that carry keys.
const prefix = "PORTAL_"

// fieldsOf returns the YAML keys of a struct type and their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
			out[name] = f.Type
		}
	}
	return out
}

// isStruct leaves out the types that are one value in the file, such as a
// reference to a secret.
func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// configType is where every walk over keys begins.
var configType = reflect.TypeFor[Config]()

// isTree reports whether a type has keys below it.
func isTree(t reflect.Type) bool {
	return isStruct(t) || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct || t.Kind() == reflect.Map
}

// Known reports whether a dotted path names a key that takes a value, such as
// tenants.0.scanner.client_id. Command lines use it to tell our flags from
// typing errors.
func Known(path string) bool {
	t := configType
	for _, part := range strings.Split(path, ".") {
		switch {
		case isStruct(t):
			f, ok := fieldsOf(t)[part]
			if !ok {
				return false
			}
			t = f
		case t.Kind() == reflect.Slice:
			if _, err := strconv.Atoi(part); err != nil {
				return false
			}
			t = t.Elem()
		case t.Kind() == reflect.Map:
			t = t.Elem()
		default:
			return false
		}
	}
	return !isTree(t)
}

// fromEnvironment turns PORTAL_TENANTS_0_SCANNER_CLIENT_ID=x into overrides.
// Because keys have underscores themselves, the name is matched against the
// known keys, longest first. A PORTAL_ variable that fits none is an error:
// it is most likely a typing mistake.
func fromEnvironment(environ []string) ([]Override, error) {
	var out []Override
	for _, line := range environ {
		name, value, ok := strings.Cut(line, "=")
		rest, ours := strings.CutPrefix(name, prefix)
		if !ok || !ours {
			continue
		}
		path, found := matchKey(configType, strings.ToLower(rest))
		if !found {
			return nil, fault.New(fault.Invalid, "The environment variable %s names no configuration key. Keys are written in capitals with _ between the parts, such as PORTAL_TENANTS_0_TENANT_ID.", name)
		}
		out = append(out, Override{Key: path, Value: value})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out, nil
}

func matchKey(t reflect.Type, name string) (string, bool) {
	switch {
	case isStruct(t):
		for key, ft := range fieldsOf(t) {
			if name == key && !isTree(ft) {
				return key, true
			}
			if rest, ok := strings.CutPrefix(name, key+"_"); ok && isTree(ft) {
				if sub, ok := matchKey(ft, rest); ok {
					return key + "." + sub, true
				}
			}
		}
	case t.Kind() == reflect.Slice:
		index, rest, _ := strings.Cut(name, "_")
		if _, err := strconv.Atoi(index); err != nil {
			return "", false
		}
		if sub, ok := matchKey(t.Elem(), rest); ok {
			return index + "." + sub, true
		}
	case t.Kind() == reflect.Map && name != "":
		return name, true
	}
	return "", false
}

// set puts one override into the tree, making the mappings and list entries
// on its way.
func set(root *yaml.Node, o Override) error {
	if !Known(o.Key) {
		return fault.New(fault.Invalid, "There is no configuration key %q.%s", o.Key, suggest(lastPart(o.Key), allKeys(configType)))
	}
	node := root
	parts := strings.Split(o.Key, ".")
	for i, part := range parts {
		last := i == len(parts)-1
		var next *yaml.Node
		if node.Kind == yaml.SequenceNode {
			n, _ := strconv.Atoi(part) // Known has checked it
			if n > len(node.Content) {
				return fault.New(fault.Invalid, "The key %q leaves a gap: there are %d entries before it, so the next is number %d.", o.Key, len(node.Content), len(node.Content))
			}
			if n == len(node.Content) {
				node.Content = append(node.Content, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"})
			}
			next = node.Content[n]
		} else {
			next = child(node, part, kindBelow(parts, i))
		}
		if last {
			*next = *valueNode(o.Value)
		}
		node = next
	}
	return nil
}

// valueNode parses an override as YAML, so that numbers, booleans and lists
// can be given; anything else is the text itself.
func valueNode(value string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(value), &doc); err == nil && len(doc.Content) == 1 && doc.Content[0].Kind != yaml.MappingNode {
		return doc.Content[0]
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

func kindBelow(parts []string, i int) yaml.Kind {
	if i+1 < len(parts) {
		if _, err := strconv.Atoi(parts[i+1]); err == nil {
			return yaml.SequenceNode
		}
	}
	return yaml.MappingNode
}

func child(node *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			if node.Content[i+1].Tag == "!!null" {
				*node.Content[i+1] = yaml.Node{Kind: kind}
			}
			return node.Content[i+1]
		}
	}
	next := &yaml.Node{Kind: kind}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, next)
	return next
}
