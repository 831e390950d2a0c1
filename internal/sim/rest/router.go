package rest

import (
	"net/url"
	"sort"
	"strings"
)

// Router finds the operation for a method and a path. Literal segments compare
// without regard to case, as Microsoft's gateways do, and win over parameters.
type Router struct{ bySize map[int][]route }

type route struct {
	op       *Operation
	segments []string
}

// NewRouter indexes a service's operations.
func NewRouter(ops []Operation) *Router {
	r := &Router{bySize: map[int][]route{}}
	for i := range ops {
		segs := strings.Split(strings.Trim(ops[i].Path, "/"), "/")
		r.bySize[len(segs)] = append(r.bySize[len(segs)], route{&ops[i], segs})
	}
	return r
}

// Match is what a path leads to.
type Match struct {
	// Op is nil when the path is unknown or does not allow the method.
	Op     *Operation
	Params map[string]string
	// Allow lists the methods of a path that exists but not with this method.
	Allow []string
}

// Find routes an escaped path (without the service's base).
func (r *Router) Find(method, escapedPath string) Match {
	segs := strings.Split(strings.Trim(escapedPath, "/"), "/")
	best, bestLiterals := Match{}, -1
	allow := map[string]bool{}
	for _, rt := range r.bySize[len(segs)] {
		params, literals, ok := rt.match(segs)
		if !ok {
			continue
		}
		if rt.op.Method != method {
			allow[rt.op.Method] = true
			continue
		}
		if literals > bestLiterals {
			best, bestLiterals = Match{Op: rt.op, Params: params}, literals
		}
	}
	if best.Op == nil {
		for m := range allow {
			best.Allow = append(best.Allow, m)
		}
		sort.Strings(best.Allow)
	}
	return best
}

func (rt route) match(segs []string) (map[string]string, int, bool) {
	var params map[string]string
	literals := 0
	for i, want := range rt.segments {
		if !strings.HasPrefix(want, "{") {
			if !strings.EqualFold(want, segs[i]) {
				return nil, 0, false
			}
			literals++
			continue
		}
		v, err := url.PathUnescape(segs[i])
		if err != nil || v == "" {
			return nil, 0, false
		}
		if params == nil {
			params = map[string]string{}
		}
		params[strings.Trim(want, "{}")] = v
	}
	return params, literals, true
}
