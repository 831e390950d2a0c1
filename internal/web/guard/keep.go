package guard

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/ledger"
)

// What is kept of forms that could not be taken.
const (
	// KeptFor is how long a form is kept.
	KeptFor = 30 * time.Minute
	// KeptPath is the page that shows a kept form when its own page cannot.
	KeptPath = "/kept"
	// maxKeptForm is the largest form that is kept, maxKept the most of all
	// forms together, in bytes of names and values.
	maxKeptForm = 64 << 10
	maxKept     = 8 << 20
)

// Kept is a form that could not be taken: the session had ended, the roles or
// the proof of identity were too old, something had changed meanwhile, there
// were too many at once, or something was out of order. Nobody should type it
// twice. It is in memory only, belongs to one person in one browser, and is
// sent again by that person's click, never by us.
type Kept struct {
	// Page is where the form was filled in, a path of ours with its query;
	// KeptPath when that is unknown.
	Page string
	// Action is where the form goes.
	Action string
	// Fields is what was sent.
	Fields url.Values
	// At is when.
	At time.Time

	person auth.Person
	size   int
}

// keeper holds kept forms by the hash of their cookie.
type keeper struct {
	mu    sync.Mutex
	by    map[ledger.Hash]Kept
	order []ledger.Hash // oldest first; some are gone already
	size  int
}

func (k *keeper) put(key ledger.Hash, f Kept, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[ledger.Hash]Kept{}
	}
	k.by[key] = f
	k.order = append(k.order, key)
	k.size += f.size
	for len(k.order) > 0 {
		oldest, there := k.by[k.order[0]]
		if there && k.size <= maxKept && now.Sub(oldest.At) < KeptFor {
			return
		}
		k.remove(k.order[0])
		k.order = k.order[1:]
	}
}

func (k *keeper) get(key ledger.Hash, now time.Time) (Kept, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.by[key]
	return f, ok && now.Sub(f.At) < KeptFor
}

func (k *keeper) drop(key ledger.Hash) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.remove(key)
}

// remove is drop under the lock.
func (k *keeper) remove(key ledger.Hash) {
	k.size -= k.by[key].size
	delete(k.by, key)
}

// keepForm keeps the form of a request that ends in an error, and fills it in
// again when its page is opened.
func (g *Guard) keepForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if safe(c.Request().Method) {
			return g.refill(c, next)
		}
		err := next(c)
		if err == nil {
			g.taken(c)
			return nil
		}
		switch StatusOf(err) {
		case http.StatusUnauthorized, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable:
			g.keep(c, err)
		}
		return err
	}
}

// keep keeps a request's form, if it is one and we know whose.
func (g *Guard) keep(c echo.Context, why error) {
	st := stateOf(c.Request().Context())
	r, known := g.routes.find(c)
	if !known || r.Public || st.machine || !strings.HasPrefix(c.Request().Header.Get(echo.HeaderContentType), echo.MIMEApplicationForm) {
		return
	}
	person, known := g.whose(c)
	if !known || c.Request().ParseForm() != nil {
		return
	}
	f := Kept{Page: g.pageOf(c), Action: c.Request().URL.RequestURI(), Fields: c.Request().PostForm, At: g.cfg.Now(), person: person}
	for name, values := range f.Fields {
		f.size += len(name) + len(strings.Join(values, " "))
	}
	if f.size == 0 || f.size > maxKeptForm || len(f.Action) > 2000 {
		return
	}
	id, err := g.token()
	if err != nil {
		return // the form is lost then, and nothing says that it is not
	}
	if old, err := c.Cookie(g.cfg.Auth.FormCookie()); err == nil {
		g.kept.drop(sha256.Sum256([]byte(old.Value)))
	}
	g.kept.put(sha256.Sum256([]byte(id)), f, g.cfg.Now())
	c.SetCookie(g.cfg.Auth.KeepForm(id, int(KeptFor.Seconds())))
	st.kept = f.Page
	var need *SignInError
	if errors.As(why, &need) {
		if u, err := url.Parse(need.URL); err == nil {
			need.URL = loginURL(f.Page, u.Query().Get("for"))
		}
	}
}

// whose finds out who filled in the form: who is signed in, or was until the
// session ended. It decides only who may have it back.
func (g *Guard) whose(c echo.Context) (auth.Person, bool) {
	if s, ok := Session(c); ok {
		return s.Person, true
	}
	cookie, err := c.Cookie(g.cfg.Auth.SessionCookie())
	if err != nil {
		f, ok := g.kept.get(g.formKey(c), g.cfg.Now())
		return f.person, ok // signed out in this browser, with the form still open
	}
	return g.cfg.Auth.Owner(c.Request().Context(), cookie.Value)
}

// signedOut remembers for a while who signed out in this browser: another tab
// may still have a form of theirs.
func (g *Guard) signedOut(c echo.Context, p auth.Person) {
	id, err := g.token()
	if err != nil {
		return
	}
	g.DropKept(c)
	g.kept.put(sha256.Sum256([]byte(id)), Kept{person: p, At: g.cfg.Now(), size: 1}, g.cfg.Now())
	c.SetCookie(g.cfg.Auth.KeepForm(id, int(KeptFor.Seconds())))
}

// pageOf is the page on which a form was: where it can be filled in again.
func (g *Guard) pageOf(c echo.Context) string {
	page := auth.ReturnTo(backFrom(c))
	path, _, _ := strings.Cut(page, "?")
	if page == "/" || !g.routes.page(path) {
		return KeptPath
	}
	return page
}

// page reports whether a path can be opened.
func (m routes) page(path string) bool {
	for _, r := range m {
		if r.Method == http.MethodGet && !r.Export && fits(r.Path, path) {
			return true
		}
	}
	return false
}

// fits reports whether a path has the form of a route.
func fits(route, path string) bool {
	a, b := strings.Split(route, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && (!strings.HasPrefix(a[i], ":") || b[i] == "") {
			return false
		}
	}
	return true
}

// KeptForm returns the form that is kept for the one who sends this request.
func (g *Guard) KeptForm(c echo.Context) (Kept, bool) {
	cookie, err := c.Cookie(g.cfg.Auth.FormCookie())
	if err != nil {
		return Kept{}, false
	}
	f, ok := g.kept.get(sha256.Sum256([]byte(cookie.Value)), g.cfg.Now())
	s, signedIn := Session(c)
	return f, ok && len(f.Fields) > 0 && signedIn && s.Person.Same(f.person)
}

// DropKept forgets the kept form.
func (g *Guard) DropKept(c echo.Context) {
	if cookie, err := c.Cookie(g.cfg.Auth.FormCookie()); err == nil {
		g.kept.drop(sha256.Sum256([]byte(cookie.Value)))
		c.SetCookie(g.cfg.Auth.KeepForm("", 0))
	}
}

// taken forgets a kept form when one to the same address was taken.
func (g *Guard) taken(c echo.Context) {
	if f, ok := g.KeptForm(c); ok && c.Response().Status < http.StatusBadRequest && f.Action == c.Request().URL.RequestURI() {
		g.kept.drop(g.formKey(c))
	}
}

func (g *Guard) formKey(c echo.Context) ledger.Hash {
	cookie, err := c.Cookie(g.cfg.Auth.FormCookie())
	if err != nil {
		return ledger.Hash{}
	}
	return sha256.Sum256([]byte(cookie.Value))
}

// KeptPage is where the form of this request, which failed, can be had again;
// empty when it was not kept. Error pages lead there.
func KeptPage(c echo.Context) string { return stateOf(c.Request().Context()).kept }
