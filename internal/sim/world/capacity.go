package world

// Capacity of the tenant at one moment.
type Capacity struct {
	ID          string // lower-case here; the wire often says it in upper case
	DisplayName string
	SKU         string   // P1, F64, F8, PP3 = Premium per user, EM1, A1
	State       string   // Active, Suspended, …
	Region      string   // "West Europe"
	Admins      []string // UPNs, sometimes object ids; may be empty, never nil
	TenantKeyID string   // "" = Microsoft's key
}

// PremiumPerUser reports whether this is the reserved capacity behind
// Premium-per-user workspaces.
func (c *Capacity) PremiumPerUser() bool { return len(c.SKU) > 1 && c.SKU[:2] == "PP" }

// TenantKey is a customer-managed encryption key.
type TenantKey struct {
	ID, Name, KeyVaultURI string
	Default               bool
}
