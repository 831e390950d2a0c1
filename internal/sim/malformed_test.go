package sim_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/rest"
)

// nasty are values that no caller should send and some do.
var nasty = []string{"", " ", "'", "''", "'''", "%", "%00", "..", "../../etc/passwd", "-1", "0", "1e9", "99999999999999999999", "NaN", "null", "true",
	"[]", "{}", "(", strings.Repeat("(", 200), strings.Repeat("not ", 100) + "x", "a eq", "a eq 'b", "name eq 'x' and", "users/any(", "users/any(u:",
	"users/any(u: u/x eq 1)", "contains(name,1)", "contains(", "id eq 1 or (", "𝄞", "\u202e", "' or 1 eq 1 or '", "users,,reports", "2026-10-20", "'2026-10-20T25:00:00Z'",
	"'%2BRID%3A'", "'" + "LA%3D%3D" + "'", "LDEwLDEwLDA=", strings.Repeat("x", 5000)}

// TestMalformedInput: whatever is sent, the answer is a 2xx or a 4xx, and no
// handler panics (setup checks the counter).
func TestMalformedInput(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Limits = sim.Off })
	b.unchecked = true
	rounds := 400
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 100_000
	}
	rng := rand.New(rand.NewPCG(1, 2))
	any := func(list []string) string { return list[rng.IntN(len(list))] }
	ops := b.operations()
	names := []string{"$top", "$skip", "$filter", "$expand", "$select", "continuationToken", "startDateTime", "endDateTime", "modifiedSince",
		"lineage", "type", "state", "preview", "$skiptoken", "$deltatoken", "artifactTypes", "workspaceId"}
	bodies := []string{"", "null", "[]", "{}", `{"workspaces":null}`, `{"workspaces":[1]}`, `{"workspaces":{"a":1}}`, `{"ids":[""]}`, `{"requests":[{}]}`,
		`{"requests":[{"id":"1","method":"G ET","url":"/users"}]}`, strings.Repeat("[", 10000), "\xff\xfe", `{"workspaces":["` + strings.Repeat("a", 1<<20) + `"]}`}
	for range rounds {
		op := ops[rng.IntN(len(ops))]
		path := op.path
		for strings.Contains(path, "{") {
			i, j := strings.Index(path, "{"), strings.Index(path, "}")
			path = path[:i] + url.PathEscape(any(nasty)) + path[j+1:]
		}
		q := url.Values{}
		if rng.IntN(2) == 0 {
			q.Set("$top", "5")
		}
		for range rng.IntN(3) {
			q.Set(any(names), any(nasty))
		}
		body := any(bodies)
		req, err := http.NewRequest(any([]string{op.method, op.method, op.method, "GET", "POST", "PATCH"}), op.base+path+"?"+q.Encode(), strings.NewReader(body))
		if err != nil {
			continue
		}
		req.Header.Set("Authorization", "Bearer "+b.as("scanner", op.resource))
		r := b.do(req)
		if r.status >= 500 || r.status < 200 {
			t.Errorf("%s %s with %.40q: %d %.200s", req.Method, req.URL, body, r.status, r.body)
		}
	}
	for _, raw := range [][]byte{[]byte("%zz=1"), bytes.Repeat([]byte("a=b&"), 300_000), []byte("grant_type=client_credentials&client_id=%00")} {
		if r := b.form(b.tokenURL(), url.Values{"raw": {string(raw)}}); r.status != 400 {
			t.Errorf("the token endpoint answers %d", r.status)
		}
	}
}

type target struct{ method, base, path, resource string }

// operations are all that the cloud answers, with where and for whom.
func (b *bundle) operations() []target {
	var out []target
	for _, s := range []struct {
		service        rest.Service
		base, resource string
	}{{rest.PowerBI, b.at.API, entra.PowerBIResource}, {rest.Fabric, b.at.Fabric, entra.FabricResource}, {rest.Graph, b.at.Graph, entra.GraphResource}} {
		for _, op := range b.cloud.Operations(s.service) {
			out = append(out, target{op.Method, s.base, op.Path, s.resource})
		}
	}
	if len(out) < 80 {
		b.t.Fatalf("only %d operations", len(out))
	}
	return out
}
