package policy

// Kind is the kind of object a rule is about.
type Kind string

// Kinds of objects. Waiver is the portal's own: that a waiver has ended is a
// finding like any other, only that nobody can waive it.
const (
	KindTenant    Kind = "tenant"
	KindWorkspace Kind = "workspace"
	KindItem      Kind = "item"
	KindGrant     Kind = "grant"
	KindPrincipal Kind = "principal"
	KindCapacity  Kind = "capacity"
	KindPipeline  Kind = "pipeline"
	KindRefresh   Kind = "refresh"
	KindSetting   Kind = "setting"
	KindWaiver    Kind = "waiver"
	// KindPromotion is an item that is to go to another stage: there is none
	// at a scan.
	KindPromotion Kind = "promotion"
)

// Kinds lists every kind, in the order in which pages show them.
func Kinds() []Kind {
	return []Kind{KindTenant, KindWorkspace, KindItem, KindGrant, KindPrincipal,
		KindCapacity, KindPipeline, KindRefresh, KindSetting, KindWaiver, KindPromotion}
}

// Valid reports whether the kind is one of Kinds.
func (k Kind) Valid() bool { _, ok := kinds[k]; return ok }

// Severity says how much a finding matters. The order is the rank.
type Severity string

// Severities, most severe first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists them, most severe first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// Rank is 0 for the most severe; 4 for an unknown word.
func (s Severity) Rank() int {
	for i, v := range Severities() {
		if s == v {
			return i
		}
	}
	return len(Severities())
}

// Moment says when a rule applies.
type Moment string

// Moments: what a scan found, what a request would create, or both.
const (
	AtScan    Moment = "scan"
	AtRequest Moment = "request"
	AtBoth    Moment = "both"
)

// Covers reports whether a rule that applies at m is judged at the moment.
func (m Moment) Covers(at Moment) bool { return m == AtBoth || m == at }

// Ref names the object a fact is about, by the database's numbers for ids, or
// by Text where there is no number: a setting's name, a grant's role, the name
// of something planned. It is comparable and, with the rule's id, the stable
// key of a violation.
type Ref struct {
	Kind      Kind
	Workspace int64
	Object    int64
	Principal int64
	Text      string
}

// Object is the facts of one object, ready to be judged. The types of this
// package implement it; nothing else can, because rules are compiled against
// them.
type Object interface {
	// Ref is the object's identity.
	Ref() Ref
	// Label is the name a person knows the object by, as told by the tenant:
	// never trusted, always escaped by whoever shows it.
	Label() string
	kind() Kind
}
