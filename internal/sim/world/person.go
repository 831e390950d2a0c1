package world

import (
	"fmt"
	"strings"
)

// refKind and ref address somebody without naming them: what the generator
// passes around until a name is asked for.
type refKind uint8

const (
	refNobody refKind = iota
	refPerson         // a = position, gen = its holder's number
	refGuest
	refFixed
	refGroup
	refApp
	refOrg // everybody in the organisation
)

type ref struct {
	kind refKind
	a    uint32
	gen  uint32
}

// span is the time of an account: joined, disabled, deleted, gone for good.
// The last three are far in the future for those who stay.
type span struct{ joined, left, deleted, purged moment }

const never moment = 1 << 40

// A position is vacant for a while after its holder left, long enough for the
// account to be purged: so nobody's personal workspace meets their successor's.
const (
	disabledFor = 30 * day
	purgeAfter  = 30 * day
	vacancy     = 75 * day
)

func leaves(joined, left moment) span {
	return span{joined, left, left + disabledFor, left + disabledFor + purgeAfter}
}

// newTenure is the cycle of the holders of a position; they are made once,
// because nearly every answer needs a few of them.
func (w *World) newTenure(position uint32) cycle {
	k := w.seed.sub2(tagPerson, uint64(position))
	years := k.sub(2).span(3*year, 9*year)
	if w.pace < 0.1 {
		years *= 2 // so that leavers alone do not change a large tenant every week
	}
	return newCycle(k, years)
}

func (w *World) guestCycle(q uint32) cycle {
	k := w.seed.sub2(tagGuest, uint64(q))
	return newCycle(k, k.sub(2).span(2*year, 5*year))
}

// spanOf tells the time of an account.
func (w *World) spanOf(r ref) span {
	switch r.kind {
	case refPerson:
		c := w.tenures[r.a]
		return leaves(c.start(int64(r.gen))+vacancy, c.start(int64(r.gen)+1))
	case refGuest:
		c := w.guestCycle(r.a)
		return leaves(c.start(int64(r.gen))+vacancy, c.start(int64(r.gen)+1))
	case refFixed:
		return fixedPeople[r.a].span()
	case refApp:
		return span{date(2019, 1, 1), never, never, never}
	case refGroup:
		return w.groupSpan(int(r.a))
	}
	return span{0, never, never, never}
}

// holder is the person in a position at t, active or disabled; the position
// may be vacant.
func (w *World) holder(position uint32, t moment) (ref, span, bool) {
	gen, start, end := w.tenures[position].at(t)
	return w.occupant(ref{refPerson, position, uint32(gen)}, start, end, t)
}

// occupant is r, or the one before while that account is still there: a
// generation begins with its predecessor's last day.
func (w *World) occupant(r ref, start, end, t moment) (ref, span, bool) {
	s := leaves(start+vacancy, end)
	if t < s.joined && r.gen > 0 {
		prev := ref{r.kind, r.a, r.gen - 1}
		if p := w.spanOf(prev); t < p.deleted {
			return prev, p, true
		}
	}
	return r, s, s.joined <= t && t < s.deleted
}

// guestAt is the guest of a number at t.
func (w *World) guestAt(q uint32, t moment) (ref, span, bool) {
	gen, start, end := w.guestCycle(q).at(t)
	return w.occupant(ref{refGuest, q, uint32(gen)}, start, end, t)
}

// position of the n-th seat of a department.
func (w *World) position(dept, n int) uint32 {
	return uint32((n*len(departments) + dept) % w.positions)
}

const teamSize = 9

// colleague draws somebody of a team who is active at t; nearly always finds one.
func (w *World) colleague(dept, team int, k key, t moment) (ref, bool) {
	for try := range uint64(8) {
		n := team*teamSize + k.sub(try).n(teamSize)
		r, s, ok := w.holder(w.position(dept, n), t)
		if ok && t < s.left {
			return r, true
		}
	}
	return ref{}, false
}

// anyone draws somebody of the company who is active at t.
func (w *World) anyone(k key, t moment) (ref, bool) {
	for try := range uint64(8) {
		r, s, ok := w.holder(uint32(k.sub(try).n(w.positions)), t)
		if ok && t < s.left {
			return r, true
		}
	}
	return ref{}, false
}

// someGuest draws a guest who is active at t.
func (w *World) someGuest(k key, t moment) (ref, bool) {
	for try := range uint64(8) {
		r, s, ok := w.guestAt(uint32(k.sub(try).n(w.guests)), t)
		if ok && t < s.left {
			return r, true
		}
	}
	return ref{}, false
}

// bossOf is the active head of a department, or whoever comes next.
func (w *World) bossOf(dept int, t moment) ref {
	for n := range 40 {
		if r, s, ok := w.holder(w.position(dept, n), t); ok && t < s.left {
			return r
		}
	}
	return ref{kind: refFixed, a: fixedChief}
}

// refID is the object id behind a reference.
func (w *World) refID(r ref) string {
	switch r.kind {
	case refPerson:
		return w.id(idPerson, r.a, uint64(r.gen))
	case refGuest:
		return w.id(idGuest, r.a, uint64(r.gen))
	case refFixed:
		return w.id(idFixed, r.a, 0)
	case refGroup:
		return w.id(idGroup, r.a, 0)
	case refApp:
		return w.id(idSP, r.a, 0)
	}
	return ""
}

// refOf is the reverse of refID.
func (w *World) refOf(id string) (ref, bool) {
	kind, a, b, ok := w.parse(id)
	if !ok {
		return ref{}, false
	}
	switch kind {
	case idPerson:
		return ref{refPerson, a, uint32(b)}, int(a) < w.positions
	case idGuest:
		return ref{refGuest, a, uint32(b)}, int(a) < w.guests
	case idFixed:
		return ref{refFixed, a, 0}, int(a) < len(fixedPeople)
	case idGroup:
		return ref{refGroup, a, 0}, int(a) < w.groupCount()
	case idSP:
		return ref{refApp, a, 0}, int(a) < len(apps)
	}
	return ref{}, false
}

// principal describes whom a reference means, as a holder of rights.
func (w *World) principal(r ref) Principal {
	switch r.kind {
	case refPerson, refGuest, refFixed:
		u := w.face(r)
		return Principal{Kind: KindUser, ID: w.refID(r), UPN: u.upn, DisplayName: u.display, Email: u.mail, UserType: u.userType}
	case refGroup:
		g := w.groupDef(int(r.a))
		return Principal{Kind: KindGroup, ID: w.refID(r), DisplayName: g.name, Email: w.groupMail(g)}
	case refApp:
		return Principal{Kind: KindApp, ID: w.refID(r), DisplayName: apps[r.a].name}
	case refOrg:
		return Principal{Kind: KindNone, DisplayName: "People in your organization"}
	}
	return Principal{}
}

// face is what others see of a person; it never changes.
type face struct{ given, family, display, upn, mail, userType string }

func (w *World) face(r ref) face {
	switch r.kind {
	case refFixed:
		return w.fixedFace(r)
	case refGuest:
		return w.guestFace(r)
	}
	n := int(r.a) + w.positions*int(r.gen)
	name := nameOf(n)
	upn := name.local + "@" + w.cfg.Domain
	return face{name.given, name.family, name.display(), upn, upn, UserMember}
}

// partners are the companies that guests come from.
var partners = []struct{ name, domain string }{
	{"Fabrikam", "fabrikam.com"}, {"Northwind Traders", "northwindtraders.com"}, {"Adatum", "adatum.com"},
	{"Tailspin Toys", "tailspintoys.com"}, {"Wide World Importers", "wideworldimporters.com"},
	{"Litware", "litware.com"}, {"Proseware Consulting", "proseware.co.uk"}, {"Private", "gmail.com"},
}

func (w *World) guestFace(r ref) face {
	n := int(r.a) + w.guests*int(r.gen)
	// Guests draw their names from the far end, so as not to be namesakes of
	// the first employees.
	name := nameOf(n + 11_000)
	p := partners[int(r.a)%len(partners)]
	mail := name.local + "@" + p.domain
	return face{name.given, name.family, name.given + " " + name.family + " (" + p.name + ")",
		w.guestUPN(mail), mail, UserGuest}
}

// guestUPN is the name that the directory gives to an invited address.
func (w *World) guestUPN(mail string) string {
	return strings.Replace(mail, "@", "_", 1) + "#EXT#@" + w.cfg.initialDomain()
}

// refOfUPN finds the person with a user principal name.
func (w *World) refOfUPN(upn string) (ref, bool) {
	upn = strings.ToLower(upn)
	if r, ok := w.fixedUPN[upn]; ok {
		return r, true
	}
	local, domain, ok := strings.Cut(upn, "@")
	if !ok {
		return ref{}, false
	}
	if mail, isGuest := strings.CutSuffix(local, "#ext#"); isGuest {
		return w.refOfGuest(mail)
	}
	n, ok := numberOf(local)
	if !ok || domain != strings.ToLower(w.cfg.Domain) {
		return ref{}, false
	}
	return ref{refPerson, uint32(n % w.positions), uint32(n / w.positions)}, true
}

func (w *World) refOfGuest(mail string) (ref, bool) {
	i := strings.LastIndexByte(mail, '_')
	if i < 0 {
		return ref{}, false
	}
	n, ok := numberOf(mail[:i])
	if n -= 11_000; !ok || n < 0 {
		return ref{}, false
	}
	r := ref{refGuest, uint32(n % w.guests), uint32(n / w.guests)}
	return r, partners[int(r.a)%len(partners)].domain == mail[i+1:]
}

func (c Config) initialDomain() string {
	name, _, _ := strings.Cut(c.Domain, ".")
	return fmt.Sprintf("%s.onmicrosoft.com", name)
}
