package policy

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"unicode/utf8"
)

// checkPattern refuses a regular expression that is wrong, long, or whose
// program is large: (a{1000}){1000} is 26 bytes of text and a million
// instructions. Matching itself is linear in the text: Go's engine is RE2's.
func checkPattern(p string) error {
	if n := utf8.RuneCountInString(p); n > maxPattern {
		return fmt.Errorf("the regular expression has %d characters and may have %d", n, maxPattern)
	}
	re, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		var se *syntax.Error
		if errors.As(err, &se) {
			return fmt.Errorf("the regular expression is not valid: %s: %q", se.Code, se.Expr)
		}
		return fmt.Errorf("the regular expression is not valid: %w", err)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return fmt.Errorf("the regular expression cannot be compiled: %w", err)
	}
	if len(prog.Inst) > maxProgram {
		return fmt.Errorf("the regular expression expands to %d steps and may have %d: repeat less", len(prog.Inst), maxProgram)
	}
	return nil
}
