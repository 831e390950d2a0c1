package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
	"steward/internal/request"
)

// Moment is a time in answers: UTC, to the second; null when there is none.
type Moment time.Time

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) {
	if time.Time(m).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(m).UTC().Format("2006-01-02T15:04:05Z"))
}

// answer writes a value as JSON.
func answer(c echo.Context, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return tagged(c, status, "application/json", append(text, '\n'))
}

// tagged writes an answer with its ETag, or 304 to who has it already.
func tagged(c echo.Context, status int, kind string, text []byte) error {
	if c.Request().Method != http.MethodGet && c.Request().Method != http.MethodHead {
		return c.Blob(status, kind, text)
	}
	sum := sha256.Sum256(text)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set(echo.HeaderCacheControl, "private, no-cache") // kept by the caller, asked again each time
	for _, have := range strings.Split(c.Request().Header.Get("If-None-Match"), ",") {
		if have = strings.TrimPrefix(strings.TrimSpace(have), "W/"); have == tag || have == "*" {
			return c.NoContent(http.StatusNotModified)
		}
	}
	return c.Blob(status, kind, text)
}

// Refusal is a form that was refused: at fields, or as a whole.
type Refusal struct {
	Errors  request.FieldErrors
	Problem string
}

// Error implements error.
func (r *Refusal) Error() string { return "refused: " + r.sentence() }

// Unwrap is what error pages and statuses are made from.
func (r *Refusal) Unwrap() error {
	e := &fault.Error{Kind: fault.Invalid, Sentence: r.sentence()}
	if len(r.Errors) > 0 {
		e.Field = r.Errors[0].Field
	}
	return e
}

func (r *Refusal) sentence() string {
	switch {
	case r.Problem != "":
		return r.Problem
	case len(r.Errors) > 0:
		return r.Errors[0].Sentence
	}
	return "This cannot be done as written."
}
