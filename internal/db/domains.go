package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

// DomainsNamed returns the ident numbers of the domains a view shows under the
// given names, compared folded. Names nobody bears give nothing: a scope over
// a domain that is gone opens nothing.
func (r *Reader) DomainsNamed(ctx context.Context, v View, names []string) ([]int64, error) {
	var out []int64
	for _, name := range names {
		key := tenant.Fold(name)
		if key == "" {
			continue
		}
		found, err := list(ctx, r.pool, number, `SELECT DISTINCT d.domain FROM domain d WHERE d.tenant = $1 AND d.name_key = $2 AND `+v.Visible("d"), v.Tenant, key)
		if err != nil {
			return nil, fmt.Errorf("domains named %q: %w", name, err)
		}
		out = append(out, found...)
	}
	return out, nil
}
