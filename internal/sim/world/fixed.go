package world

import "time"

// fixedPerson is somebody whose name does not come from the seed: the people
// of the demo, and the top of the company.
type fixedPerson struct {
	given, family, local string
	dept                 int // -1 = none
	title                string
	boss                 int // index, -1 = nobody
	company              string
	joined, left         moment
	roles                []string
	note                 string
	demo                 bool
}

const (
	fixedChief = 0
	fixedCIO   = 1
	fixedLead  = 2 // Ada, governance
	fixedPriya = 4
	fixedTomas = 5
	fixedMia   = 6
	fixedNadia = 8
	fixedLeon  = 9
	fixedGina  = 10
)

var fixedPeople = []fixedPerson{
	{given: "Margaret", family: "Whitfield", local: "margaret.whitfield", dept: -1, title: "Chief Executive Officer", boss: -1},
	{given: "Desmond", family: "Achebe", local: "desmond.achebe", dept: 11, title: "Chief Information Officer", boss: fixedChief},
	{given: "Ada", family: "Lindqvist", local: "ada.lindqvist", dept: 11, title: "BI Governance Lead", boss: fixedCIO, demo: true,
		roles: []string{"viewer", "requester", "approver", "auditor"},
		note:  "Leads BI governance: sees everything, decides on waivers and requests."},
	{given: "Henrik", family: "Sommer", local: "henrik.sommer", dept: 10, title: "Internal Auditor", boss: fixedChief, demo: true,
		roles: []string{"auditor"},
		note:  "Internal audit: reads everything including the ledger, changes nothing."},
	{given: "Priya", family: "Raman", local: "priya.raman", dept: 0, title: "Head of Financial Reporting", boss: fixedChief, demo: true,
		roles: []string{"viewer", "approver"},
		note:  "Owns the finance data and approves requests about it."},
	{given: "Tomás", family: "Vidal", local: "tomas.vidal", dept: 1, title: "Sales Analytics Manager", boss: fixedChief, demo: true,
		roles: []string{"viewer", "approver"},
		note:  "Second approver, needed where two people must agree."},
	{given: "Mia", family: "Keller", local: "mia.keller", dept: 0, title: "BI Developer", boss: fixedPriya, demo: true,
		roles: []string{"viewer", "requester"},
		note:  "Builds reports for finance and asks for workspaces, roles and deployments."},
	{given: "Oskar", family: "Brandt", local: "oskar.brandt", dept: 11, title: "BI Platform Operator", boss: fixedCIO, demo: true,
		roles: []string{"viewer", "operator"},
		note:  "Runs the scans and resolves steps whose outcome is unknown."},
	{given: "Nadia", family: "El Amrani", local: "nadia.elamrani", dept: 11, title: "Fabric Administrator", boss: fixedCIO, demo: true,
		roles: []string{"admin"},
		note:  "Configures the portal and is Fabric administrator of the tenant."},
	{given: "Leon", family: "Fischer", local: "leon.fischer", dept: 0, title: "Senior Controller", boss: fixedPriya, demo: true,
		left:  date(2025, time.November, 14),
		roles: []string{"viewer", "requester"},
		note:  "Has left the company: the account is disabled, yet still owns models."},
	{given: "Gina", family: "Rossi", local: "gina.rossi", dept: -1, title: "Consultant", boss: -1, company: "Fabrikam", demo: true,
		roles: []string{"viewer"},
		note:  "Guest from Fabrikam, working on the budget."},
	{given: "Noor", family: "Jansen", local: "noor.jansen", dept: 2, title: "Marketing Assistant", boss: fixedChief, demo: true,
		note: "An employee without any role in the portal."},
	{given: "花子", family: "山田", local: "hanako.yamada.jp", dept: 1, title: "Country Manager Japan", boss: fixedChief},
	{given: "ليلى", family: "حمدان", local: "layla.hamdan", dept: 4, title: "Country Manager UAE", boss: fixedChief},
	{given: "Сергей", family: "Орлов", local: "sergey.orlov", dept: 7, title: "Plant Manager Almaty", boss: fixedChief},
}

func (p fixedPerson) span() span {
	s := span{p.joined, never, never, never}
	if s.joined == 0 {
		s.joined = date(2017, time.February, 1)
	}
	if p.left != 0 {
		s.left = p.left // the account stays disabled and is never deleted
	}
	return s
}

func (p fixedPerson) guest() bool { return p.company != "" }

func (w *World) fixedFace(r ref) face {
	p := fixedPeople[r.a]
	display := p.given + " " + p.family
	if p.guest() {
		mail := p.local + "@" + partners[0].domain
		return face{p.given, p.family, display + " (" + p.company + ")", w.guestUPN(mail), mail, UserGuest}
	}
	upn := p.local + "@" + w.cfg.Domain
	return face{p.given, p.family, display, upn, upn, UserMember}
}

// DemoPeople are the people one can sign in as in the demo, in the order to
// show them. Leon's account is disabled: whoever signs in as him must be
// refused.
func (w *World) DemoPeople() []DemoPerson {
	var out []DemoPerson
	for i, p := range fixedPeople {
		if !p.demo {
			continue
		}
		u := w.user(ref{kind: refFixed, a: uint32(i)}, date(2026, time.January, 1))
		out = append(out, DemoPerson{User: u, Roles: append([]string{}, p.roles...), Note: p.note})
	}
	return out
}
