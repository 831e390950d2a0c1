package graph

import (
	"time"

	"steward/internal/sim/rest"
)

// deltaKept is how long a delta link can be asked; after that one starts over.
const deltaKept = 30 * 24 * time.Hour

// deltaPage is how many objects a delta gives at once.
const deltaPage = 200

func (s *Service) usersDelta(c *rest.Call) {
	s.delta(c, "users", func(q query) []object {
		var all []object
		if q.Since.IsZero() {
			for u := range s.world.Users(q.At) {
				all = append(all, wireUser(u))
			}
			return all
		}
		users, _, removed := s.world.DirectoryChanged(q.Since, q.At)
		for _, u := range users {
			all = append(all, wireUser(u))
		}
		return append(all, gone(removed)...)
	})
}

func (s *Service) groupsDelta(c *rest.Call) {
	s.delta(c, "groups", func(q query) []object {
		var all []object
		if q.Since.IsZero() {
			for g := range s.world.Groups(q.At) {
				all = append(all, wireGroup(g))
			}
			return all
		}
		_, groups, removed := s.world.DirectoryChanged(q.Since, q.At)
		for _, g := range groups {
			all = append(all, wireGroup(g))
		}
		return append(all, gone(removed)...)
	})
}

// gone are objects that were removed. The directory does not tell of which kind
// they were, so both deltas name them all: a client ignores ids it never knew.
func gone(ids []string) []object {
	var all []object
	for _, id := range ids {
		all = append(all, object{"id": id, "@removed": map[string]string{"reason": "changed"}})
	}
	return all
}

// delta walks everything once, then gives a link to ask for what changed since.
// The walk shows one moment, that of its first page.
func (s *Service) delta(c *rest.Call, set string, list func(query) []object) {
	q, ok := readQuery(c)
	if !ok {
		return
	}
	for _, name := range []string{"$deltatoken", "$skiptoken"} {
		if !c.Has(name) {
			continue
		}
		var at query
		if !untoken(c.Query(name), &at) || c.Now.Sub(at.At) > deltaKept || at.At.After(c.Now) {
			startOver(c)
			return
		}
		q = at
		if name == "$deltatoken" {
			q.Since, q.At, q.Offset = at.At, c.At, 0
		}
	}
	all := list(q)
	rows := []object{}
	for _, o := range all[min(q.Offset, len(all)):] {
		if len(rows) == deltaPage {
			break
		}
		if _, removed := o["@removed"]; !removed {
			o = project(o, q.Select)
			delete(o, typeKey)
		}
		rows = append(rows, o)
	}
	out := object{"@odata.context": c.Base + "/v1.0/$metadata#" + set, "value": rows}
	q.Offset += len(rows)
	if q.Offset < len(all) {
		out["@odata.nextLink"] = link(c, "$skiptoken", token(q), "$deltatoken", "$select", "$top")
	} else {
		out["@odata.deltaLink"] = link(c, "$deltatoken", token(query{Select: q.Select, At: q.At}), "$skiptoken", "$select", "$top")
	}
	c.JSON(200, out)
}

func startOver(c *rest.Call) {
	c.W.Header().Set("Location", link(c, "$deltatoken", "", "$skiptoken"))
	c.Fail(rest.Failure{Status: 410, Code: "resyncRequired", Message: "The delta token is no longer valid; start over."})
}
