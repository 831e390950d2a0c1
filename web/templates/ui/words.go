package ui

import (
	"strings"
	"unicode/utf8"
)

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// initials returns up to two letters for a person: "Ada Lovelace" → "AL".
func initials(name string) string {
	var out strings.Builder
	for _, w := range strings.Fields(NameText(name)) {
		r, _ := utf8.DecodeRuneInString(w)
		out.WriteString(strings.ToUpper(string(r)))
		if utf8.RuneCountInString(out.String()) == 2 {
			break
		}
	}
	return out.String()
}
