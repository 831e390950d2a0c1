package rest_test

import (
	"reflect"
	"testing"

	"steward/internal/sim/rest"
)

func TestFind(t *testing.T) {
	t.Parallel()
	r := rest.NewRouter([]rest.Operation{
		{ID: "list", Method: "GET", Path: "/v1/groups"}, {ID: "make", Method: "POST", Path: "/v1/groups"},
		{ID: "one", Method: "GET", Path: "/v1/groups/{id}"}, {ID: "delta", Method: "GET", Path: "/v1/groups/delta"},
		{ID: "user", Method: "DELETE", Path: "/v1/groups/{id}/users/{user}"},
	})
	for path, c := range map[string]struct {
		method, op string
		params     map[string]string
		allow      []string
	}{
		"/v1/groups":                       {"GET", "list", nil, nil},
		"/V1/Groups/":                      {"POST", "make", nil, nil},
		"/v1/groups/42":                    {"GET", "one", map[string]string{"id": "42"}, nil},
		"/v1/groups/delta":                 {"GET", "delta", nil, nil},
		"/v1/groups/1/users/a%23EXT%23%2F": {"DELETE", "user", map[string]string{"id": "1", "user": "a#EXT#/"}, nil},
		"/v1/groups/43":                    {"PATCH", "", nil, []string{"GET"}},
		"/v1/other":                        {"GET", "", nil, nil},
		"/v1/groups/%zz":                   {"GET", "", nil, nil},
		"/v1/groups//users/x":              {"DELETE", "", nil, nil},
	} {
		m := r.Find(c.method, path)
		id := ""
		if m.Op != nil {
			id = m.Op.ID
		}
		if id != c.op || !reflect.DeepEqual(m.Params, c.params) || !reflect.DeepEqual(m.Allow, c.allow) {
			t.Errorf("%s %s leads to %q %v, allow %v", c.method, path, id, m.Params, m.Allow)
		}
	}
}
