package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// In templates these write what templ does not make harmless: it looks at the
// scheme of href and action only, and puts everything else out as it comes.
var (
	unescaped = regexp.MustCompile(`templ\.(Raw|SafeURL|JSUnsafeFuncCall|SafeCSS|SafeCSSProperty|JSExpression|FromGoHTML|ToGoHTML)\b|template\.(HTML|JS|URL|CSS)\b`)
	sink      = regexp.MustCompile(`\b(src|srcset|srcdoc|formaction|style|data|on[a-z]+|hx-[a-z0-9:-]+)\??=\{\s*(.*?)\s*\}`)
	spread    = regexp.MustCompile(`\{\s*([^{}]+?)\.\.\.\s*\}`)
	inScript  = regexp.MustCompile(`(?s)<(?:script|style)\b[^>]*>[^<]*\{[^<]*</(?:script|style)>`)
)

// harmless are the expressions that may stand in a sink: addresses of our own
// files, and addresses that were held to be paths of ours.
var harmless = regexp.MustCompile(`^(static\.URL\("[a-z.-]+"\)|(ui\.)?Local\([A-Za-z.()]+\)|templ\.URL\((ui\.)?Local\([A-Za-z.]+\)\))$`)

// allowed are the exceptions, by file and expression, each with its reason.
var allowed = map[string]string{
	"web/templates/ui/detail.templ: p.live()":     "made by Local in package ui",
	"web/templates/ask.templ: f.Name + \".find\"": "the name of a field of ours, no address",
	"web/templates/ui/form.templ: f.attrs()...":   "names, ids and aria attributes, made in package ui",
}

// sinksIn returns what in a template could let a name from a tenant run.
func sinksIn(file, text string) []string {
	out := unescaped.FindAllString(text, -1)
	for _, m := range sink.FindAllStringSubmatch(text, -1) {
		if !harmless.MatchString(m[2]) && allowed[file+": "+m[2]] == "" {
			out = append(out, m[0])
		}
	}
	for _, m := range spread.FindAllStringSubmatch(text, -1) {
		if m[1] != "children" && allowed[file+": "+m[1]+"..."] == "" {
			out = append(out, m[0])
		}
	}
	return append(out, inScript.FindAllString(text, -1)...)
}

func TestTemplatesHaveNoOpenSinks(t *testing.T) {
	t.Parallel()
	seen := 0
	each(t, "web", ".templ", func(file, text string) {
		seen++
		for _, s := range sinksIn(file, text) {
			t.Errorf("%s: %s could let a name from a tenant run in a reader's browser", file, s)
		}
	})
	if seen < 10 {
		t.Fatalf("only %d templates were looked at", seen)
	}
}

// TestOpenSinksAreFound breaks templates in each way.
func TestOpenSinksAreFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`@templ.Raw(v.Name)`, `<a href={ templ.SafeURL(v.Name) }>`, `<button onclick={ templ.JSUnsafeFuncCall(v.Name) }>`, `<img src={ v.Name }>`, `<iframe srcdoc={ v.Name }>`,
		`<button formaction={ v.Href }>`, `<div style={ v.Style }>`, `<div hx-get={ v.Href }>`, `<div hx-on:click={ v.Do }>`, `<div hx-vals={ v.Do }>`, `<object data={ v.Href }>`,
		`<div { v.Attrs... }>`, `<script>let a = { v.Name }</script>`, `<style>p { color: { v.Color } }</style>`, `<img src={ static.URL(v.Name) }>`, `<div hx-get={ "/x/" + v.Name }>`, `<div hx-get={ ui.Local(v.A) + v.B }>`,
		`@templ.FromGoHTML(t, v)`, `<body onload={ x }>`,
	} {
		if len(sinksIn("web/templates/new.templ", text)) == 0 {
			t.Errorf("not found: %s", text)
		}
	}
	for _, text := range []string{`<p>{ v.Name }</p>`, `<a href={ ui.Local(v.Href) }>`, `{ children... }`, `<div hx-get={ ui.Local(v.Live) }>`, `<div data-testid={ v.ID } aria-label={ v.Name }>`} {
		if bad := sinksIn("web/templates/new.templ", text); len(bad) > 0 {
			t.Errorf("%s: %q", text, bad)
		}
	}
}

// writers are what makes files that spreadsheets open. A cell that begins like
// a formula is put right in one place only.
var writers = regexp.MustCompile(`csv\.NewWriter\(|excelize\.(NewFile|OpenFile|OpenReader)\(`)

func TestOneWriterOfSheets(t *testing.T) {
	t.Parallel()
	if !writers.MatchString("w := csv.NewWriter(out)") || !writers.MatchString("f := excelize.NewFile()") {
		t.Fatal("the check does not see a writer")
	}
	found := 0
	for _, dir := range []string{"cmd", "internal", "web"} {
		each(t, dir, ".go", func(file, text string) {
			if strings.HasSuffix(file, "_test.go") || !writers.MatchString(text) {
				return
			}
			found++
			if !strings.HasPrefix(file, "internal/audit/") {
				t.Errorf("%s writes a spreadsheet's file by itself; use the writers of internal/audit, which make formulas harmless", file)
			}
		})
	}
	if found == 0 {
		t.Log("no library writes sheets: internal/audit does it by itself")
	}
}

// each calls fn with every file below a directory that ends so.
func each(t *testing.T, dir, ending string, fn func(file, text string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(filepath.Join(root, dir), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ending) {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		fn(filepath.ToSlash(rel), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
