package app

import (
	"context"
	"log/slog"
	"path/filepath"

	"steward/internal/check"
	"steward/internal/config"
	"steward/internal/db"
)

// TenantCheck is the set-up check of one tenant.
type TenantCheck struct {
	Tenant  string         `json:"tenant"`
	Results []check.Result `json:"results"`
}

// CheckNow runs the set-up check of one tenant, or of all. It needs no
// database: a first check comes before the first scan.
func CheckNow(ctx context.Context, cfg *config.Config, tenant string, log *slog.Logger) ([]TenantCheck, error) {
	var out []TenantCheck
	for _, t := range cfg.Tenants {
		if tenant != "" && t.Name != tenant {
			continue
		}
		subject, err := checkSubject(ctx, t, log)
		if err != nil {
			return nil, err
		}
		out = append(out, TenantCheck{Tenant: t.Name, Results: check.Tenant(ctx, subject)})
	}
	if len(out) == 0 {
		_, err := tenantName(cfg, tenant)
		return nil, err
	}
	return out, nil
}

// Migrate brings the database to this version's schema and returns its path.
func Migrate(ctx context.Context, cfg *config.Config) (string, error) {
	path := filepath.Join(cfg.DataDir, "portal.db")
	d, err := openDatabase(ctx, db.Config{Path: path})
	if err != nil {
		return path, err
	}
	return path, d.Close()
}
