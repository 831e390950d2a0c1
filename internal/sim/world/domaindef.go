package world

import "time"

// Domains: one for each department, and below the first few a subdomain each.
var subDomains = []struct {
	dept int
	name string
}{{0, "Group Accounting"}, {0, "Treasury and Tax"}, {1, "Retail"}, {3, "Payroll"}, {7, "Quality"}}

// domainFor picks the domain, or one of the subdomains, of a department.
func (w *World) domainFor(dept int, k key) int {
	if k.chance(0.3) {
		for i, s := range subDomains {
			if s.dept == dept {
				return len(departments) + i
			}
		}
	}
	return dept
}

func (w *World) domainID(i int) string {
	if i < 0 {
		return ""
	}
	return w.id(idDomain, uint32(i), 0)
}

// Domains of the tenant at t, parents before children.
func (w *World) Domains(t time.Time) []Domain {
	var out []Domain
	for i, d := range departments {
		dom := Domain{ID: w.domainID(i), DisplayName: d.name, Contributors: "AllTenant"}
		switch {
		case i == 0 || i == 3:
			dom.Contributors = "AdminsOnly"
			dom.DefaultLabelID = w.labelID(labelConfidential)
		case i%3 == 1:
			dom.Contributors = "SpecificUsersAndGroups"
		}
		if i%2 == 0 {
			dom.Description = "Data and reports of " + d.name + "."
		}
		out = append(out, dom)
	}
	for i, s := range subDomains {
		out = append(out, Domain{ID: w.domainID(len(departments) + i), DisplayName: s.name, ParentID: w.domainID(s.dept), Contributors: "AdminsOnly"})
	}
	return out
}

const (
	labelPublic = iota
	labelGeneral
	labelConfidential
	labelHighly
	labelRetired // still on items, no longer offered
)

var labelNames = []string{"Public", "General", "Confidential", "Highly Confidential", "Internal (old)"}

func (w *World) labelID(i int) string { return w.id(idLabel, uint32(i), 0) }

// Labels lists the sensitivity labels.
func (w *World) Labels() []Label {
	out := make([]Label, len(labelNames))
	for i, n := range labelNames {
		out[i] = Label{ID: w.labelID(i), Name: n}
	}
	return out
}
