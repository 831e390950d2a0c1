package browser

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `<!doctype html><html lang="en"><head><title>Sample</title><style>
p{color:rgb(0,0,0)} @media (prefers-color-scheme:dark){p{color:rgb(255,255,255)}} .gone{display:none}
</style></head><body><main><h1>Sample</h1><p id="p">A <b>word</b></p><p class="gone">hidden</p>
<form action="/next"><input name="q" value="old"><select name="s"><option>a<option>b</select><button>Go</button></form>
<script>document.querySelector("#p").append("!")</script></main></body></html>`

// site is a page with a fault that axe knows: a field without a label.
func site(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/next" {
			_, _ = w.Write([]byte(`<title>n</title><h1>` + r.URL.RawQuery + `</h1>`))
			return
		}
		_, _ = w.Write([]byte(sample))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestReading(t *testing.T) {
	t.Parallel()
	p := New(t)
	p.Goto(site(t))
	if got := p.Text("#p"); got != "A word!" {
		t.Errorf("Text = %q", got)
	}
	if p.Count("p") != 2 || !p.Visible("#p") || p.Visible(".gone") || p.Visible(".nowhere") {
		t.Error("Count or Visible is wrong")
	}
	if findings := strings.Join(p.Axe(), "\n"); !strings.Contains(findings, "select-name") {
		t.Errorf("axe does not see the field without a label: %s", findings)
	}
	colour := `getComputedStyle(document.querySelector("#p")).color`
	p.SetDark(true)
	if got := Eval[string](p, colour); got != "rgb(255, 255, 255)" {
		t.Errorf("dark colour = %s", got)
	}
	p.SetViewport(PhoneWidth, PhoneHeight)
	if got := Eval[int](p, "innerWidth"); got < PhoneWidth {
		t.Errorf("phone is %d px wide", got)
	}
	shot := filepath.Join(t.TempDir(), "a", "b.png")
	p.Screenshot(shot)
	if png, err := os.ReadFile(shot); err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
}

func TestActing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		js   bool
		text string
	}{{"with scripts", true, "A word!"}, {"without scripts", false, "A word"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := New(t)
			if !c.js {
				p.DisableJS()
			}
			p.Goto(site(t))
			if got := p.Text("#p"); got != c.text {
				t.Errorf("Text = %q, want %q", got, c.text)
			}
			p.Fill("[name=q]", "new & x")
			p.Choose("[name=s]", "b")
			p.ClickAndWait("button")
			if got := p.Text("h1"); got != "q=new+%26+x&s=b" {
				t.Errorf("the form sent %q", got)
			}
		})
	}
}

func TestComplaints(t *testing.T) {
	t.Parallel()
	p := New(t)
	p.Goto(site(t))
	Eval[bool](p, `console.error("one"), setTimeout(() => { throw new Error("two") }), true`)
	Eval[bool](p, `alert("three"), true`)
	all := strings.Join(p.Console(), "\n")
	for _, want := range []string{"one", "two", "dialog: three"} {
		if !strings.Contains(all, want) {
			t.Errorf("console = %q, want %q in it", all, want)
		}
	}
}

// Two tabs share a process but no cookies.
func TestTabsAreStrangers(t *testing.T) {
	t.Parallel()
	url := site(t)
	a, b := New(t), New(t)
	a.Goto(url)
	b.Goto(url)
	if got := Eval[string](a, `document.cookie = "k=v", document.cookie`); got != "k=v" {
		t.Fatalf("cookie = %q", got)
	}
	if got := Eval[string](b, `document.cookie`); got != "" {
		t.Errorf("the other tab sees %q", got)
	}
}

func TestFind(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := find(); !errors.Is(err, errMissing) {
		t.Errorf("find = %v, want %v", err, errMissing)
	}
}
