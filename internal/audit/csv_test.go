package audit_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"steward/internal/audit"
)

// payloads are cells that spreadsheets have been attacked with, each with the
// blanks and signs it can hide behind.
func payloads() []string {
	cores := []string{
		`1+1`, `cmd|' /C calc'!A0`, `HYPERLINK("http://evil.example","Click")`, `IMPORTXML("http://evil.example","//a")`,
		`SUM(1+9)*cmd|' /C calc'!A0`, `DDE("cmd";"/C calc";"x")`, `WEBSERVICE("http://evil.example")`, `A1`, `"x"&"y"`, `10+20+cmd|' /C calc'!A0`,
	}
	signs := []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", "\x00=", "\t", "\r", "\n", "\x00"}
	leads := []string{"", " ", "   ", "\u00a0", "\u3000", "\ufeff", "\u200b"}
	var out []string
	for i, core := range cores {
		for j, sign := range signs {
			out = append(out, leads[(i+j)%len(leads)]+sign+core)
		}
	}
	for _, lead := range leads {
		for _, sign := range signs {
			out = append(out, lead+sign+cores[0], "harmless;"+lead+sign+cores[0], `quoted;"`+sign+cores[1]+`"`, "tab\t"+sign+cores[2])
		}
	}
	return out
}

// cellsOf splits a line as a spreadsheet of another locale would: at its own
// separator, with quotes only where a cell begins with one.
func cellsOf(t *testing.T, text string, comma rune) []string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("read %q with %q: %v", text, comma, err)
	}
	var out []string
	for _, record := range all {
		out = append(out, record...)
	}
	return out
}

func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, " \u00a0\u3000\ufeff\u200b\"")
	if cell == "" {
		return false
	}
	r, _ := utf8.DecodeRuneInString(cell)
	return strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r)
}

// TestFormulasAreHarmless writes every payload between two cells and reads the
// file as spreadsheets of three locales do.
func TestFormulasAreHarmless(t *testing.T) {
	t.Parallel()
	all := payloads()
	if len(all) < 200 {
		t.Fatalf("only %d payloads", len(all))
	}
	for _, p := range all {
		var b bytes.Buffer
		w := audit.NewCSVWriter(&b)
		w.Record("a", p, "z")
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, comma := range []rune{',', ';', '\t'} {
			for _, cell := range cellsOf(t, b.String(), comma) {
				bad := isFormula(cell)
				if comma != ',' { // a cell that is none of ours: what counts is the sign
					cell = strings.TrimLeft(cell, " \u00a0\u3000\ufeff\u200b\"\t\r\n\ufffd")
					r, _ := utf8.DecodeRuneInString(cell)
					bad = cell != "" && strings.ContainsRune("=+-@＝＋－＠", r)
				}
				if bad {
					t.Errorf("%q with %q: a cell is %q", p, comma, cell)
				}
			}
		}
	}
}

func TestSafe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{"Müller & Söhne", "Müller & Söhne"},
		{"a=b", "a=b"},
		{"=1+1", "'=1+1"},
		{"  =1+1", "'  =1+1"},
		{"＝1", "'＝1"},
		{"-", "'-"},
		{"'=1", "'=1"},
		{"\ttab", "'\ttab"},
		{"a;=1", "a;'=1"},
		{"a; b", "a; b"},
		{"a\r\n=1", "a\r\n'=1"},
		{"a\n\nb", "a\n\nb"},
		{"\u202eevil", "\u202eevil"},
		{"bell\aand\x1besc", "bell\aand\x1besc"},
		{"nul\x00in", "nul\ufffdin"},
		{"\x00=1", "'\ufffd=1"},
		{"bad\xff", "bad\ufffd"},
		{"-5", "'-5"},
	} {
		if got := audit.Safe(c.in); got != c.want {
			t.Errorf("Safe(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// TestRFC4180 pins the bytes: commas, CRLF, doubled quotes, no BOM unless asked
// for.
func TestRFC4180(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := audit.NewCSVWriter(&b)
	w.Record("a,b", `say "hi"`, "two\nlines", " led", "", "x;y", "plain")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" led\",,\"x;y\",plain\r\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// FuzzCSV: whatever goes in comes back, made safe and otherwise unchanged.
func FuzzCSV(f *testing.F) {
	for i, p := range payloads() {
		if i%7 == 0 {
			f.Add(p, "x")
		}
	}
	f.Add("a\r\nb", "\"")
	f.Add("\xff\x00", ";=\"")
	f.Fuzz(func(t *testing.T, a, b string) {
		var out bytes.Buffer
		w := audit.NewCSVWriter(&out)
		w.Record("first", a, b)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(bytes.NewReader(out.Bytes())).Read()
		if err != nil {
			t.Fatalf("%q: %v", out.String(), err)
		}
		// encoding/csv reads CR LF within quotes as LF.
		for i, in := range []string{a, b} {
			want := strings.ReplaceAll(audit.Safe(in), "\r\n", "\n")
			if got[i+1] != want {
				t.Fatalf("%q came back as %q, want %q", in, got[i+1], want)
			}
			if isFormula(strings.TrimPrefix(got[i+1], "'")) && !strings.HasPrefix(got[i+1], "'") {
				t.Fatalf("%q came back as the formula %q", in, got[i+1])
			}
		}
		if fmt.Sprint(len(got)) != "3" {
			t.Fatalf("%d cells", len(got))
		}
	})
}
