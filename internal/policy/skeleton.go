package policy

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookAlike maps letters to the Latin letter or digit they are mistaken for:
// the part of Unicode's confusables (UTS 39) that fits names of workspaces.
var lookAlike = map[rune]rune{
	// Cyrillic
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'і': 'l', 'ј': 'j', 'к': 'k', 'ӏ': 'l',
	'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'ѕ': 's', 'т': 't', 'у': 'y', 'х': 'x', 'ѵ': 'v', 'ԛ': 'q', 'ԝ': 'w', 'з': '3',
	// Greek
	'α': 'a', 'β': 'b', 'ε': 'e', 'ι': 'l', 'κ': 'k', 'μ': 'u', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'γ': 'y', 'ζ': 'z', 'η': 'n',
	// Latin and digits among themselves
	'0': 'o', '1': 'l', 'i': 'l', '|': 'l', 'ı': 'l', 'ɡ': 'g', 'ø': 'o', 'đ': 'd', 'ł': 'l',
}

// Skeleton returns what a name looks like: case, accents, hidden characters
// and separators off, and letters that look alike made the same. Two names
// with one skeleton are mistaken for each other.
func Skeleton(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	if !isASCII(name) { // most names are, and have nothing to take apart
		name = norm.NFKD.String(name)
	}
	for _, r := range name {
		if unicode.Is(unicode.Mn, r) || isSeparator(r) && r != '|' {
			continue
		}
		r = unicode.ToLower(r)
		if to, ok := lookAlike[r]; ok {
			r = to
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "rn", "m")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
