package world

import (
	"strings"
	"time"
)

// Capacities by index.
const (
	capEurope = iota
	capFabric
	capDev
	capPPU
	capPaused
	capAmericas
	capSandbox
	capEmbedded
	capFinance
	capacityCount
	capGone = capacityCount // workspaces still name it
)

var capacityDefs = [capacityCount]struct {
	name, sku, state, region string
	admins                   []string // local parts; "#" = an object id
	key                      bool
}{
	capEurope:   {"Contoso Premium Europe", "P1", "Active", "West Europe", []string{"nadia.elamrani", "desmond.achebe"}, false},
	capFabric:   {"Fabric Production", "F64", "Active", "West Europe", []string{"nadia.elamrani"}, false},
	capDev:      {"Fabric Development", "F8", "Active", "North Europe", []string{"nadia.elamrani", "oskar.brandt"}, false},
	capPPU:      {"Premium Per User - Reserved", "PP3", "Active", "West Europe", nil, false},
	capPaused:   {"Fabric Trial 2025", "F64", "Suspended", "West Europe", []string{"leon.fischer"}, false},
	capAmericas: {"Contoso Premium Americas", "P2", "Active", "East US", []string{"#", "nadia.elamrani"}, false},
	capSandbox:  {"Team sandbox", "F2", "Active", "North Europe", nil, false},
	capEmbedded: {"Customer Portal Embedded", "A4", "Active", "West US 2", []string{"tomas.vidal"}, false},
	capFinance:  {"Finance (own key)", "F16", "Active", "Germany West Central", []string{"priya.raman"}, true},
}

func (w *World) capacityID(i int) string {
	if i < 0 {
		return ""
	}
	return w.id(idCapacity, uint32(i), 0)
}

func (w *World) capacity(i int, t moment) Capacity {
	d := capacityDefs[i]
	c := Capacity{ID: w.capacityID(i), DisplayName: d.name, SKU: d.sku, State: d.state, Region: d.region, Admins: []string{}}
	for _, a := range d.admins {
		if a == "#" {
			c.Admins = append(c.Admins, w.refID(ref{kind: refFixed, a: fixedCIO}))
			continue
		}
		c.Admins = append(c.Admins, a+"@"+w.cfg.Domain)
	}
	if d.key {
		c.TenantKeyID = w.id(idTenantKey, 0, 0)
	}
	// The development capacity is paused at weekends to save money.
	if wd := weekday(t); i == capDev && (wd == 0 || wd == 6) {
		c.State = "Suspended"
	}
	return c
}

// Capacities of the tenant at t.
func (w *World) Capacities(t time.Time) []Capacity {
	out := make([]Capacity, 0, capacityCount)
	for i := range int(capacityCount) {
		c := w.capacity(i, at(t))
		w.patchCapacity(&c, at(t))
		out = append(out, c)
	}
	return out
}

// Capacity finds one by id, in any case.
func (w *World) Capacity(id string, t time.Time) (Capacity, bool) {
	for _, c := range w.Capacities(t) {
		if strings.EqualFold(c.ID, id) {
			return c, true
		}
	}
	return Capacity{}, false
}

// TenantKeys lists the customer-managed keys.
func (w *World) TenantKeys() []TenantKey {
	return []TenantKey{{ID: w.id(idTenantKey, 0, 0), Name: "Contoso Finance", Default: false,
		KeyVaultURI: "https://contoso-bi-vault.vault.azure.net/keys/fabric-finance/0f6ce7f1d2c94c0e9a4e5b7a8d31c2f0"}}
}
