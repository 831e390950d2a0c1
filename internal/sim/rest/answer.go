package rest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// MaxBody is the largest JSON body a handler reads, in bytes. The largest is the
// definition of an item; a getByIds of 1,000 ids is far smaller.
const MaxBody = 8 << 20

// JSON answers with a value, in the media type that the service uses.
func (c *Call) JSON(status int, v any) {
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.W.WriteHeader(status)
	enc := json.NewEncoder(c.W)
	enc.SetEscapeHTML(false)
	// A failed write means that the caller has gone; there is nobody to tell.
	_ = enc.Encode(v)
}

// Bytes answers with JSON that is written already.
func (c *Call) Bytes(status int, body []byte) {
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.W.WriteHeader(status)
	_, _ = c.W.Write(body) // as with JSON
}

// Stream answers 200 with a body that write produces piece by piece, so that a
// list of a hundred thousand rows is never held whole.
func (c *Call) Stream(write func(w *bufio.Writer) error) {
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.W.WriteHeader(http.StatusOK)
	w := bufio.NewWriterSize(c.W, 64<<10)
	if write(w) == nil {
		_ = w.Flush()
	}
}

// Empty answers with a status and no body.
func (c *Call) Empty(status int) {
	c.W.Header().Set("Content-Length", "0")
	c.W.WriteHeader(status)
}

// Decode reads the request's JSON body into v and answers 400 itself when it
// cannot; the handler then returns.
func (c *Call) Decode(v any) bool {
	body, err := io.ReadAll(io.LimitReader(c.R.Body, MaxBody+1))
	switch {
	case err != nil:
		c.Fail(Failure{Status: 400, Code: "BadRequest", Message: "The request body could not be read."})
	case len(body) > MaxBody:
		c.Fail(Failure{Status: 413, Code: "RequestEntityTooLarge", Message: "The request body is too large."})
	default:
		err = json.Unmarshal(body, v)
		if err == nil {
			return true
		}
		c.Fail(Failure{Status: 400, Code: "BadRequest", Message: "The request body is not valid: " + jsonReason(err)})
	}
	return false
}

// jsonReason names the fault without echoing the body.
func jsonReason(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "syntax error at offset " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &kind):
		return "wrong type for '" + kind.Field + "'"
	}
	return "unexpected end"
}

// Int reads a whole number from a query parameter between lo and hi; an absent
// one gives the fallback, anything else answers 400 and returns false.
func (c *Call) Int(name string, fallback, lo, hi int) (int, bool) {
	if !c.Has(name) {
		return fallback, true
	}
	n, err := strconv.Atoi(c.Query(name))
	if err != nil || n < lo || n > hi {
		c.Fail(Failure{Status: 400, Code: "InvalidRequest", Message: "The query parameter '" + name +
			"' must be a whole number between " + strconv.Itoa(lo) + " and " + strconv.Itoa(hi) + "."})
		return 0, false
	}
	return n, true
}

// Bool reads true or false from a query parameter; an absent one is false.
func (c *Call) Bool(name string) (bool, bool) {
	if !c.Has(name) {
		return false, true
	}
	b, err := strconv.ParseBool(c.Query(name))
	if err != nil {
		c.Fail(Failure{Status: 400, Code: "InvalidRequest", Message: "The query parameter '" + name + "' must be true or false."})
		return false, false
	}
	return b, true
}
