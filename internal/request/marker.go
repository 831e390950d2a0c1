package request

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"
)

// crockford is the alphabet of ULIDs.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// marker returns the mark of a step: gov: and 26 characters that follow from
// the request and the step, so that the same plan always carries the same.
func marker(request, step string) string {
	sum := sha256.Sum256([]byte("steward-marker/1\x00" + request + "\x00" + step))
	return "gov:" + crockford.EncodeToString(sum[:17])[:26]
}

var markerForm = regexp.MustCompile(`gov:[0-9A-HJKMNP-TV-Z]{26}`)

// MarkersIn returns the marks in a description or note.
func MarkersIn(text string) []string { return markerForm.FindAllString(text, -1) }

// marked puts a mark behind a text that people read.
func marked(text, mark string) string { return strings.TrimSpace(text + " [" + mark + "]") }

// markedFirst puts a mark before a text that the service may cut.
func markedFirst(text, mark string) string { return strings.TrimSpace("[" + mark + "] " + text) }

// Unmarked is a description without our marks, for forms and pages.
func Unmarked(text string) string {
	for _, m := range MarkersIn(text) {
		text = strings.ReplaceAll(text, "["+m+"]", "")
	}
	return strings.TrimSpace(text)
}
