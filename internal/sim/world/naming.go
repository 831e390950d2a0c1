package world

import (
	"strconv"
	"strings"
)

// regions tell projects apart once a department has used up its subjects.
var regions = []string{"EMEA", "DACH", "Nordics", "Iberia", "France", "UK", "Italy", "Poland", "Benelux", "Americas", "Brazil",
	"Canada", "APAC", "Japan", "India", "ANZ", "China", "MEA", "Retail", "B2B", "Online", "Plant1", "Plant2", "Plant3"}

// subjectOf is what the n-th project, team or mistake of a department is
// about; every n has its own.
func subjectOf(dept, n int) string {
	list := subjects[dept]
	name := list[n%len(list)]
	n /= len(list)
	if n == 0 {
		return name
	}
	n--
	name += regions[n%len(regions)]
	if n /= len(regions); n > 0 {
		name += strconv.Itoa(n + 1)
	}
	return name
}

// projectName is department and subject, "FIN-Budget".
func (w *World) projectName(project int) string {
	d := project % len(departments)
	return departments[d].code + "-" + subjectOf(d, project/len(departments))
}

var topics = []string{"Reporting", "Analytics", "Self-Service", "KPIs", "Management Reports", "Ad hoc", "Scorecards", "Monitoring", "Insights", "Planning"}

// subject is what the items of a workspace are called after.
func (w *World) subject(s spec) string {
	n := s.ordinal / len(departments)
	switch s.class {
	case classProject:
		return subjectOf(s.dept, s.project/len(departments))
	case classTeam:
		return subjectOf(s.dept, s.slot%7)
	case classHub:
		return departments[s.dept].name
	}
	return subjectOf(s.dept, n%len(subjects[s.dept]))
}

func numbered(name string, n int) string {
	if n == 0 {
		return name
	}
	return name + " " + strconv.Itoa(n+1)
}

func (w *World) workspaceName(st *state) string {
	s := st.spec
	n := s.ordinal / len(departments)
	dep := departments[s.dept]
	switch s.class {
	case classProject:
		return w.projectName(s.project) + "-" + stageNames[s.stage]
	case classHub:
		return numbered(dep.name+" Certified Data", n)
	case classPersonal:
		return "PersonalWorkspace " + w.face(st.life.owner).display
	case classSandbox:
		return sandboxName(s, st.life.gen)
	case classOdd:
		return w.oddName(s)
	}
	if s.stage > 0 || s.slot%blockSize < 3*blockProjects {
		return w.projectName(s.project) + " Team"
	}
	base := numbered(dep.name+" "+topics[n%len(topics)], n/len(topics))
	return []string{base, base + " & Insights", "Old " + base, dep.code + " " + strings.TrimPrefix(base, dep.name+" ")}[st.attrs.renamed]
}

func sandboxName(s spec, gen uint32) string {
	k := s.k.sub2(tagName, uint64(gen))
	n := strconv.Itoa(s.ordinal + 1)
	return pick(k, []string{"Sandbox ", "POC ", "tmp ", "Workshop ", "Playground ", "Test "}) +
		subjectOf(s.dept, k.sub(1).n(12)) + " " + n + "." + strconv.Itoa(int(gen%100))
}

// oddName is the name of a curiosity; drawn repetitions get a number.
func (w *World) oddName(s spec) string {
	c := oddCaseOf(s)
	if s.ordinal < len(oddCases) {
		return c.name
	}
	k := s.k.sub(tagName)
	n := s.ordinal - len(oddCases)
	subject := subjectOf(s.dept, n/len(departments))
	if strings.Contains(c.name, "%P") {
		return c.fill(s.dept, subject, pick(k, []string{"DEV", "TEST", "PROD"}))
	}
	return c.name + " " + strconv.Itoa(n)
}

var workspaceDescriptions = []string{
	"", "", "", "Owned by the department; ask the team before changing anything.",
	"Data refreshed daily at 06:00 CET.", "Do not use. Kept for the audit.",
	"Erstellt für die Monatsabschlüsse – Ansprechpartner siehe Intranet.",
	"Contains personal data: see the record of processing.", "Migrated from the old report server.",
	"Line one\nline two with a <b>tag</b>", "=HYPERLINK(\"http://example.com\",\"click\")",
}

func (w *World) describe(st *state) string {
	if st.spec.class == classPersonal {
		return ""
	}
	return pick(st.spec.k.sub2(tagName, uint64(st.attrs.described)+40), workspaceDescriptions)
}

var itemDescriptions = []string{
	"Monthly figures for management.", "Source: SAP, refreshed at night.", "Prototype.", "Used in the board meeting.",
	"Replaces the Excel file of the controlling team.", "<b>bold</b> claims & more", "Siehe Handbuch, Kapitel 4.",
}

var (
	reportNames = []string{"Overview", "Details", "Monthly Review", "Trend", "Executive Summary", "Variance", "Drill-down", "KPI",
		"Weekly Status", "Plan vs Actual", "Regional View", "Forecast"}
	modelNames = []string{"", " Details", " Plan", " History"}
	flowNames  = []string{" Staging", " Reference Data", " Master Data"}
	// hostileItems are names that a page or a file must not fall for.
	hostileItems = []string{"<img src=x onerror=alert(document.domain)>", "=1+1 | summary", "\u202egnp.trap", "売上ダッシュボード",
		"تقرير المخزون", "Q4 \"final\" 'v2', really", "Umsatz größer 100 €", "📈 KPI", "Re\u200bport", "", "@SUM(A1:A9)", "line\nbreak"}
)

func (w *World) itemName(st *state, it *istate) string {
	p, s := it.plan, st.spec
	if p.appCopy() {
		src := *it
		src.plan.k = p.original()
		return "[App] " + w.itemName(st, &src)
	}
	subject, k := w.subject(s), w.planKey(s, st.life).sub2(tagName, uint64(p.k))
	if s.class == classOdd && p.kind == KindReport && p.k == kReport {
		if name := hostileItems[s.ordinal%len(hostileItems)]; name != "" {
			return name
		}
	}
	if s.class == classPersonal {
		subject = pick(k.sub(3), []string{"Copy of ", "My ", "Test ", "draft "}) + subject
	}
	switch p.kind {
	case KindReport:
		i := p.k - kReport
		name := subject + " " + reportNames[i%len(reportNames)]
		if it.gen > 0 && s.class != classProject {
			name += pick(k.sub(uint64(it.gen)), []string{"", " v2", " (2)", " new", " final"})
		}
		return name
	case KindDashboard:
		return numbered(subject+" Dashboard", p.k-kDashboard)
	case KindModel:
		if p.special == fabricModel {
			return subject + " Lakehouse default"
		}
		return subject + modelNames[(p.k-kModel)%len(modelNames)]
	case KindDataflow:
		return subject + flowNames[(p.k-kFlow)%len(flowNames)]
	case KindDatamart:
		return subject + " Datamart"
	case KindWarehouse:
		return subject + " Warehouse"
	}
	return strings.ReplaceAll(subject, " ", "_") + "_" + string(p.kind)
}
