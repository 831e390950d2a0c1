// Package stories owns the storybook: a list of the states that components can
// be in, each of which a test renders, checks and looks at in a browser. Pages
// keep their own lists in the same form, next to the pages.
//
// Handler shows them on one's own machine while one works on them.
package stories

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"steward/web/static"
	"steward/web/templates/ui"
)

// Story is one state of a page or a component. Name is "group/state", such as
// "list/empty". Component is a whole document.
type Story struct {
	Name      string
	Component templ.Component
}

// All returns the stories of package ui. Times in them are relative to now.
func All(now time.Time) []Story {
	var all []Story
	for _, group := range [][]Story{overviewStories(now), listStories(now), detailStories(now), formStories()} {
		all = append(all, group...)
	}
	return all
}

// Policy is the content security policy under which stories are shown: the one
// of the real site, so that what it forbids shows up here.
func Policy(nonce string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "' 'strict-dynamic'; style-src 'self'; " +
		"img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; object-src 'none'"
}

// Handler serves the stories: an index at "/", each one at "/N", the assets at
// static.Prefix.
func Handler(all []Story) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i, s := range all {
			fmt.Fprintf(w, `<p><a href="/%d">%s</a></p>`, i, templ.EscapeString(s.Name))
		}
	})
	// The live story asks how far its scan is; the answer is that it is done.
	mux.HandleFunc("GET /scans/42/progress", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = ui.ProgressView(finished()).Render(r.Context(), w) // a reader who left is no matter
	})
	mux.HandleFunc("GET /{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(all) {
			http.NotFound(w, r)
			return
		}
		const nonce = "c3Rvcnlib29r"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", Policy(nonce))
		ctx := templ.WithNonce(r.Context(), nonce)
		if err := all[n].Component.Render(ctx, w); err != nil {
			fmt.Fprintf(w, "render %s: %s", templ.EscapeString(all[n].Name), templ.EscapeString(err.Error()))
		}
	})
	return mux
}
