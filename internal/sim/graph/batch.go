package graph

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"steward/internal/sim/rest"
)

// Limits of the two calls that take many at once.
const (
	maxBatch = 20
	maxIDs   = 1000
)

type part struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

type partAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// batch performs up to twenty requests; each has its own status, 429 included.
func (s *Service) batch(c *rest.Call) {
	var in struct {
		Requests []part `json:"requests"`
	}
	if !c.Decode(&in) {
		return
	}
	if n := len(in.Requests); n == 0 || n > maxBatch {
		c.BadRequest("A batch holds between 1 and 20 requests.")
		return
	}
	seen := map[string]bool{}
	out := []partAnswer{}
	for _, p := range in.Requests {
		u, err := url.Parse(p.URL)
		if err != nil || u.IsAbs() || u.Host != "" || p.ID == "" || seen[p.ID] || p.Method == "" ||
			strings.HasPrefix(strings.TrimLeft(u.Path, "/"), "$batch") {
			c.BadRequest("Each request of a batch needs its own id, a method and a relative url.")
			return
		}
		seen[p.ID] = true
		out = append(out, one(c, p, u))
	}
	c.JSON(200, map[string]any{"responses": out})
}

func one(c *rest.Call, p part, u *url.URL) partAnswer {
	target := &url.URL{Path: "/graph/v1.0/" + strings.TrimLeft(u.Path, "/"), RawQuery: u.RawQuery}
	r, err := http.NewRequestWithContext(c.R.Context(), strings.ToUpper(p.Method), target.String(), bytes.NewReader(p.Body))
	if err != nil {
		return partAnswer{ID: p.ID, Status: http.StatusBadRequest, Headers: map[string]string{}}
	}
	for k, v := range p.Headers {
		r.Header.Set(k, v)
	}
	r.Header.Del("Accept-Encoding")
	a := c.Dispatch(r)
	w := partAnswer{ID: p.ID, Status: a.Status, Headers: map[string]string{}}
	for _, k := range []string{"Content-Type", "Retry-After", "Location"} {
		if v := a.Header.Get(k); v != "" {
			w.Headers[k] = v
		}
	}
	if json.Valid(a.Body) {
		w.Body = bytes.TrimSpace(a.Body)
	}
	return w
}

// getByIDs resolves many ids at once; those that are gone are missing from the
// answer.
func (s *Service) getByIDs(c *rest.Call) {
	var in struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if !c.Decode(&in) {
		return
	}
	if n := len(in.IDs); n == 0 || n > maxIDs {
		c.BadRequest("The number of ids must be between 1 and 1000.")
		return
	}
	q, ok := readQuery(c)
	if !ok {
		return
	}
	want := func(kind string) bool {
		for _, t := range in.Types {
			if strings.EqualFold(t, kind) || strings.EqualFold(t, "directoryObject") {
				return true
			}
		}
		return len(in.Types) == 0
	}
	rows := []object{}
	for _, id := range in.IDs {
		var o object
		if u, ok := s.world.User(id, c.At); ok && u.ID == strings.ToLower(id) && want("user") {
			o = wireUser(u)
		} else if g, ok := s.world.Group(id, c.At); ok && g.ID == strings.ToLower(id) && want("group") {
			o = wireGroup(g)
		} else if a, ok := s.world.ServicePrincipal(id, c.At); ok && a.ID == strings.ToLower(id) && want("servicePrincipal") {
			o = wireApp(a)
		} else {
			continue
		}
		rows = append(rows, project(o, q.Select))
	}
	c.JSON(200, object{"@odata.context": c.Base + "/v1.0/$metadata#directoryObjects", "value": rows})
}
