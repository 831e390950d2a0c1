package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"steward/internal/fault"
)

// checkKeys refuses a key that does not exist, and a key given twice, with
// the line it stands on and the key that was probably meant.
func checkKeys(root *yaml.Node, file string) error { return checkNode(root, configType, "", file) }

func checkNode(node *yaml.Node, t reflect.Type, path, file string) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case isStruct(t) && node.Kind == yaml.MappingNode:
		return checkMapping(node, t, path, file)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && node.Kind == yaml.SequenceNode:
		for i, n := range node.Content {
			if err := checkNode(n, t.Elem(), fmt.Sprintf("%s.%d", path, i), file); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkMapping(node *yaml.Node, t reflect.Type, path, file string) error {
	fields := fieldsOf(t)
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		full := strings.TrimPrefix(path+"."+key.Value, ".")
		ft, ok := fields[key.Value]
		if !ok {
			return fault.New(fault.Invalid, "%sthere is no configuration key %q.%s", where(file, key.Line), full, suggest(key.Value, fields))
		}
		if seen[key.Value] {
			return fault.New(fault.Invalid, "%sthe key %q is given twice.", where(file, key.Line), full)
		}
		seen[key.Value] = true
		if err := checkNode(node.Content[i+1], ft, full, file); err != nil {
			return err
		}
	}
	return nil
}

func where(file string, line int) string {
	if file == "" || line == 0 {
		return ""
	}
	return fmt.Sprintf("%s line %d: ", file, line)
}

func allKeys(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for k, ft := range fieldsOf(t) {
		out[k] = ft
		if ft.Kind() == reflect.Slice {
			ft = ft.Elem()
		}
		if isStruct(ft) {
			for sub, st := range allKeys(ft) {
				out[sub] = st
			}
		}
	}
	return out
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// suggest names the known key that is nearest to a misspelt one.
func suggest(key string, among map[string]reflect.Type) string {
	best, least := "", 3
	for k := range among {
		if d := distance(key, k); d < least || d == least && k < best {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}

// distance is the number of single-letter edits between two keys.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
