package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"steward/internal/fault"
)

// Pos is a place in a rule file; lines and columns count from 1. A zero Line
// means the file as a whole.
type Pos struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String is file:line:column, as editors understand it.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing wrong with a rule file, said so that its author can
// mend it.
type Problem struct {
	Pos  Pos    `json:"pos"`
	Rule string `json:"rule,omitempty"` // id of the rule; empty when not about one
	Text string `json:"text"`
}

func (p Problem) String() string {
	if p.Rule == "" {
		return p.Pos.String() + ": " + p.Text
	}
	return p.Pos.String() + ": " + p.Rule + ": " + p.Text
}

// Problems is what is wrong with a set of rule files; empty when nothing is.
type Problems []Problem

// Err returns nil when there are no problems, else an Invalid fault that names
// the first few. The last good set stays in force; whoever calls says so.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	const shown = 5
	lines := make([]string, 0, shown+1)
	for i, p := range ps {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more", len(ps)-shown))
			break
		}
		lines = append(lines, p.String())
	}
	return fault.New(fault.Invalid, "The rules cannot be used: %s.", strings.Join(lines, "; "))
}

func (ps *Problems) add(pos Pos, rule, format string, args ...any) {
	*ps = append(*ps, Problem{Pos: pos, Rule: rule, Text: fmt.Sprintf(format, args...)})
}

// sorted orders problems by place, so that a report reads like the file.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return ps
}
