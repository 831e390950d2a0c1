package guard

import (
	"context"
	"fmt"
	"io"

	"encoding/base64"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
)

// state is what the guard learnt about a request.
type state struct {
	client  auth.Client
	session *auth.Session // nil: nobody is signed in
	why     error         // why not
	machine bool          // by access token, not by cookie
	kept    string        // where the form of the request can be had again
}

type stateKey struct{}

func stateOf(ctx context.Context) *state {
	if st, ok := ctx.Value(stateKey{}).(*state); ok {
		return st
	}
	return &state{why: auth.ErrNoSession}
}

// Session returns who is signed in; false when nobody is. Pages behind the
// guard always have one, public ones may not.
func Session(c echo.Context) (auth.Session, bool) {
	if st := stateOf(c.Request().Context()); st.session != nil {
		return *st.session, true
	}
	return auth.Session{}, false
}

// Person returns who is signed in; the zero Person, who may nothing, when
// nobody is.
func Person(c echo.Context) auth.Person {
	s, _ := Session(c)
	return s.Person
}

// Client returns where the request comes from, for the ledger.
func Client(c echo.Context) auth.Client { return stateOf(c.Request().Context()).client }

// RequestID returns our id of the request, as error pages and the log show it.
func RequestID(c echo.Context) string { return Client(c).Request }

// token returns 128 fresh bits as text.
func (g *Guard) token() (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(g.cfg.Random, raw[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}
