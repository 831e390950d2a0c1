package remote

import (
	"strconv"
	"strings"

	"steward/internal/fault"
)

// mostEntries bounds a list that is written field by field; longer ones are
// what CSV is for.
const mostEntries = 500

// SetField puts a value where its name says: members[0].who makes a list of one
// with a field who. Invalid when the name is none, or what is there already is
// something else.
func SetField(fields map[string]any, name, value string) error {
	parts, err := partsOf(name)
	if err != nil {
		return err
	}
	_, err = put(fields, parts, value, name)
	return err
}

// partsOf parts members[0].who into members, 0, who; numbers are ints.
func partsOf(name string) ([]any, error) {
	bad := fault.New(fault.Invalid, "%q is no name of a field. Names are as on the form: name, members[0].who, stages[1].", name)
	var out []any
	for _, word := range strings.Split(name, ".") {
		head, rest, _ := strings.Cut(word, "[")
		if head == "" {
			return nil, bad
		}
		out = append(out, head)
		if rest == "" {
			continue
		}
		for _, digits := range strings.Split(rest, "[") {
			i, err := strconv.Atoi(strings.TrimSuffix(digits, "]"))
			if err != nil || !strings.HasSuffix(digits, "]") || i < 0 || i >= mostEntries {
				return nil, bad
			}
			out = append(out, i)
		}
	}
	return out, nil
}

// put returns the node with the value set below it.
func put(node any, parts []any, value, name string) (any, error) {
	if len(parts) == 0 {
		return value, nil
	}
	clash := fault.New(fault.Invalid, "%q does not fit what was given before it.", name)
	switch part := parts[0].(type) {
	case string:
		fields, ok := node.(map[string]any)
		if node == nil {
			fields, ok = map[string]any{}, true
		}
		if !ok {
			return nil, clash
		}
		below, err := put(fields[part], parts[1:], value, name)
		fields[part] = below
		return fields, err
	case int:
		list, ok := node.([]any)
		if node != nil && !ok {
			return nil, clash
		}
		for len(list) <= part {
			list = append(list, nil)
		}
		below, err := put(list[part], parts[1:], value, name)
		list[part] = below
		return list, err
	}
	return nil, clash
}
