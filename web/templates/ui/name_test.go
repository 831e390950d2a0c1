package ui_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"steward/web/templates/ui"
)

func render(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := ui.Name(s).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNameText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Finance PROD", "Finance PROD"},
		{"bidi override", "Finance\u202eDORP", "Finance[U+202E]DORP"},
		{"bidi isolate", "a\u2066b\u2069", "a[U+2066]b[U+2069]"},
		{"zero-width space", "a\u200bb", "a[U+200B]b"},
		{"several in a row", "a\u200b\u200b\u200bb", "a[U+200B ×3]b"},
		{"byte order mark", "\ufeffname", "[U+FEFF]name"},
		{"soft hyphen", "a\u00adb", "a[U+00AD]b"},
		{"no-break space", "a\u00a0b", "a[U+00A0]b"},
		{"control characters", "a\tb\nc\x00d\x7f", "a[U+0009]b[U+000A]c[U+0000]d[U+007F]"},
		{"line separator", "a\u2028b", "a[U+2028]b"},
		{"tag characters", "a\U000e0041b", "a[U+E0041]b"},
		{"hangul filler", "a\u3164b", "a[U+3164]b"},
		{"blank braille", "a\u2800b", "a[U+2800]b"},
		{"private use", "a\ue000b", "a[U+E000]b"},
		{"not utf-8", "a\xffb", "a[bad byte]b"},
		{"real replacement character", "a\ufffdb", "a\ufffdb"},
		{"umlauts", "Müller – Größe", "Müller – Größe"},
		{"arabic", "مالية", "مالية"},
		{"persian joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"joiner between latin letters", "a\u200cb", "a[U+200C]b"},
		{"joiner at the end", "می\u200c", "می[U+200C]"},
		{"emoji family", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"emoji variation", "❤\ufe0f", "❤\ufe0f"},
		{"variation on a letter", "a\ufe0fb", "a[U+FE0F]b"},
		{"accents", "e\u0301", "e\u0301"},
		{"piled accents", "e" + strings.Repeat("\u0301", 9), "e\u0301\u0301\u0301\u0301[U+0301 ×5]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ui.NameText(c.in); got != c.want {
				t.Errorf("NameText(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestNameHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"isolated", "x", `<bdi class="name">x</bdi>`},
		{"escaped", `<img src=x onerror="a()">`, `<bdi class="name">&lt;img src=x onerror=&#34;a()&#34;&gt;</bdi>`},
		{"marked", "a\u202eb", `<bdi class="name">a<span class="mark">U+202E</span>b</bdi>`},
		{"empty", "", `<span class="unknown">(no name)</span>`},
		{"only blanks", " \t ", `<span class="unknown">(no name)</span>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := render(t, c.in); got != c.want {
				t.Errorf("Name(%q) = %s, want %s", c.in, got, c.want)
			}
		})
	}
}

// Whatever the name, nothing invisible or reordering is left, and the markup
// stays what we wrote: one bdi with marks in it.
func TestNameAnything(t *testing.T) {
	t.Parallel()
	nasty := []rune("\u202a\u202e\u2066\u200b\u200c\u200d\ufeff\x00\x1b<>\"'&`\u0301aבم👩\ufe0f")
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom(nasty)), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(rt, "name")
		text := ui.NameText(s)
		for _, r := range text {
			if r == 0x200c || r == 0x200d {
				continue // allowed where a script needs them, see TestNameText
			}
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				rt.Fatalf("NameText(%q) keeps %U", s, r)
			}
		}
		z := html.NewTokenizer(strings.NewReader(render(t, s)))
		for {
			switch z.Next() {
			case html.ErrorToken:
				return
			case html.StartTagToken, html.SelfClosingTagToken:
				if tag := z.Token(); tag.Data != "bdi" && tag.Data != "span" || len(tag.Attr) != 1 || tag.Attr[0].Key != "class" {
					rt.Fatalf("Name(%q) has an element %v", s, tag)
				}
			case html.CommentToken, html.DoctypeToken:
				rt.Fatalf("Name(%q) has a comment", s)
			}
		}
	})
}
