package tenant

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Bounds of what is indexed of one name and asked in one search: names come
// from the tenant, questions from anybody.
const (
	maxWords    = 64
	maxAsked    = 12
	maxWordRune = 60
)

// Words returns what a name is found by: its words, folded, and for a word
// made of several (SalesReportDEV, Team12) each part on to the word's end. A
// word found by its beginning is so found by the beginning of each part. Runs
// of scripts that do not space words are cut into pairs of letters.
func Words(text string) []string {
	return wordsOf(text, maxWords, func(word []rune) []string {
		if unspaced(word[0]) {
			return pairs(word, true)
		}
		var out []string
		for i := range word {
			if len(out) == maxWords {
				break
			}
			if i == 0 || beginsPart(word, i) {
				out = append(out, foldWord(word[i:]))
			}
		}
		return out
	})
}

// Asked returns the words of a question: a name answers it when each of them is
// the beginning of one of its Words.
func Asked(text string) []string {
	return wordsOf(text, maxAsked, func(word []rune) []string {
		if unspaced(word[0]) {
			return pairs(word, false)
		}
		return []string{foldWord(word)}
	})
}

// wordsOf cuts a text into words and gives what cut makes of each, once each
// and at most so many.
func wordsOf(text string, most int, cut func([]rune) []string) []string {
	var out []string
	seen := map[string]bool{}
	rest := []rune(norm.NFC.String(strings.ToValidUTF8(bounded(text), " ")))
	for len(rest) > 0 && len(out) < most {
		n := 0
		for n < len(rest) && inWord(rest[n]) && unspaced(rest[n]) == unspaced(rest[0]) {
			n++
		}
		if n == 0 {
			rest = rest[1:]
			continue
		}
		for _, w := range cut(rest[:n]) {
			if w != "" && !seen[w] && len(out) < most {
				seen[w] = true
				out = append(out, w)
			}
		}
		rest = rest[n:]
	}
	return out
}

// bounded is as much of a text as is looked at.
func bounded(text string) string {
	if len(text) > 4096 {
		return text[:4096]
	}
	return text
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// beginsPart reports whether a new part of a word begins at i: aB, ABc at B, a1
// and 1a.
func beginsPart(w []rune, i int) bool {
	before, at := w[i-1], w[i]
	switch {
	case unicode.IsMark(at):
		return false
	case unicode.IsUpper(at) && !unicode.IsUpper(before):
		return true
	case unicode.IsUpper(at) && i+1 < len(w) && unicode.IsLower(w[i+1]):
		return true
	}
	return unicode.IsNumber(at) != unicode.IsNumber(before)
}

// unspaced reports whether the script is written without spaces between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pairs cuts a run into overlapping pairs of letters; with the last letter
// alone too when asked, so that a single letter is found anywhere.
func pairs(run []rune, last bool) []string {
	run = []rune(foldWord(run))
	var out []string
	for i := range run {
		if i+1 < len(run) {
			out = append(out, string(run[i:i+2]))
		} else if last || i == 0 {
			out = append(out, string(run[i:]))
		}
	}
	return out
}

// plain are letters that people leave the stroke off, which Unicode does not
// take apart.
var plain = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŧ", "t")

// foldWord is a word without case, width and accents. Marks that make another
// letter of a letter, as in Indian scripts, stay.
func foldWord(word []rune) string {
	if len(word) > maxWordRune {
		word = word[:maxWordRune]
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(string(word))) {
		if !unicode.IsMark(r) || !unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic, unicode.Cyrillic, unicode.Greek) {
			b.WriteRune(r)
		}
	}
	return strings.Map(func(r rune) rune {
		if !inWord(r) {
			return -1
		}
		return r
	}, norm.NFC.String(plain.Replace(cases.Fold().String(b.String()))))
}
