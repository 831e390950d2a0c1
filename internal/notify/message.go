package notify

import (
	"strings"
	"time"
	"unicode"
)

// Message is one thing to tell, as it leaves the portal.
type Message struct {
	// Number is the delivery's: the same when it is sent again.
	Number int64
	// Event is what happened, such as request.decide.
	Event  string
	At     time.Time
	Tenant string
	// Name and Address are the person's it is for; both may be empty for a
	// place that hears everything.
	Name, Address string
	// Says is what they are told, Why why they are.
	Says, Why string
	// Link is the whole address of the page.
	Link string
}

// Wished reports whether whoever gets it says how often they hear of such
// things. Reports by the clock go where the configuration says.
func (m Message) Wished() bool { return !strings.HasPrefix(m.Event, "report.") }

// plain makes a text from the tenant or a form harmless wherever it is shown:
// no line breaks, no control characters, and none that turn the direction of
// the text or cannot be seen. They are shown by their code point, as pages do.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == unicode.ReplacementChar:
			b.WriteString(codePoint(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func codePoint(r rune) string {
	const digits = "0123456789ABCDEF"
	var hex []byte
	for v := uint32(r); v > 0 || len(hex) < 4; v >>= 4 { //nolint:gosec // a rune is not negative here
		hex = append([]byte{digits[v&15]}, hex...)
	}
	return "[U+" + string(hex) + "]"
}

// clean returns the message with every text made plain.
func (m Message) clean() Message {
	m.Tenant, m.Name, m.Says, m.Why = plain(m.Tenant), plain(m.Name), plain(m.Says), plain(m.Why)
	return m
}
