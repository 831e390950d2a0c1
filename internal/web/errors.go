package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
)

// statusOf maps the meaning of an error to its HTTP status. Absent and
// forbidden look the same to someone who may not know: package guard turns
// Denied into NotFound where it must.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Denied:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// titles are the headings of error pages.
var titles = map[int]string{
	http.StatusNotFound:            "There is nothing here",
	http.StatusMethodNotAllowed:    "This address does not do that",
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
	status, sentence := s.meaning(err)
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.Log.Log(c.Request().Context(), level, "request failed", "method", c.Request().Method, "route", c.Path(), "status", status, "request", requestID(c), "err", err)
	var f *fault.Error
	if errors.As(err, &f) && f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Round(time.Second).Seconds())))
	}
	if err := s.answerError(c, status, sentence, err); err != nil {
		s.Log.Error("error page failed", "err", err)
	}
}

// meaning returns the status of an error and the sentence to show.
func (s *Server) meaning(err error) (int, string) {
	var he *echo.HTTPError
	if errors.As(err, &he) && fault.KindOf(err) == fault.Internal {
		switch he.Code {
		case http.StatusNotFound:
			return he.Code, "No page has this address. It may have been mistyped, or what it showed is gone or not yours to see."
		case http.StatusMethodNotAllowed:
			return he.Code, "Go back and use the page's own buttons."
		case http.StatusRequestEntityTooLarge:
			return he.Code, "What was sent is larger than the portal accepts."
		}
		if he.Code < http.StatusInternalServerError {
			return he.Code, "The request could not be understood."
		}
	}
	return statusOf(fault.KindOf(err)), fault.Sentence(err)
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
