package world

import (
	"strings"
	"time"
)

// MutateUser changes an account from t on: disable it, move it to another
// department. Its id and names stay what they are.
func (w *World) MutateUser(idOrUPN string, t time.Time, fn func(*User) error) error {
	u, ok := w.User(idOrUPN, t)
	if !ok {
		return &NotFound{"user", idOrUPN}
	}
	if err := fn(&u); err != nil {
		return err
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.users[u.ID] = w.o.users[u.ID].put(at(t), u)
	return nil
}

// patchUser puts what callers changed over an account of the seed.
func (w *World) patchUser(u *User, t moment) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	if len(w.o.users) == 0 {
		return
	}
	if v, ok := w.o.users[u.ID].at(t); ok {
		u.Enabled, u.Department, u.JobTitle, u.ManagerID = v.Enabled, v.Department, v.JobTitle, v.ManagerID
		u.Mail, u.Company, u.Office = v.Mail, v.Company, v.Office
		if !u.Enabled && u.Left.IsZero() {
			u.Left = when(w.o.users[u.ID].lastAt(t))
		}
	}
}

// lastAt is when the version that counts at t began; 0 = there is none.
func (v versions[T]) lastAt(t moment) moment {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].At <= t {
			return v[i].At
		}
	}
	return 0
}

// patchedAt is when callers last changed an account.
func (w *World) patchedAt(id string, t moment) moment {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return w.o.users[id].lastAt(t)
}

// SetMember puts somebody (by object id) into a group, or takes them out.
func (w *World) SetMember(groupID, memberID string, t time.Time, add bool) error {
	i, ok := w.groupIndex(groupID, t)
	if !ok {
		return &NotFound{"group", groupID}
	}
	if _, ok := w.refOf(memberID); !ok {
		return &NotFound{"directory object", memberID}
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.members[i] = append(w.o.members[i], memberEdit{at(t), strings.ToLower(memberID), add})
	return nil
}

// membersNow are the members of a group with what callers changed.
func (w *World) membersNow(i int, t moment) []ref {
	out := w.groupMembers(i, t)
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	for _, e := range w.o.members[i] {
		if e.At > t {
			continue
		}
		r, _ := w.refOf(e.Who)
		kept := out[:0:0]
		for _, m := range out {
			if m != r {
				kept = append(kept, m)
			}
		}
		if out = kept; e.Add {
			out = append(out, r)
		}
	}
	return out
}

// patchCapacity puts what callers changed over a capacity.
func (w *World) patchCapacity(c *Capacity, t moment) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	if v, ok := w.o.capacities[c.ID].at(t); ok {
		*c = v
		c.Admins = append([]string{}, v.Admins...)
	}
}

// MutateCapacity changes a capacity from t on.
func (w *World) MutateCapacity(id string, t time.Time, fn func(*Capacity) error) error {
	c, ok := w.Capacity(id, t)
	if !ok {
		return &NotFound{"capacity", id}
	}
	if err := fn(&c); err != nil {
		return err
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.capacities[c.ID] = w.o.capacities[c.ID].put(at(t), c)
	return nil
}
