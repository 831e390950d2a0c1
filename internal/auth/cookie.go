package auth

import (
	"crypto/sha256"
	"net/http"

	"steward/internal/ledger"
)

// Over https the cookies carry the __Host- prefix: no other host and no plain
// connection can set them. Browsers take that prefix with Secure only, and
// most clients do not send Secure cookies to http://127.0.0.1. On plain-http
// loopback, which is for demonstrations, the names go without the prefix and
// carry the port, because cookies do not tell ports apart.

// SessionCookie is the name of the cookie with the session's id.
func (s *Service) SessionCookie() string { return s.cookieName("steward") }

// AttemptCookie is the name of the cookie that binds a sign-in to a browser.
func (s *Service) AttemptCookie() string { return s.cookieName("steward-login") }

// FormCookie is the name of the cookie that binds a form which could not be
// taken to the browser it came from.
func (s *Service) FormCookie() string { return s.cookieName("steward-form") }

// KeepForm makes that cookie; an empty value removes it.
func (s *Service) KeepForm(value string, maxAge int) *http.Cookie {
	return s.cookie(s.FormCookie(), value, maxAge)
}

func (s *Service) cookieName(name string) string {
	if s.Secure() {
		return "__Host-" + name
	}
	if port := s.public.Port(); port != "" {
		return name + "-" + port
	}
	return name
}

// cookie makes a cookie; an empty value removes it. Lax, because the provider
// sends the browser back with a top-level GET.
func (s *Service) cookie(name, value string, maxAge int) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: s.Secure(), SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// hashOf is how an id is stored and looked up.
func hashOf(id string) ledger.Hash { return sha256.Sum256([]byte(id)) }
