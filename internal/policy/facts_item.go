package policy

// Item is what rules may know of a report, dashboard, model, dataflow or other
// item. Copies that apps hold are never judged.
type Item struct {
	Num int64
	// OwnerNum is the owner among the principals, if it is somebody one can
	// ask; 0 otherwise.
	OwnerNum int64

	Planned     bool       `fact:"planned" doc:"it does not exist yet"`
	Workspace   *Workspace `fact:"workspace" doc:"where it is"`
	Name        string     `fact:"name" doc:"its name"`
	Kind        string     `fact:"kind" doc:"report, dashboard, dataset, dataflow, or the kind as Fabric spells it"`
	Description string     `fact:"description" doc:"its description"`
	State       string     `fact:"state" doc:"its state, where Microsoft tells one"`
	Endorsement string     `fact:"endorsement" doc:"Promoted, Certified or empty"`
	CertifiedBy string     `fact:"certifiedBy" doc:"who certified it; empty when nobody is named"`
	LabelID     string     `fact:"label" doc:"id of its sensitivity label; empty without one"`
	Mode        string     `fact:"storageMode" doc:"storage mode of a model"`

	AgeDays  Answer[int64]  `fact:"ageDays" doc:"days since it was created"`
	EditDays Answer[int64]  `fact:"editDays" doc:"days since it was last modified"`
	Owner    Answer[string] `fact:"owner" doc:"who configured or created it, as told; empty when nobody is named"`
	// OwnerGone is unknown unless the owner could be found among the
	// principals and the directory answered.
	OwnerGone Answer[bool] `fact:"ownerGone" doc:"that person has left or has a disabled account"`

	HasModel         bool           `fact:"hasModel" doc:"a report that names its model"`
	ModelElsewhere   bool           `fact:"modelElsewhere" doc:"the model is in another workspace"`
	ModelEndorsement Answer[string] `fact:"modelEndorsement" doc:"endorsement of the model, when it is in another workspace"`
	ModelEnvironment Answer[string] `fact:"modelEnvironment" doc:"environment of the model's workspace; unknown when the model was not seen"`

	Shares        Answer[int64] `fact:"shares" doc:"rights on the item itself"`
	Outsiders     Answer[int64] `fact:"outsiders" doc:"rights held by somebody without a role in the workspace"`
	GuestShares   Answer[int64] `fact:"guestShares" doc:"rights held by guests"`
	OrgLink       Answer[bool]  `fact:"orgLink" doc:"everybody in the organisation can open it"`
	PublishedWeb  Answer[bool]  `fact:"publishedToWeb" doc:"everybody in the world can open it"`
	MisconfSource int64         `fact:"badSources" doc:"data sources that Microsoft lists as misconfigured"`
	RowRoles      Answer[int64] `fact:"rowRoles" doc:"roles of row-level security in a model"`
	Viewers       Answer[int64] `fact:"viewers" doc:"most people who looked at it on one day of the last 28"`
	Usage         Usage
}

// Ref implements Object.
func (i *Item) Ref() Ref {
	// Some kinds share the id of the item they were made for, so the kind is
	// part of the identity.
	r := Ref{Kind: KindItem, Object: i.Num, Text: i.Kind}
	if i.Workspace != nil {
		r.Workspace = i.Workspace.Num
	}
	if i.Num == 0 {
		r.Text = i.Kind + " " + i.Name
	}
	return r
}

// Label implements Object.
func (i *Item) Label() string { return i.Name }
func (i *Item) kind() Kind    { return KindItem }

// Refresh is what rules may know of the refreshes of one model or dataflow.
type Refresh struct {
	Item *Item `fact:"item" doc:"what is refreshed"`

	Scheduled   Answer[bool]   `fact:"scheduled" doc:"it has a schedule"`
	Enabled     Answer[bool]   `fact:"enabled" doc:"the schedule is switched on"`
	LastStatus  Answer[string] `fact:"lastStatus" doc:"Completed, Failed, Disabled, Cancelled, Unknown"`
	LastError   Answer[string] `fact:"lastError" doc:"error code of the last failure"`
	Refreshes   Answer[int64]  `fact:"refreshes" doc:"refreshes in the period Microsoft reports, usually seven days"`
	Failures    Answer[int64]  `fact:"failures" doc:"failures among them"`
	SinceDays   Answer[int64]  `fact:"sinceDays" doc:"days since the last refresh that succeeded, when that is known: prefer staleFor(n)"`
	PerDay      Answer[int64]  `fact:"perDay" doc:"refreshes a day"`
	MedianSecs  Answer[int64]  `fact:"medianSeconds" doc:"middle duration in seconds"`
	NotifyOwner Answer[bool]   `fact:"notifies" doc:"somebody is told of a failure"`
	// Fresh is how long nothing succeeded: SeenDays reaches back to where the
	// counts begin.
	Fresh Usage
}

// Ref implements Object.
func (r *Refresh) Ref() Ref {
	if r.Item == nil {
		return Ref{Kind: KindRefresh}
	}
	ref := r.Item.Ref()
	ref.Kind = KindRefresh
	return ref
}

// Label is the name of what is refreshed.
func (r *Refresh) Label() string {
	if r.Item == nil {
		return ""
	}
	return r.Item.Name
}
func (r *Refresh) kind() Kind { return KindRefresh }
