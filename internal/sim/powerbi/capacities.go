package powerbi

import (
	"strings"
	"time"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type capacity struct {
	ID          string     `json:"id"`
	DisplayName string     `json:"displayName"`
	Admins      []string   `json:"admins"`
	SKU         string     `json:"sku"`
	State       string     `json:"state"`
	Right       string     `json:"capacityUserAccessRight"`
	Region      string     `json:"region"`
	TenantKeyID string     `json:"tenantKeyId,omitempty"`
	TenantKey   *tenantKey `json:"tenantKey,omitempty"`
}

type tenantKey struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URI     string `json:"keyVaultKeyIdentifier"`
	Default bool   `json:"isDefault"`
	Created string `json:"createdAt"`
	Updated string `json:"updatedAt"`
}

// keysSince is when the tenant's keys were made, as far as the list tells.
var keysSince = time.Date(2019, 5, 1, 4, 35, 15, 867e6, time.UTC)

func wireKey(k world.TenantKey) tenantKey {
	return tenantKey{k.ID, k.Name, k.KeyVaultURI, k.Default, pacific(keysSince), pacific(keysSince)}
}

func (s *Service) tenantKeys(c *rest.Call) {
	var rows []tenantKey
	for _, k := range s.world.TenantKeys() {
		rows = append(rows, wireKey(k))
	}
	answerList(c, "tenantKeys", rows)
}

func sameID(a, b string) bool { return strings.EqualFold(a, b) }

func wireCapacity(k world.Capacity, right string) capacity {
	admins := k.Admins
	if admins == nil {
		admins = []string{}
	}
	return capacity{ID: upper(k.ID), DisplayName: k.DisplayName, Admins: admins, SKU: k.SKU, State: k.State, Right: right,
		Region: k.Region, TenantKeyID: k.TenantKeyID}
}

// adminCapacities lists all capacities of the tenant.
func (s *Service) adminCapacities(c *rest.Call) {
	want, ok := expands(c, "tenantKey")
	if !ok {
		return
	}
	var rows []capacity
	for _, k := range s.world.Capacities(c.At) {
		w := wireCapacity(k, "Admin")
		for _, key := range s.world.TenantKeys() {
			if want["tenantKey"] && key.ID == k.TenantKeyID {
				wk := wireKey(key)
				w.TenantKey = &wk
			}
		}
		rows = append(rows, w)
	}
	answerList(c, "capacities", rows)
}

// capacityUsers lists who may administer a capacity.
func (s *Service) capacityUsers(c *rest.Call) {
	k, ok := s.world.Capacity(c.Param("capacityId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	var rows []user
	for _, name := range k.Admins {
		u := user{Identifier: name, PrincipalType: "User", CapacityRight: "Admin"}
		if p, ok := s.world.User(name, c.At); ok {
			u = wireUser(p.Principal())
			u.CapacityRight = "Admin"
		}
		rows = append(rows, u)
	}
	answerList(c, "capacityUsers", rows)
}

// myCapacities lists the capacities that the caller can assign workspaces to.
func (s *Service) myCapacities(c *rest.Call) {
	rows := []capacity{}
	for _, k := range s.world.Capacities(c.At) {
		if right := s.acts.MayAssign(actor(c), k); right != "None" {
			rows = append(rows, wireCapacity(k, right))
		}
	}
	answerList(c, "capacities", rows)
}
