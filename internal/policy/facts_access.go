package policy

// Principal is what rules may know of a user, group or application.
type Principal struct {
	Num int64

	Name     string         `fact:"name" doc:"display name"`
	Address  string         `fact:"address" doc:"user principal name or mail address"`
	Kind     string         `fact:"kind" doc:"User, Group, App or None for the whole organisation"`
	Guest    bool           `fact:"guest" doc:"an external user"`
	Everyone bool           `fact:"everyone" doc:"the whole organisation"`
	Gone     Answer[bool]   `fact:"gone" doc:"the directory no longer knows it"`
	Enabled  Answer[bool]   `fact:"enabled" doc:"the account can sign in"`
	Leaver   Answer[bool]   `fact:"leaver" doc:"gone, or a user whose account is disabled"`
	Mail     Answer[string] `fact:"mail" doc:"mail address in the directory"`
	Dept     Answer[string] `fact:"department" doc:"department in the directory"`
	Company  Answer[string] `fact:"company" doc:"company in the directory"`
	Unified  Answer[bool]   `fact:"microsoft365" doc:"a Microsoft 365 group, whose owners add members themselves"`
	People   Answer[int64]  `fact:"people" doc:"people behind a group"`

	// What it holds: filled when principals are judged, unknown when the
	// principal is only part of a grant.
	Roles      Answer[int64] `fact:"roles" doc:"workspaces in which it holds a role itself"`
	AdminOf    Answer[int64] `fact:"adminOf" doc:"of those, as Admin"`
	ItemRights Answer[int64] `fact:"itemRights" doc:"items on which it holds a right itself"`
}

// Ref implements Object.
func (p *Principal) Ref() Ref { return Ref{Kind: KindPrincipal, Object: p.Num, Principal: p.Num} }

// Label implements Object.
func (p *Principal) Label() string { return p.Name }
func (p *Principal) kind() Kind    { return KindPrincipal }

// Grant is what rules may know of one right of one principal.
type Grant struct {
	Planned   bool         `fact:"planned" doc:"a request would give this right"`
	On        string       `fact:"on" doc:"workspace or item"`
	Right     string       `fact:"right" doc:"Admin, Member, Contributor, Viewer; Read, ReadWrite, Owner … on items"`
	Writes    bool         `fact:"writes" doc:"its holder may change the object"`
	Principal *Principal   `fact:"principal" doc:"who holds it"`
	Workspace *Workspace   `fact:"workspace" doc:"where the right is, or where the item is"`
	Item      *Item        `fact:"item" doc:"the item; unknown for a workspace role"`
	Profile   bool         `fact:"profile" doc:"held through a service principal profile"`
	InRole    Answer[bool] `fact:"hasRole" doc:"the holder has a role in the workspace too"`

	ObjectNum int64 // workspace or item
}

// Ref implements Object.
func (g *Grant) Ref() Ref {
	r := Ref{Kind: KindGrant, Object: g.ObjectNum, Text: g.Right}
	if g.Workspace != nil {
		r.Workspace = g.Workspace.Num
	}
	if g.Principal != nil {
		r.Principal = g.Principal.Num
	}
	return r
}

// Label names the object of the right; the holder is the finding's evidence.
func (g *Grant) Label() string {
	object := ""
	switch {
	case g.Item != nil:
		object = g.Item.Name
	case g.Workspace != nil:
		object = g.Workspace.Name
	}
	if g.Principal == nil {
		return object
	}
	return g.Principal.Name + " · " + g.Right + " · " + object
}
func (g *Grant) kind() Kind { return KindGrant }
