package entra

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/rest"
)

// cookie holds the session of the sign-in page. It is only used for prompt=none:
// otherwise the page always asks who to be, which is what a demo is for.
const cookie = "stand_in_session"

type session struct {
	person Person
	at     time.Time
}

// asked is an authorization request after its checks.
type asked struct {
	client, redirect, state, nonce, challenge, scope, prompt, hint string
	// acrs is the authentication context that the portal demands; empty for none.
	acrs string
	// maxAge is the oldest sign-in accepted, in seconds; -1 when not given.
	maxAge int
}

// authorize shows the people to choose from.
func (s *Service) authorize(c *rest.Call) {
	a, ok := s.readAsked(c, c.R.URL.Query())
	if !ok {
		return
	}
	if a.prompt == "none" {
		s.silent(c, a)
		return
	}
	people := make([]Person, 0, len(s.cfg.People))
	for _, p := range s.cfg.People {
		if a.hint == "" || strings.EqualFold(a.hint, p.UPN) {
			people = append(people, p)
		}
	}
	if len(people) == 0 {
		people = s.cfg.People
	}
	s.page(c, 200, "people", map[string]any{"Tenant": s.cfg.TenantName, "People": people,
		"Query": c.R.URL.RawQuery, "StepUp": a.acrs != "" || a.maxAge >= 0})
}

// pick takes the click on one person.
func (s *Service) pick(c *rest.Call) {
	if err := c.R.ParseForm(); err != nil {
		s.problem(c, 400, 90014, "The form could not be read.")
		return
	}
	query, err := url.ParseQuery(c.R.PostForm.Get("request"))
	if err != nil {
		s.problem(c, 400, 90014, "The form has lost its request.")
		return
	}
	a, ok := s.readAsked(c, query)
	if !ok {
		return
	}
	i := slices.IndexFunc(s.cfg.People, func(p Person) bool { return p.ObjectID == c.R.PostForm.Get("person") })
	switch {
	case i < 0:
		s.problem(c, 400, 50034, "The user account does not exist in this directory.")
		return
	case s.cfg.People[i].Disabled:
		s.problem(c, 401, 50057, "The user account is disabled.")
		return
	}
	ses := session{s.cfg.People[i], s.cfg.SignIn.Now()}
	id := s.cfg.NewID()
	s.mu.Lock()
	s.sessions[id] = ses
	s.mu.Unlock()
	http.SetCookie(c.W, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	s.sendCode(c, a, ses)
}

// silent answers prompt=none from the session, without a page.
func (s *Service) silent(c *rest.Call, a asked) {
	var ses session
	if k, err := c.R.Cookie(cookie); err == nil {
		s.mu.Lock()
		ses = s.sessions[k.Value]
		s.mu.Unlock()
	}
	tooOld := a.maxAge >= 0 && s.cfg.SignIn.Now().Sub(ses.at) > time.Duration(a.maxAge)*time.Second
	if ses.at.IsZero() || tooOld || a.acrs != "" {
		s.back(c, a, url.Values{"error": {"login_required"},
			"error_description": {"AADSTS50058: A silent sign-in request was sent but no user is signed in."}})
		return
	}
	s.sendCode(c, a, ses)
}

func (s *Service) sendCode(c *rest.Call, a asked, ses session) {
	code := s.cfg.NewID() + s.cfg.NewID()
	s.mu.Lock()
	s.codes[code] = grant{asked: a, person: ses.person, at: ses.at, issued: s.cfg.SignIn.Now()}
	s.mu.Unlock()
	s.back(c, a, url.Values{"code": {code}, "session_state": {s.cfg.NewID()}})
}

// back sends the browser to the portal.
func (s *Service) back(c *rest.Call, a asked, v url.Values) {
	if a.state != "" {
		v.Set("state", a.state)
	}
	sep := "?"
	if strings.Contains(a.redirect, "?") {
		sep = "&"
	}
	c.W.Header().Set("Cache-Control", "no-store")
	http.Redirect(c.W, c.R, a.redirect+sep+v.Encode(), http.StatusSeeOther)
}

// readAsked checks an authorization request; what is wrong before the redirect
// address is known to be the portal's is said on a page, never by a redirect.
func (s *Service) readAsked(c *rest.Call, q url.Values) (asked, bool) {
	a := asked{client: q.Get("client_id"), redirect: q.Get("redirect_uri"), state: q.Get("state"), nonce: q.Get("nonce"),
		challenge: q.Get("code_challenge"), scope: q.Get("scope"), prompt: q.Get("prompt"), hint: q.Get("login_hint"), maxAge: -1}
	s.mu.Lock()
	registered := slices.Contains(s.cfg.SignIn.RedirectURIs, a.redirect)
	s.mu.Unlock()
	switch {
	case !s.tenantKnown(c.Param("tenant")):
		s.problem(c, 400, 90002, "The tenant was not found.")
		return a, false
	case s.cfg.SignIn.ClientID == "" || !strings.EqualFold(a.client, s.cfg.SignIn.ClientID):
		s.problem(c, 400, 700016, "The application was not found in the directory.")
		return a, false
	case !registered:
		s.problem(c, 400, 50011, "The redirect URI of the request does not match the ones configured for the application.")
		return a, false
	}
	if why := a.check(q); why != "" {
		s.back(c, a, url.Values{"error": {"invalid_request"}, "error_description": {why}})
		return a, false
	}
	return a, true
}

func (a *asked) check(q url.Values) string {
	switch {
	case q.Get("response_type") != "code":
		return "AADSTS700054: response_type must be 'code'."
	case !slices.Contains(strings.Fields(a.scope), "openid"):
		return "AADSTS70011: the scope must include 'openid'."
	case a.challenge != "" && q.Get("code_challenge_method") != "S256":
		return "AADSTS501491: code_challenge_method must be 'S256'."
	case q.Get("response_mode") != "" && q.Get("response_mode") != "query":
		return "AADSTS70007: only response_mode 'query' is supported here."
	}
	if m := q.Get("max_age"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil || n < 0 {
			return "AADSTS90014: max_age must be a number of seconds."
		}
		a.maxAge = n
	}
	return a.readClaims(q.Get("claims"))
}

// readClaims finds a demanded authentication context in the claims parameter.
func (a *asked) readClaims(text string) string {
	if text == "" {
		return ""
	}
	var want struct {
		IDToken struct {
			ACRS struct {
				Value  string   `json:"value"`
				Values []string `json:"values"`
			} `json:"acrs"`
		} `json:"id_token"`
	}
	if json.Unmarshal([]byte(text), &want) != nil {
		return "AADSTS50000: the claims parameter is not valid JSON."
	}
	a.acrs = want.IDToken.ACRS.Value
	if a.acrs == "" && len(want.IDToken.ACRS.Values) > 0 {
		a.acrs = want.IDToken.ACRS.Values[0]
	}
	return ""
}

// logout ends the session and goes where the portal asked, if that is its own.
func (s *Service) logout(c *rest.Call) {
	if k, err := c.R.Cookie(cookie); err == nil {
		s.mu.Lock()
		delete(s.sessions, k.Value)
		s.mu.Unlock()
	}
	http.SetCookie(c.W, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if to := c.Query("post_logout_redirect_uri"); to != "" && s.sameOrigin(to) {
		if st := c.Query("state"); st != "" {
			to += "?state=" + url.QueryEscape(st)
		}
		http.Redirect(c.W, c.R, to, http.StatusSeeOther)
		return
	}
	s.page(c, 200, "out", nil)
}

func (s *Service) sameOrigin(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.cfg.SignIn.RedirectURIs, func(r string) bool {
		known, err := url.Parse(r)
		return err == nil && known.Scheme == u.Scheme && known.Host == u.Host
	})
}

func (s *Service) problem(c *rest.Call, status, code int, text string) {
	s.page(c, status, "problem", map[string]any{"Code": code, "Text": text})
}

func (s *Service) page(c *rest.Call, status int, name string, data any) {
	h := c.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+"'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	c.W.WriteHeader(status)
	// A failed write means that the browser has gone.
	_ = pages.ExecuteTemplate(c.W, name, data)
}

var pages = template.Must(template.New("").Parse(pageText))
