package world

import "time"

// appDef is an enterprise application of the directory.
type appDef struct {
	name    string
	dept    int // -1 = tenant-wide
	enabled bool
	created moment
}

const (
	appScanner  = 0
	appExecutor = 1
	appDeploy   = 2
	appEmbedded = 3
	appDisabled = 6
)

var apps = []appDef{
	{"Steward Scanner", -1, true, date(2024, time.March, 4)},
	{"Steward Executor", -1, true, date(2024, time.March, 4)},
	{"sp-bi-deployment", -1, true, date(2021, time.May, 17)},
	{"sp-customer-portal-embedded", 1, true, date(2020, time.October, 5)},
	{"sp-finance-dwh", 0, true, date(2020, time.January, 20)},
	{"sp-logistics-iot", 5, true, date(2022, time.June, 13)},
	{"sp-legacy-migration", -1, false, date(2019, time.September, 2)},
	{"sp-hr-payroll-sync", 3, true, date(2021, time.February, 8)},
	{"sp-azure-devops-bi", 11, true, date(2022, time.January, 10)},
	{"sp-mfg-telemetry", 7, true, date(2023, time.April, 3)},
	{"Dataverse Analytics", -1, true, date(2021, time.November, 15)},
	{"sp-marketing-<b>ads</b>", 2, true, date(2023, time.August, 21)},
}

func (w *World) app(i int) ServicePrincipal {
	d := apps[i]
	sp := ServicePrincipal{ID: w.id(idSP, uint32(i), 0), AppID: w.id(idClient, uint32(i), 0),
		DisplayName: d.name, Enabled: d.enabled, Created: when(d.created)}
	if i%3 != 2 {
		sp.OwnerID = w.refID(ref{kind: refFixed, a: fixedNadia})
	}
	return sp
}

// ServicePrincipal finds an application by object id or client id, in any case.
func (w *World) ServicePrincipal(id string, t time.Time) (ServicePrincipal, bool) {
	kind, a, _, ok := w.parse(id)
	if !ok || kind != idSP && kind != idClient || int(a) >= len(apps) || apps[a].created > at(t) {
		return ServicePrincipal{}, false
	}
	return w.app(int(a)), true
}

// ServicePrincipals lists the applications of the directory.
func (w *World) ServicePrincipals(t time.Time) []ServicePrincipal {
	var out []ServicePrincipal
	for i := range apps {
		if apps[i].created <= at(t) {
			out = append(out, w.app(i))
		}
	}
	return out
}

// ScannerApp is the application that the portal scans with.
func (w *World) ScannerApp() ServicePrincipal { return w.app(appScanner) }

// ExecutorApp is the application that the portal changes the tenant with.
func (w *World) ExecutorApp() ServicePrincipal { return w.app(appExecutor) }
