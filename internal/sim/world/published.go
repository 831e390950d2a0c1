package world

import (
	"iter"
	"strings"
	"time"
)

// appAt is the app of the workspace in a slot.
func (w *World) appAt(ws *Workspace, t moment) (App, bool) {
	if ws.State != StateActive {
		return App{}, false
	}
	s := w.specOf(ws.Slot)
	l, ok := w.lifeAt(s, t)
	if !ok || w.workspaceID(ws.Slot, l.gen) != ws.ID || !w.mixtureOf(s, l).app {
		return App{}, false
	}
	created, updated, ok := w.appDates(s, l, t)
	if !ok {
		return App{}, false
	}
	k := s.k.sub(tagApp)
	a := App{ID: w.appID(ws.Slot), Name: strings.TrimSuffix(ws.Name, "-PROD"), WorkspaceID: ws.ID, Created: when(created), Updated: when(updated)}
	if k.sub(1).chance(0.6) {
		a.Description = "The " + a.Name + " app"
	}
	if k.sub(2).chance(0.9) {
		a.PublishedBy = w.principal(w.author(s, l, k.sub(3), updated)).DisplayName
	}
	audience := []ref{{kind: refGroup, a: uint32(w.deptGroup(s.dept, roleReaders))}}
	switch x := k.sub(4).f(); {
	case x < 0.15:
		audience = []ref{{kind: refOrg}}
	case x < 0.25:
		audience = append(audience, ref{kind: refGroup, a: groupPartners})
	case x < 0.6:
		if r, ok := w.anyone(k.sub(5), created); ok {
			audience = append(audience, r)
		}
	}
	for _, r := range audience {
		a.Grants = append(a.Grants, Grant{Principal: w.principal(r), Right: "Read", Since: when(created)})
	}
	return a, true
}

// Apps walks the published apps at t in listing order.
func (w *World) Apps(t time.Time) iter.Seq[App] {
	return func(yield func(App) bool) {
		for slot := range w.baseSlots(at(t)) {
			if s := w.specOf(slot); !w.mixtureOf(s, life{}).app {
				continue
			}
			ws, ok := w.WorkspaceAt(slot, t)
			if !ok {
				continue
			}
			if a, ok := w.appAt(ws, at(t)); ok && !yield(a) {
				return
			}
		}
	}
}

// App finds one by id, in any case.
func (w *World) App(id string, t time.Time) (App, bool) {
	slot, _, ok := w.parseKind(id, idApp)
	if !ok {
		return App{}, false
	}
	ws, ok := w.WorkspaceAt(int(slot), t)
	if !ok {
		return App{}, false
	}
	return w.appAt(ws, at(t))
}

// OrgLinks walks the items shared with the whole organisation by a link.
func (w *World) OrgLinks(t time.Time) iter.Seq[WideShare] {
	return w.wide(t, func(it *Item, yield func(WideShare) bool) bool {
		for _, g := range it.Shares {
			if g.Principal.Kind != KindNone {
				continue
			}
			s := WideShare{Item: it, Right: g.Right, Since: g.Since}
			if by := g.SharedBy; by.Kind != "" && g.Since.Unix()%9 != 0 {
				s.Sharer = &by
			}
			if !yield(s) {
				return false
			}
		}
		return true
	})
}

// PublishedToWeb walks the items with a publish-to-web code.
func (w *World) PublishedToWeb(t time.Time) iter.Seq[WideShare] {
	return w.wide(t, func(it *Item, yield func(WideShare) bool) bool {
		e := it.PublishedToWeb
		return e == nil || yield(WideShare{Item: it, Right: "None", Since: e.Since, Sharer: e.Sharer})
	})
}

func (w *World) wide(t time.Time, each func(*Item, func(WideShare) bool) bool) iter.Seq[WideShare] {
	return func(yield func(WideShare) bool) {
		for ws := range w.All(t) {
			if ws.State != StateActive {
				continue
			}
			for i := range ws.Items {
				if !each(&ws.Items[i], yield) {
					return
				}
			}
		}
	}
}

// subscriptionsOf lists the subscriptions of an item: of every eighth report,
// one to three, some of people who have left.
func (w *World) subscriptionsOf(it *Item) []Subscription {
	if it.Kind != KindReport && it.Kind != KindDashboard || it.Report != nil && it.Report.AppID != "" {
		return nil
	}
	slot, b, ok := w.parseKind(it.ID, idItem)
	if !ok {
		return nil
	}
	k := w.seed.sub2(tagSubscription, uint64(slot)).sub(b)
	if !k.chance(0.12) {
		return nil
	}
	var out []Subscription
	for i := range uint64(1 + k.sub(1).n(3)) {
		h := k.sub(2 + i)
		start := at(it.Created) + h.span(day, 60*day)
		owner, ok := w.anyone(h.sub(1), start)
		if !ok {
			continue
		}
		s := Subscription{ID: w.id(idSubscription, slot, b<<2|i), Title: it.Name + " mail", ItemID: it.ID, ItemName: it.Name, ItemKind: it.Kind,
			Frequency: pick(h.sub(2), []string{"Daily", "Weekly", "AfterDataRefresh"}), Enabled: !h.sub(3).chance(0.2),
			Start: when(floorDiv(start, day) * day), End: when(floorDiv(start, day)*day + h.sub(4).span(200, 2500)*day),
			LinkToContent: true, PreviewImage: h.sub(5).chance(0.5), WorkspaceID: it.WorkspaceID, OwnerID: w.refID(owner)}
		s.AttachmentFormat = pick(h.sub(6), []string{"", "PDF", "PNG", "PPTX"})
		s.Recipients = []Principal{w.principal(owner)}
		if h.sub(7).chance(0.3) {
			if g, ok := w.someGuest(h.sub(8), start); ok {
				s.Recipients = append(s.Recipients, w.principal(g))
			}
		}
		out = append(out, s)
	}
	return out
}

// Subscriptions lists the e-mail subscriptions of a report or dashboard.
func (w *World) Subscriptions(itemID string, t time.Time) []Subscription {
	_, it, ok := w.Item(itemID, t)
	if !ok {
		return nil
	}
	return began(w.subscriptionsOf(it), t)
}

func began(list []Subscription, t time.Time) []Subscription {
	var out []Subscription
	for _, s := range list {
		if !s.Start.After(t) {
			out = append(out, s)
		}
	}
	return out
}

// UserSubscriptions walks the subscriptions that a person receives.
func (w *World) UserSubscriptions(userID string, t time.Time) iter.Seq[Subscription] {
	return func(yield func(Subscription) bool) {
		for ws := range w.All(t) {
			for i := range ws.Items {
				for _, s := range began(w.subscriptionsOf(&ws.Items[i]), t) {
					for _, r := range s.Recipients {
						if strings.EqualFold(r.ID, userID) && !yield(s) {
							return
						}
					}
				}
			}
		}
	}
}

// Access is one thing a principal can reach: the workspace by its role (Item
// is nil), or an item.
type Access struct {
	Workspace *Workspace
	Item      *Item
	Right     string
}

// AccessOf walks what a principal holds directly (not through groups), by
// object id. It builds every workspace: slow on a large tenant.
func (w *World) AccessOf(principalID string, t time.Time) iter.Seq[Access] {
	return func(yield func(Access) bool) {
		for ws := range w.All(t) {
			for _, g := range ws.Grants {
				if strings.EqualFold(g.Principal.ID, principalID) && !yield(Access{Workspace: ws, Right: g.Right}) {
					return
				}
			}
			for i := range ws.Items {
				for _, g := range w.ItemAccess(ws, &ws.Items[i]) {
					if strings.EqualFold(g.Principal.ID, principalID) && !yield(Access{ws, &ws.Items[i], g.Right}) {
						return
					}
				}
			}
		}
	}
}
