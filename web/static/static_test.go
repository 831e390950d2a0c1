package static_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"steward/web/static"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHandler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, mime, holds string }{
		{"style", "steward.css", "text/css; charset=utf-8", "--accent"},
		{"style holds the base", "steward.css", "text/css; charset=utf-8", "Pico CSS"},
		{"our script", "app.js", "text/javascript; charset=utf-8", "palette"},
		{"htmx", "htmx.js", "text/javascript; charset=utf-8", "2.0.11"},
		{"uPlot", "uplot.js", "text/javascript; charset=utf-8", "uPlot"},
		{"mark", "mark.svg", "image/svg+xml", "<svg"},
		{"licences", "licences.txt", "text/plain; charset=utf-8", "Zero-Clause BSD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := static.URL(c.file)
			if ok, _ := regexp.MatchString(`^/static/[a-z]+\.[0-9a-f]{12}\.[a-z]+$`, url); !ok {
				t.Errorf("URL = %q holds no hash", url)
			}
			plain := get(t, url)
			body, _ := io.ReadAll(plain.Body)
			if plain.StatusCode != 200 || plain.Header.Get("Content-Type") != c.mime || !strings.Contains(string(body), c.holds) {
				t.Errorf("status %d, type %q, %d bytes", plain.StatusCode, plain.Header.Get("Content-Type"), len(body))
			}
			if !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") {
				t.Error("may not be kept for ever")
			}
			packed := get(t, url, "Accept-Encoding", "gzip")
			z, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			if unpacked, _ := io.ReadAll(z); string(unpacked) != string(body) {
				t.Error("compressed and plain differ")
			}
		})
	}
	for _, path := range []string{"/static/steward.css", "/static/", "/static/../static.go", "/static/axe.min.js"} {
		if r := get(t, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, r.StatusCode)
		}
	}
}

// The content security policy loads nothing from data: or another host; a style
// sheet that asked for it would fill the console of every reader.
func TestSheetAsksForNothing(t *testing.T) {
	t.Parallel()
	parts, err := os.ReadDir("css")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range parts {
		b, err := os.ReadFile("css/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`url\(|@import`).Match(b) {
			t.Errorf("%s loads something", f.Name())
		}
	}
}

// Text and what it stands on: at least 4.5 to 1, in light and in dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(raw), -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	pairs := [][2]string{{"on-accent", "accent"}, {"accent-strong", "accent-soft"}, {"text", "accent-soft"}, {"text", "medium-soft"}, {"bg", "critical"}}
	for _, text := range []string{"text", "muted", "accent", "critical", "high", "medium", "low", "good"} {
		for _, bg := range []string{"bg", "bg-rail", "bg-raised", "bg-sunk", "bg-hover"} {
			pairs = append(pairs, [2]string{text, bg})
		}
	}
	for _, s := range []string{"critical", "high", "medium", "low", "good"} {
		pairs = append(pairs, [2]string{s, s + "-soft"})
	}
	for _, p := range pairs {
		for i, mode := range []string{"light", "dark"} {
			if c := contrast(t, colours[p[0]][i], colours[p[1]][i]); c < 4.5 {
				t.Errorf("%s: --%s on --%s is %.2f to 1", mode, p[0], p[1], c)
			}
		}
	}
	for i, mode := range []string{"light", "dark"} {
		if c := contrast(t, colours["line-strong"][i], colours["bg"][i]); c < 3 {
			t.Errorf("%s: the border of a field is %.2f to 1, want 3", mode, c)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

// luminance as WCAG 2.2 defines it.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) != 7 {
		t.Fatalf("no such colour: %q", hex)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("colour %q: %w", hex, err))
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
