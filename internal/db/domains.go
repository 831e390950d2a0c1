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
		found, err := r.domainsWithKey(ctx, v, key)
		if err != nil {
			return nil, fmt.Errorf("domains named %q: %w", name, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

func (r *Reader) domainsWithKey(ctx context.Context, v View, key string) ([]int64, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT d.domain FROM domain d WHERE d.tenant = $1 AND d.name_key = $2 AND `+v.Visible("d"), v.Tenant, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, classify(err)
		}
		out = append(out, id)
	}
	return out, classify(rows.Err())
}
