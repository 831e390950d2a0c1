package tenant

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// answers reports whether a name is found by a question, as the index does it.
func answers(name, question string) bool {
	words, asked := Words(name), Asked(question)
	for _, a := range asked {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, a) }) {
			return false
		}
	}
	return len(asked) > 0
}

func TestWordsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, question string
		want           bool
	}{
		{"Finance 372 Team 12", "team 12", true},
		{"Finance 372 Team 12", "12 fin", true},
		{"Finance 372 Team 12", "inance", false},
		{"SalesReportDEV-v2", "salesrep", true},
		{"SalesReportDEV-v2", "report", true},
		{"SalesReportDEV-v2", "reportdev", true},
		{"SalesReportDEV-v2", "dev v2", true},
		{"SalesReportDEV-v2", "2", true},
		{"HTTPServer", "server", true},
		{"sales_emea-north.PROD", "emea north", true},
		{"sales_emea-north.PROD", "sales_emea", true},
		{"Müller & Söhne", "muller sohne", true},
		{"Muller", "Müller", true},
		{"Straße", "STRASSE", true},
		{"Łódź Øresund", "lodz oresund", true},
		{"İstanbul ılık", "istanbul ilik", true},
		{"e\u0301te\u0301", "ÉTÉ", true},
		{"Продажи Ёлка", "продажи елка", true},
		{"Πωλήσεις", "πωλησεισ", true},
		{"تقرير المبيعات", "المبيعات", true},
		{"דוח מכירות", "מכיר", true},
		{"東京都売上レポート", "売上", true},
		{"東京都売上レポート", "京", true},
		{"東京都売上レポート", "京都 レポート", true},
		{"東京都売上レポート", "都京", false},
		{"บริษัทไทย", "ไทย", true},
		{"हिन्दी रिपोर्ट", "रिपोर्ट", true},
		{"한국 매출", "매출", true},
		{"ＦＵＬＬ　ｗｉｄｔｈ", "full width", true},
		{"anna.berg@contoso.com", "anna.berg@con", true},
		{"anna.berg@contoso.com", "berg", true},
		{"team", "\x00team\x00", true},
		{"team", "te\xffam", false},
		{"", "team", false},
		{"team", "", false},
		{"team", "-- ' \" * ( )", false},
	} {
		if got := answers(c.name, c.question); got != c.want {
			t.Errorf("%q by %q: %v, words %q, asked %q", c.name, c.question, got, Words(c.name), Asked(c.question))
		}
	}
}

// FuzzWords holds that a name is found by itself, and that what is indexed is
// bounded and made of letters only.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"SalesReportDEV", "東京都", "a\x00b", "\xff\xfe", strings.Repeat("aB", 5000), "e\u0301", "ﬁ ǆ ㎏", "\u0345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := Words(s)
		if len(words) > maxWords || len(Asked(s)) > maxAsked {
			t.Fatalf("%d words", len(words))
		}
		for _, w := range append(words, Asked(s)...) {
			if !utf8.ValidString(w) || strings.ContainsFunc(w, func(r rune) bool { return !inWord(r) }) {
				t.Fatalf("%q of %q is no word", w, s)
			}
		}
		if len(Asked(s)) > 0 && len(words) < maxWords && len(s) < 4096 && !answers(s, s) {
			t.Fatalf("%q is not found by itself: %q, %q", s, words, Asked(s))
		}
	})
}
