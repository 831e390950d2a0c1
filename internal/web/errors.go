package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/secret"
	"steward/internal/web/guard"
)

// titles are the headings of error pages.
var titles = map[int]string{
	http.StatusNotFound:            "There is nothing here",
	http.StatusUnauthorized:        "You are not signed in",
	http.StatusUnprocessableEntity: "That cannot be done as written",
	http.StatusBadRequest:          "That request cannot be read",
	http.StatusForbidden:           "You may not do this",
	http.StatusConflict:            "It changed while you looked at it",
	http.StatusTooManyRequests:     "Too many at once",
	http.StatusServiceUnavailable:  "Not available at the moment",
	http.StatusInternalServerError: "Something went wrong on our side",
}

// serveError is the one place where an error of a handler becomes an answer:
// classified, logged once, shown as a sentence.
func (s *Server) serveError(err error, c echo.Context) {
	if c.Response().Committed {
		s.Log.Error("answer broke off", "path", c.Path(), "err", err)
		return
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		return // the reader left
	}
	status := guard.Prepare(c, err)
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.Log.Log(c.Request().Context(), level, "request failed", "method", c.Request().Method, "route", c.Path(), "status", status, "request", requestID(c), "err", secret.Clean(err))
	if err := s.answerError(c, status, sentenceOf(err), err); err != nil {
		s.Log.Error("error page failed", "err", err)
	}
}

// sentenceOf returns what the reader sees of an error.
func sentenceOf(err error) string {
	var he *echo.HTTPError
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return "What was sent is larger than the portal accepts."
	case errors.As(err, &he) && fault.KindOf(err) == fault.Internal && he.Code < http.StatusInternalServerError:
		if he.Code == http.StatusNotFound || he.Code == http.StatusMethodNotAllowed {
			return fault.Sentence(auth.Hidden())
		}
		return "The request could not be understood."
	}
	return fault.Sentence(err)
}

// answerError writes the error as a page, or as problem+json where a program
// asked.
func (s *Server) answerError(c echo.Context, status int, sentence string, err error) error {
	if wantsJSON(c) {
		return problem(c, status, sentence, err)
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(status)
	}
	title := titles[status]
	if title == "" {
		title = http.StatusText(status)
	}
	return s.errorPage(c, status, title, sentence, err)
}
