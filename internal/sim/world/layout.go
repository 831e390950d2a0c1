package world

// class is the role a slot plays in the tenant.
type class uint8

const (
	classProject  class = iota // one of a DEV/TEST/PROD triple
	classTeam                  // a department's own workspace
	classPersonal              // somebody's "My workspace"
	classSandbox               // short-lived: made, forgotten, deleted
	classOdd                   // one mistake or curiosity each
	classHub                   // certified models that others build on
)

// The tenant repeats a block of twenty slots, so that every share is right for
// a tenant of any size and any slot knows its neighbours by arithmetic.
const (
	blockSize     = 20
	blockProjects = 3 // slots 0..8
	teamFirst     = 9
	teamCount     = 3
	personalFirst = 12
	personalCount = 4
	sandboxSlot   = 16
	oddFirst      = 17
	oddCount      = 2
	hubSlot       = 19
)

// spec is what follows from the position of a slot alone.
type spec struct {
	slot    int
	class   class
	ordinal int // number among the slots of its class
	dept    int
	team    int // team inside the department
	project int // classProject only
	stage   int // classProject only: 0 DEV, 1 TEST, 2 PROD
	twist   twist
	k       key

	// origin is the workspace that a pipeline deploys from into this one; set by
	// stateAt.
	origin        *spec
	originCreated moment
}

// specOf lays out one slot.
func (w *World) specOf(slot int) spec {
	s := spec{slot: slot, k: w.seed.sub2(tagSlot, uint64(slot))}
	block, pos := slot/blockSize, slot%blockSize
	switch {
	case pos < 3*blockProjects:
		s.project, s.stage = block*blockProjects+pos/3, pos%3
		s.class, s.ordinal = classProject, s.project
		w.placeProject(&s)
		return s
	case pos < teamFirst+teamCount:
		s.class, s.ordinal = classTeam, block*teamCount+pos-teamFirst
	case pos < personalFirst+personalCount:
		s.class, s.ordinal = classPersonal, block*personalCount+pos-personalFirst
	case pos == sandboxSlot:
		s.class, s.ordinal = classSandbox, block
	case pos < oddFirst+oddCount:
		s.class, s.ordinal = classOdd, block*oddCount+pos-oddFirst
	default:
		s.class, s.ordinal = classHub, block
	}
	s.dept = s.ordinal % len(departments)
	s.team = s.k.sub(tagProject).n(w.teams)
	s.twist = twistOf(s)
	return s
}

// placeProject places a slot of a triple. Some projects have lost a sibling:
// its slot is a team workspace of the same people instead.
func (w *World) placeProject(s *spec) {
	pk := w.projectKey(s.project)
	s.dept = s.project % len(departments)
	s.team = pk.sub(1).n(w.teams)
	if s.stage == missingStage(pk, s.project) {
		s.class = classTeam
		s.ordinal = s.slot // far from the pinned ones
	}
	s.twist = twistOf(*s)
}

func (w *World) projectKey(project int) key {
	return w.seed.sub2(tagProject, uint64(project))
}

// missingStage is the stage that a project does not have, or -1.
func missingStage(pk key, project int) int {
	if project == 4 {
		return 1 // at least one project goes from DEV straight to PROD
	}
	if project < 4 || !pk.sub(2).chance(0.12) {
		return -1
	}
	return []int{0, 1, 1, 1, 2}[pk.sub(3).n(5)]
}

// projectSlot is the slot of a stage of a project.
func projectSlot(project, stage int) int {
	return project/blockProjects*blockSize + project%blockProjects*3 + stage
}

// hubOf is the slot of the hub that a slot's workspaces build on, or -1 in a
// tenant too small to have one. Blocks that came with growth share the older
// hubs, which are there before everybody who needs them.
func (w *World) hubOf(slot int) int {
	blocks := w.cfg.Workspaces / blockSize
	if blocks == 0 {
		return -1
	}
	return slot/blockSize%blocks*blockSize + hubSlot
}

// department of the company. Its code begins the names of its workspaces.
type department struct{ code, name string }

var departments = []department{
	{"FIN", "Finance"}, {"SAL", "Sales"}, {"MKT", "Marketing"}, {"HR", "Human Resources"},
	{"OPS", "Operations"}, {"LOG", "Logistics"}, {"PRC", "Procurement"}, {"MFG", "Manufacturing"},
	{"RND", "Research and Development"}, {"CSV", "Customer Service"}, {"LEG", "Legal"}, {"IT", "Information Technology"},
}

var stageNames = [3]string{"DEV", "TEST", "PROD"}

// subjects are what a department's projects and models are about.
var subjects = [][]string{
	{"Budget", "Forecast", "GL", "Treasury", "Closing", "CostCenter", "Receivables", "Payables", "Tax", "CapEx", "Profitability", "CashFlow"},
	{"Pipeline", "Quota", "KeyAccounts", "Pricing", "Orders", "Territories", "WinLoss", "Renewals", "Commission", "Retail", "Wholesale", "Ecommerce"},
	{"Campaigns", "WebTraffic", "Brand", "Leads", "SocialMedia", "Events", "SEO", "Loyalty", "Segments", "Attribution", "Newsletter", "Market"},
	{"Headcount", "Recruiting", "Absence", "Payroll", "Training", "Engagement", "Turnover", "Diversity", "Benefits", "Onboarding", "Skills", "Overtime"},
	{"Plants", "Energy", "Downtime", "OEE", "Capacity", "Shifts", "Facilities", "Fleet", "Safety", "Sites", "Continuity", "Utilities"},
	{"Shipments", "Warehouse", "Routes", "Carriers", "Inventory", "Returns", "Customs", "Freight", "Dock", "LeadTime", "Packaging", "LastMile"},
	{"Suppliers", "Spend", "Contracts", "Savings", "PurchaseOrders", "RiskScore", "Tenders", "Catalog", "Invoices", "Compliance", "Sourcing", "Demand"},
	{"Quality", "Yield", "Scrap", "Maintenance", "WorkOrders", "BOM", "Throughput", "Traceability", "Tooling", "Lines", "Batches", "Calibration"},
	{"Experiments", "Portfolio", "Patents", "Trials", "Prototypes", "Materials", "Lab", "Simulation", "Roadmap", "Testing", "Sensors", "Grants"},
	{"Tickets", "SLA", "Satisfaction", "Churn", "CallCenter", "Warranty", "Complaints", "FieldService", "Chat", "Knowledge", "Backlog", "NPS"},
	{"Cases", "Matters", "ContractReview", "Privacy", "Audit", "Regulatory", "Litigation", "Retention", "Disclosure", "Trademarks", "Ethics", "Insurance"},
	{"Assets", "Incidents", "Licences", "Cloud", "Security", "Network", "Projects", "Identity", "Backups", "Changes", "Monitoring", "ServiceDesk"},
}
