package tenant

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form of a name that sorting and searching compare: Unicode
// compatibility form, case folded, outer blanks off. Two names that differ
// only in case or width fold to the same text.
func Fold(name string) string {
	return strings.TrimSpace(cases.Fold().String(norm.NFKC.String(name)))
}
