package request

import (
	"fmt"
	"strconv"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// indexed is the name of a field in a list.
func indexed(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// fail adds a refusal at a field of the row that is being built.
func (b *builder) fail(field, format string, args ...any) {
	b.errs.add(b.prefix+field, format, args...)
}

// nextID is the id of the step that is added next.
func (b *builder) nextID() string { return "s" + strconv.Itoa(len(b.plan.Steps)+len(b.plan.Later)+1) }

// add appends a step and returns its id.
func (b *builder) add(s Step) string {
	s.ID, s.Row = b.nextID(), b.row
	if s.Wait == "" {
		s.Wait = WaitNone
	}
	if s.OnFailure == "" {
		s.OnFailure = GoOn
	}
	b.plan.Steps = append(b.plan.Steps, s)
	return s.ID
}

// title names the plan; in a bulk request the first wins and is replaced.
func (b *builder) title(format string, args ...any) {
	if b.row == 0 {
		b.plan.Title = fmt.Sprintf(format, args...)
	}
}

// risky raises the plan's risk, with the reason an approver reads.
func (b *builder) risky(format string, args ...any) {
	b.plan.Risk = b.plan.Risk.worse(RiskHigh)
	reason := fmt.Sprintf(format, args...)
	for _, r := range b.plan.RiskReasons {
		if r == reason {
			return
		}
	}
	b.plan.RiskReasons = append(b.plan.RiskReasons, reason)
}

func (b *builder) place(name, domain string) {
	p := Place{Workspace: name, Domain: domain}
	for _, q := range b.plan.Places {
		if p == q {
			return
		}
	}
	b.plan.Places = append(b.plan.Places, p)
}

// space finds a workspace that a form names. It must be an active, ordinary
// one whose roles were read.
func (b *builder) space(field string, id ID) (Workspace, bool) {
	w, ok := b.estate.Workspaces[NewID(string(id))]
	switch {
	case !ok:
		b.fail(field, "The last scan knows no such workspace. Choose one from the list.")
	case w.Kind == tenant.KindPersonal || w.Kind == tenant.KindAdminWorkspace:
		b.fail(field, "%s is not a shared workspace: nothing is asked for there.", w.Name)
	case w.State != tenant.StateActive:
		b.fail(field, "%s is not active (%s). Restore it first.", w.Name, w.State)
	default:
		b.place(w.Name, w.Domain)
		return w, true
	}
	return w, false
}

// somebody finds a principal that a form names and who may get rights.
func (b *builder) somebody(field string, id ID) (Principal, bool) {
	p, ok := b.estate.Principals[NewID(string(id))]
	switch {
	case !ok:
		b.fail(field, "The directory, as last read, knows nobody with this id. Choose from the list.")
	case p.Kind == tenant.PrincipalEveryone:
		b.fail(field, "The whole organisation cannot be given a role.")
	case p.Directory != nil && p.Directory.Gone:
		b.fail(field, "%s is no longer in the directory.", p.Name)
	case p.Directory != nil && p.Directory.EnabledKnown && !p.Directory.Enabled && p.Kind == tenant.PrincipalUser:
		b.fail(field, "The account of %s is disabled.", p.Name)
	case p.Kind == tenant.PrincipalUser && p.Address == "":
		b.fail(field, "The sign-in name of %s is not known, and Power BI needs it. Scan the tenant again.", p.Name)
	case p.Kind == tenant.PrincipalGroup && !p.PeopleKnown:
		b.fail(field, "The members of %s were not read, so nobody can tell who would gain by this. Switch on Microsoft Graph for the tenant, or name people.", p.Name)
	default:
		b.picked(field, NewID(p.ID))
		return p, true
	}
	return p, false
}

// capacity finds a capacity that can take workspaces.
func (b *builder) capacity(field string, id ID) (tenant.Capacity, bool) {
	c, ok := b.estate.Capacities[NewID(string(id))]
	switch {
	case !ok:
		b.fail(field, "The last scan knows no such capacity. Choose one from the list.")
	case c.State != "Active":
		b.fail(field, "The capacity %s is %s, so workspaces on it would not open. Choose another, or have it resumed.", c.Name, spoken(c.State))
	default:
		return c, true
	}
	return c, false
}

func spoken(state string) string {
	switch state {
	case "":
		return "in a state that is not known"
	case "Suspended", "Paused":
		return "paused"
	}
	return "not active (" + state + ")"
}

// pipeline finds a pipeline.
func (b *builder) pipeline(field string, id ID) (Pipeline, bool) {
	p, ok := b.estate.Pipelines[NewID(string(id))]
	if !ok {
		b.fail(field, "The last scan knows no such pipeline. Choose one from the list.")
	}
	return p, ok
}

// freeName checks that a workspace name can be taken: by nobody in the tenant,
// whatever the case, and by no other part of this plan, not even to the eye.
func (b *builder) freeName(field, name string, own ID) bool {
	for _, id := range b.estate.Names[tenant.Fold(name)] {
		if id != own {
			b.fail(field, "A workspace with this name exists already. Names differ by more than upper and lower case.")
			return false
		}
	}
	if b.taken == nil {
		b.taken = map[string]string{}
	}
	if other, ok := b.taken[policy.Skeleton(name)]; ok {
		b.fail(field, "This request names another workspace %q, which looks the same.", other)
		return false
	}
	b.taken[policy.Skeleton(name)] = name
	return true
}

// gain notes that a principal gets a right.
func (b *builder) gain(p Principal, right, where string) {
	b.plan.Gains = append(b.plan.Gains, Gain{Principal: NewID(p.ID), Kind: string(p.Kind), Name: p.Name, Right: right, Where: where})
	if rank(right) > rank("Viewer") && p.Guest {
		b.risky("%s is a guest and could change content of %s.", p.Name, where)
	}
	b.ownGain(p, right, where)
}

// identifier is how the service wants a principal named: people by sign-in
// name, groups and applications by object id (api guide, section 8).
func identifier(p Principal) string {
	if p.Kind == tenant.PrincipalUser {
		return p.Address
	}
	return string(NewID(p.ID))
}

// production reports whether a workspace is a productive one, by its name or
// its stage.
func production(w Workspace, stages int) bool {
	_, env := policy.SplitName(w.Name)
	return env == "PROD" || w.Pipeline != "" && stages > 1 && w.StageOrder == stages-1
}
