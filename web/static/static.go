// Package static owns the files a browser loads: the style sheet, the scripts,
// the mark. They are embedded and served under names that contain a hash of
// their content, so that a browser may keep them for ever and a new binary is
// never shown with an old style.
//
// It does not own pages (web/templates) and sets no security headers (web).
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// Prefix is the path under which Handler is to be mounted.
const Prefix = "/static/"

//go:embed css/*.css js/*.js img/*.svg vendor/*.js vendor/*.css vendor/*LICENSE*
var files embed.FS

// asset is one served file: its bytes, plain and compressed.
type asset struct {
	mime  string
	plain []byte
	gzip  []byte
}

var (
	// addresses maps "steward.css" to "/static/steward.0123456789ab.css".
	addresses = map[string]string{}
	// assets maps the served path to its content.
	assets = map[string]asset{}
)

// sheet lists the parts of steward.css in order. Pico comes first, inside a
// cascade layer: rules outside a layer win over it whatever their specificity,
// so ours never need to shout.
var sheet = []string{
	"css/tokens.css", "css/base.css", "css/frame.css", "css/menus.css",
	"css/table.css", "css/lists.css", "css/parts.css", "css/forms.css", "css/ask.css",
	"css/detail.css", "css/charts.css", "css/pages.css", "css/plan.css", "css/reading.css", "css/print.css",
}

func init() {
	add("steward.css", append(layered("vendor/pico.classless.min.css"), concat(sheet)...))
	add("app.js", read("js/app.js"))
	add("htmx.js", read("vendor/htmx.min.js"))
	add("uplot.js", read("vendor/uPlot.iife.min.js"))
	add("uplot.css", read("vendor/uPlot.min.css"))
	add("mark.svg", read("img/mark.svg"))
	add("licences.txt", licences())
}

// URL returns the address of a served file by its plain name, such as
// "steward.css". It panics on a name that does not exist: that is a typing
// error in a template, and every template is rendered by a test.
func URL(name string) string {
	u, ok := addresses[name]
	if !ok {
		panic(fmt.Sprintf("static: no file %q", name))
	}
	return u
}

// Handler serves the files; mount it at Prefix without stripping the prefix.
// Unknown names are 404. Replies may be cached for a year by anyone: nothing
// here depends on who asks.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := assets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.mime)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		body := a.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.gzip
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body)
		}
	})
}

func add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	addresses[name] = url
	assets[url] = asset{mime: mimes[ext], plain: content, gzip: compress(content)}
}

var mimes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid constant
	_, _ = z.Write(content)                               // a bytes.Buffer does not fail
	_ = z.Close()
	return b.Bytes()
}

// read returns an embedded file; it panics when the file is missing, which the
// compiler's embed check makes impossible for the names above.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

func concat(names []string) []byte {
	var b bytes.Buffer
	for _, n := range names {
		b.Write(read(n))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func layered(name string) []byte {
	return fmt.Appendf(nil, "@layer pico{%s}\n", bytes.TrimPrefix(read(name), []byte(`@charset "UTF-8";`)))
}

// licences returns the licence texts of everything vendored, for the page that
// names them.
func licences() []byte {
	var b bytes.Buffer
	for _, n := range []string{"pico.LICENSE.md", "htmx.LICENSE", "uPlot.LICENSE"} {
		fmt.Fprintf(&b, "== %s\n\n%s\n\n", strings.SplitN(n, ".", 2)[0], read("vendor/"+n))
	}
	return b.Bytes()
}
