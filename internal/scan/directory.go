package scan

import (
	"context"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/graph"
	"steward/internal/tenant"
)

// directoryAge is how old the picture of people and groups may get before an
// incremental scan reads all of it again. In between only those are read who
// were never asked about.
const directoryAge = 20 * time.Hour

// graphFailures is how many groups in a row may fail before the part is given
// up: then it is not about the groups.
const graphFailures = 3

func noDirectory(r *run) string {
	if r.cfg.Graph == nil {
		return "Microsoft Graph is switched off in the configuration: who is behind a group, and who has left, is unknown."
	}
	return ""
}

// everybody reports whether this scan reads the whole directory part again.
func (r *run) everybody(ctx context.Context, name string) (bool, error) {
	if r.record.Kind == db.ScanFull {
		return true, nil
	}
	last, ok, err := r.cfg.DB.Reader().PublishedScan(ctx, r.tenant)
	if err != nil || !ok {
		return true, err
	}
	parts, err := r.cfg.DB.Reader().Parts(ctx, last.ID)
	if err != nil {
		return false, err
	}
	return r.cfg.Now().Sub(parts[name].AsOf) > directoryAge, nil
}

// known walks the principals of a kind that rows name now.
func (r *run) known(ctx context.Context, kind tenant.PrincipalKind, fn func(db.KnownPrincipal) error) error {
	after := int64(0)
	for {
		some, err := r.cfg.DB.Reader().PrincipalsAfter(ctx, r.tenant, kind, after, 5000)
		if err != nil {
			return stored(err)
		}
		if len(some) == 0 {
			return nil
		}
		for _, p := range some {
			after = p.Number
			if err := fn(p); err != nil {
				return err
			}
		}
	}
}

// readGroups reads the members of every group that holds a right, and of the
// groups inside them. A group inside itself is met once.
func readGroups(ctx context.Context, r *run) (extent, error) {
	all, err := r.everybody(ctx, "groups")
	if err != nil {
		return extent{}, stored(err)
	}
	w := &groupWalk{r: r, met: map[string]bool{}, e: extent{sameAge: !all}}
	err = r.known(ctx, tenant.PrincipalGroup, func(p db.KnownPrincipal) error {
		if all || !p.Asked {
			w.meet(p.ID)
		}
		return nil
	})
	if err != nil {
		return w.e, err
	}
	walkErr := w.walk(ctx)
	if err := w.describe(ctx); err != nil {
		return w.e, err
	}
	if err := r.keepPart("groups", w.kept); err != nil {
		return w.e, stored(err)
	}
	return w.e, walkErr
}

// directoryArchive is what the archive holds of the directory.
type directoryArchive struct {
	Groups  []groupMembers
	Entries []tenant.Principal
}

// groupMembers are the direct members of one group.
type groupMembers struct {
	ID      string
	Members []tenant.Principal
}

// groupWalk goes through groups breadth first.
type groupWalk struct {
	r     *run
	queue []string
	met   map[string]bool
	read  []string // whose members are known now
	gone  []string
	kept  directoryArchive
	e     extent
}

func (w *groupWalk) meet(id string) {
	if !w.met[id] {
		w.met[id] = true
		w.queue = append(w.queue, id)
		w.e.meant++
	}
}

func (w *groupWalk) walk(ctx context.Context) error {
	failures := 0
	var last error
	for len(w.queue) > 0 {
		id := w.queue[0]
		w.queue = w.queue[1:]
		if err := w.r.heartbeat(ctx); err != nil {
			return stored(err)
		}
		err := w.members(ctx, id)
		switch {
		case err == nil:
			failures = 0
			w.read = append(w.read, id)
			w.e.seen++
		case fault.Is(err, fault.NotFound):
			w.gone = append(w.gone, id)
			w.e.seen++
		case ourFault(err) || ctx.Err() != nil:
			return err
		default:
			last = err
			if failures++; failures >= graphFailures {
				return err
			}
		}
	}
	return last
}

// members reads and stores the direct members of one group.
func (w *groupWalk) members(ctx context.Context, id string) error {
	var members []tenant.Principal
	err := w.r.cfg.Graph.Members(ctx, id, func(some []graph.Object) error {
		for i := range some {
			members = append(members, convertObject(&some[i]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Kind == tenant.PrincipalGroup {
			w.meet(m.ID)
		}
	}
	g := groupMembers{ID: id, Members: members}
	w.kept.Groups = append(w.kept.Groups, g)
	return w.r.storeGroup(ctx, g)
}

func (r *run) storeGroup(ctx context.Context, g groupMembers) error {
	links := make([]tenant.Membership, 0, len(g.Members))
	for _, m := range g.Members {
		links = append(links, tenant.Membership{GroupID: g.ID, MemberID: m.ID})
	}
	if err := r.in.Mention(ctx, g.Members); err != nil {
		return stored(err)
	}
	return stored(r.in.GroupMembers(ctx, g.ID, links))
}

// describe stores what the directory says of the groups themselves, and how
// many people are behind each.
func (w *groupWalk) describe(ctx context.Context) error {
	found, err := w.r.cfg.Graph.ByIDs(ctx, w.read)
	if err != nil {
		return err
	}
	entries := make([]tenant.Principal, 0, len(w.read)+len(w.gone))
	for _, id := range w.read {
		number, err := w.r.cfg.DB.Reader().Ident(ctx, w.r.tenant, id)
		if err != nil {
			return stored(err)
		}
		people, err := w.r.cfg.DB.Reader().PeopleBehind(ctx, number)
		if err != nil {
			return stored(err)
		}
		p := tenant.Principal{ID: id, Kind: tenant.PrincipalGroup, Directory: &tenant.DirectoryEntry{}}
		if o, ok := found[id]; ok {
			p = convertObject(&o)
			p.Directory = directoryEntry(&o)
		}
		p.Directory.MembersKnown, p.Directory.People = true, people
		entries = append(entries, p)
	}
	for _, id := range w.gone {
		entries = append(entries, tenant.Principal{ID: id, Kind: tenant.PrincipalGroup, Directory: &tenant.DirectoryEntry{Gone: true}})
	}
	w.kept.Entries = entries
	return stored(w.r.in.Directory(ctx, entries))
}

// readPeople finds out who of the people and apps that hold something is still
// there: the list of users says who may sign in, and of the rest Graph is
// asked by id; who is missing there is gone.
func readPeople(ctx context.Context, r *run) (extent, error) {
	all, err := r.everybody(ctx, "people")
	if err != nil {
		return extent{}, stored(err)
	}
	left, kept := map[string]tenant.PrincipalKind{}, &directoryArchive{}
	for _, kind := range []tenant.PrincipalKind{tenant.PrincipalUser, tenant.PrincipalApp} {
		err := r.known(ctx, kind, func(p db.KnownPrincipal) error {
			if all || !p.Asked {
				left[p.ID] = kind
			}
			return nil
		})
		if err != nil {
			return extent{}, err
		}
	}
	e := extent{meant: len(left), sameAge: !all}
	if len(left) == 0 {
		return e, nil
	}
	if all || len(left) > 20 {
		err = r.cfg.Graph.Users(ctx, func(some []graph.Object) error { return r.storePeople(ctx, some, left, kept) })
	} else {
		err = r.onePersonEach(ctx, left, kept)
	}
	if err == nil {
		err = r.peopleByID(ctx, left, kept)
	}
	if keepErr := r.keepPart("people", kept); keepErr != nil {
		return e, stored(keepErr)
	}
	if err != nil {
		e.seen = e.meant - len(left)
		return e, err
	}
	e.seen = e.meant
	return e, nil
}

// storePeople stores those of a list who are known, and takes them out of
// left.
func (r *run) storePeople(ctx context.Context, some []graph.Object, left map[string]tenant.PrincipalKind, kept *directoryArchive) error {
	var entries []tenant.Principal
	for i := range some {
		if _, ok := left[some[i].ID]; !ok {
			continue
		}
		p := convertObject(&some[i])
		p.Directory = directoryEntry(&some[i])
		entries = append(entries, p)
		delete(left, p.ID)
	}
	kept.Entries = append(kept.Entries, entries...)
	return stored(r.in.Directory(ctx, entries))
}

// onePersonEach asks for the few new people of an incremental scan.
func (r *run) onePersonEach(ctx context.Context, left map[string]tenant.PrincipalKind, kept *directoryArchive) error {
	for id, kind := range left {
		if kind != tenant.PrincipalUser {
			continue
		}
		o, err := r.cfg.Graph.User(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue // asked for by id below, which tells gone from never there
		}
		if err != nil {
			return err
		}
		if err := r.storePeople(ctx, []graph.Object{o}, left, kept); err != nil {
			return err
		}
	}
	return nil
}

// peopleByID asks for who was not in the list: apps, and those who have left.
func (r *run) peopleByID(ctx context.Context, left map[string]tenant.PrincipalKind, kept *directoryArchive) error {
	ids := make([]string, 0, len(left))
	for id := range left {
		if strings.Contains(id, "@") {
			continue // an address that the directory did not know when it was met
		}
		ids = append(ids, id)
	}
	found, err := r.cfg.Graph.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	var entries []tenant.Principal
	for id, kind := range left {
		p := tenant.Principal{ID: id, Kind: kind, Directory: &tenant.DirectoryEntry{Gone: true}}
		if o, ok := found[id]; ok {
			p = convertObject(&o)
			p.Directory = directoryEntry(&o)
		}
		entries = append(entries, p)
	}
	kept.Entries = append(kept.Entries, entries...)
	return stored(r.in.Directory(ctx, entries))
}

// convertObject puts a directory object into the portal's words.
func convertObject(o *graph.Object) tenant.Principal {
	p := tenant.Principal{ID: o.ID, Name: o.Name, Guest: o.Guest()}
	switch o.Kind {
	case graph.KindUser:
		p.Kind, p.Address = tenant.PrincipalUser, o.UserPrincipalName
	case graph.KindGroup:
		p.Kind, p.Address = tenant.PrincipalGroup, o.Mail
	case graph.KindServicePrincipal:
		p.Kind = tenant.PrincipalApp
	default:
		p.Kind = tenant.PrincipalKind(o.Kind)
	}
	return p
}

func directoryEntry(o *graph.Object) *tenant.DirectoryEntry {
	d := &tenant.DirectoryEntry{Mail: o.Mail, Department: o.Department, Company: o.Company, ManagerID: o.ManagerID,
		Security: o.Security, MailEnabled: o.MailEnabled, Unified: o.Unified}
	if o.Enabled != nil {
		d.Enabled, d.EnabledKnown = *o.Enabled, true
	}
	return d
}
