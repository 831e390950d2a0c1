package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// maxAccents is how many combining characters in a row a name may show. More
// than that paints over the lines above and below it.
const maxAccents = 4

// run is a piece of a name: text as it is, or the mark that stands for
// characters one could not see.
type run struct {
	text string
	mark bool
}

// Name shows text that somebody else chose. Characters that are invisible or
// that reorder what stands around them appear as small marks such as U+202E,
// and the whole is isolated, so that a right-to-left name does not turn the
// line around. An empty name is said to be empty.
func Name(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, nameHTML(s))
		return err
	})
}

// NameText is Name for places that hold no elements: titles, attributes, mails.
// Marks appear in brackets: "Finance[U+202E]DORP".
func NameText(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range runs(s) {
		if r.mark {
			b.WriteString("[" + r.text + "]")
			continue
		}
		b.WriteString(r.text)
	}
	return b.String()
}

func nameHTML(s string) string {
	if strings.TrimSpace(s) == "" {
		return `<span class="unknown">(no name)</span>`
	}
	var b strings.Builder
	b.WriteString(`<bdi class="name">`)
	for _, r := range runs(s) {
		if r.mark {
			b.WriteString(`<span class="mark">` + templ.EscapeString(r.text) + `</span>`)
			continue
		}
		b.WriteString(templ.EscapeString(r.text))
	}
	b.WriteString(`</bdi>`)
	return b.String()
}

// plain reports whether s has nothing to hide: the common case, which costs one
// pass over the bytes.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// runs cuts s into visible text and marks, in order.
func runs(s string) []run {
	if plain(s) {
		return []run{{text: s}}
	}
	var out []run
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			out = append(out, run{text: text.String()})
			text.Reset()
		}
	}
	rs := decode(s)
	accents := 0
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		if unicode.Is(unicode.Mn, r) {
			accents++
		} else {
			accents = 0
		}
		if !hidden(rs, i) && accents <= maxAccents {
			text.WriteRune(r)
			continue
		}
		flush()
		n := 1
		for i+n < len(rs) && rs[i+n] == r {
			n++
		}
		out = append(out, run{text: markOf(r, n), mark: true})
		i += n - 1
	}
	flush()
	return out
}

// badByte stands for a byte that is not UTF-8; it is no valid code point, so it
// cannot be confused with anything a name contains.
const badByte rune = -1

func decode(s string) []rune {
	rs := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = badByte
		}
		rs = append(rs, r)
		i += n
	}
	return rs
}

func markOf(r rune, n int) string {
	m := fmt.Sprintf("U+%04X", r)
	if r == badByte {
		m = "bad byte"
	}
	if n > 1 {
		m += fmt.Sprintf(" ×%d", n)
	}
	return m
}

// hidden reports whether the character at i could deceive: it is invisible, it
// reorders, or it is a space that is not the space one types.
func hidden(rs []rune, i int) bool {
	r := rs[i]
	switch {
	case r == badByte:
		return true
	case r == 0x200c || r == 0x200d:
		return !joins(rs, i)
	case r == 0xfe0f || r == 0xfe0e: // emoji or text form of the symbol before it
		return i == 0 || !unicode.Is(unicode.So, rs[i-1]) && !keycap(rs[i-1])
	case r == ' ':
		return false
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs):
		return true
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
		return true
	case r == 0x2800: // braille with no dots
		return true
	}
	return false
}

func keycap(r rune) bool { return r >= '0' && r <= '9' || r == '#' || r == '*' || r == 0x200d }

// joins reports whether a zero-width (non-)joiner at i does its proper work:
// between emoji, or between letters of a script that needs it to be spelt.
func joins(rs []rune, i int) bool {
	if i == 0 || i+1 >= len(rs) {
		return false
	}
	before, after := rs[i-1], rs[i+1]
	if rs[i] == 0x200d && unicode.Is(unicode.So, after) {
		return unicode.In(before, unicode.So, unicode.Sk) || before == 0xfe0f
	}
	return unicode.In(before, spelling...) && unicode.In(after, spelling...)
}

// spelling lists the scripts in which joiners change the word.
var spelling = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali,
	unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Tibetan,
}
