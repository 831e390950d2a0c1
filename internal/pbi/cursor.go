package pbi

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor walks one JSON value that is known to be valid, once, from front to
// back. It exists because the answers need more leniency than struct tags give
// (keys in any case and with trailing blanks, collections under unknown keys,
// absent told from null told from empty), at a speed that a million items
// need. On input that is not valid it stops early; it never panics.
type cursor struct {
	b []byte
	i int
	*seen
}

// seen holds texts that came before, so that a name or key that comes a
// million times is made once. It belongs to one decoding at a time.
type seen struct {
	words map[string]string
	keys  map[string]key
}

// key is a member's name in lower case and as it was spelt, both trimmed.
type key struct{ lower, spelt string }

// maxSeen bounds each table of texts seen before.
const maxSeen = 1 << 16

// newCursor reads b with the texts of before.
func newCursor(b []byte, before *seen) *cursor {
	if before == nil {
		before = &seen{}
	}
	return &cursor{b: b, seen: before}
}

func (c *cursor) blank() {
	for c.i < len(c.b) && (c.b[c.i] == ' ' || c.b[c.i] == '\n' || c.b[c.i] == '\t' || c.b[c.i] == '\r') {
		c.i++
	}
}

// kind returns the first byte of the next value: { [ " t f n or a digit; 0 at
// the end.
func (c *cursor) kind() byte {
	c.blank()
	if c.i >= len(c.b) {
		return 0
	}
	return c.b[c.i]
}

// isNull reports whether the next value is null.
func (c *cursor) isNull() bool { return c.kind() == 'n' }

// object calls member for every member of an object with the key, trimmed and
// in lower case, and as it was spelt (trimmed). A member that is not read by
// then is skipped. Any other value is skipped as a whole; false says so.
func (c *cursor) object(member func(key, spelt string)) bool {
	if c.kind() != '{' {
		c.skip()
		return false
	}
	c.i++
	for c.kind() == '"' {
		k := c.key()
		if c.kind() != ':' {
			break
		}
		c.i++
		c.blank()
		start := c.i
		member(k.lower, k.spelt)
		if c.i == start {
			c.skip()
		}
		if c.kind() != ',' {
			break
		}
		c.i++
	}
	if c.kind() == '}' {
		c.i++
	}
	return true
}

// array calls element for every element of an array. Any other value is
// skipped as a whole; false says so.
func (c *cursor) array(element func()) bool {
	if c.kind() != '[' {
		c.skip()
		return false
	}
	c.i++
	for k := c.kind(); k != ']' && k != 0; k = c.kind() {
		start := c.i
		element()
		if c.i == start {
			c.skip()
		}
		if c.i == start {
			break
		}
		if c.kind() == ',' {
			c.i++
		}
	}
	if c.kind() == ']' {
		c.i++
	}
	return true
}

// raw skips the next value and returns its bytes.
func (c *cursor) raw() []byte {
	c.blank()
	start := c.i
	c.skip()
	return c.b[start:c.i]
}

// skip passes the next value.
func (c *cursor) skip() {
	depth := 0
	for {
		switch c.kind() {
		case 0:
			return
		case '{', '[':
			depth++
			c.i++
		case '}', ']':
			depth--
			if depth < 0 {
				return // the end of what the value would be in
			}
			c.i++
		case '"':
			c.quoted()
		case ',', ':':
			if depth == 0 {
				return
			}
			c.i++
		default:
			for c.i < len(c.b) && !strings.ContainsRune(",:]} \n\t\r\"{[", rune(c.b[c.i])) {
				c.i++
			}
		}
		if depth == 0 {
			return
		}
	}
}

// quoted passes a string and returns it with its quotes.
func (c *cursor) quoted() []byte {
	start := c.i
	c.i++
	for {
		n := bytes.IndexByte(c.b[min(c.i, len(c.b)):], '"')
		if n < 0 {
			c.i = len(c.b)
			return c.b[start:]
		}
		c.i += n + 1
		escapes := 0
		for j := c.i - 2; j > start && c.b[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return c.b[start:c.i]
		}
	}
}

// text reads a string, or a number or boolean as it is written; null and
// anything else is "".
func (c *cursor) text() string {
	switch c.kind() {
	case '"':
		return plain(c.quoted())
	case '{', '[':
		c.skip()
		return ""
	}
	if s := string(c.raw()); s != "null" {
		return s
	}
	return ""
}

// word reads a short text that will come again, such as a right, a kind or a
// person's name: equal ones share their memory.
func (c *cursor) word() string {
	if c.kind() != '"' {
		return c.text()
	}
	q := c.quoted()
	if len(q) < 2 || bytes.IndexByte(q, '\\') >= 0 || len(q) > 200 {
		return plain(q)
	}
	if w, ok := c.words[string(q[1:len(q)-1])]; ok {
		return w
	}
	w := plain(q)
	if c.words == nil || len(c.words) >= maxSeen {
		c.words = make(map[string]string)
	}
	c.words[w] = w
	return w
}

// key reads a member's name.
func (c *cursor) key() key {
	q := c.quoted()
	if k, ok := c.keys[string(q)]; ok {
		return k
	}
	spelt := strings.TrimSpace(plain(q))
	k := key{strings.ToLower(spelt), spelt}
	if c.keys == nil || len(c.keys) >= maxSeen {
		c.keys = make(map[string]key)
	}
	c.keys[string(q)] = k
	return k
}

// id reads an id: without blanks, in lower case, because the APIs mix cases.
func (c *cursor) id() string { return normalID(c.text()) }

// personID reads an id that comes again and again.
func (c *cursor) personID() string { return normalID(c.word()) }

func normalID(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// plain is the text of a quoted string, always valid UTF-8.
func plain(quoted []byte) string {
	if len(quoted) < 2 || quoted[len(quoted)-1] != '"' {
		return ""
	}
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		if utf8.Valid(inner) {
			return string(inner)
		}
		return strings.ToValidUTF8(string(inner), "\uFFFD")
	}
	out, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return strings.ToValidUTF8(string(out), "\uFFFD")
	}
	return string(out)
}

// number reads a number, also one in quotes; 0 when it is none.
func (c *cursor) number() float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(c.text()), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// integer reads a whole number, also one written 3.0 or "3".
func (c *cursor) integer() int {
	f := c.number()
	if f > math.MaxInt32 || f < math.MinInt32 {
		return 0
	}
	return int(f)
}

// boolean reads true or false, also in quotes and any case.
func (c *cursor) boolean() bool { return strings.EqualFold(c.text(), "true") }

// time reads a date; zero when there is none.
func (c *cursor) time() time.Time { return parseTime(c.text()) }

// texts reads an array of strings; nil when it is not one.
func (c *cursor) texts() []string {
	var out []string
	c.array(func() { out = append(out, c.word()) })
	return out
}
