package desk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/ledger"
)

// HoldExecutor stops every further write to a tenant, whoever agreed to it,
// until somebody releases it.
func (d *Desk) HoldExecutor(ctx context.Context, by By, tenant, reason string) error {
	return d.onTenant(ctx, by, tenant, ledger.Hold, reason, d.db.HoldExecutor)
}

// ReleaseExecutor lets writes to a tenant go on. Conflict when it is not held.
func (d *Desk) ReleaseExecutor(ctx context.Context, by By, tenant, reason string) error {
	return d.onTenant(ctx, by, tenant, ledger.Release, reason, d.db.ReleaseExecutor)
}

func (d *Desk) onTenant(ctx context.Context, by By, tenant string, what ledger.Action, reason string,
	do func(context.Context, string, string, ledger.Entry) error) error {
	reason, err := reasonFor(reason)
	if err != nil {
		return err
	}
	e := ledger.Entry{Action: what, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP}
	if err = auth.Check(by.Person, auth.HoldExecutor, auth.Object{Tenant: tenant}); err == nil {
		err = do(ctx, tenant, reason, e)
	}
	return d.recorded(ctx, e, ledger.Object{Kind: "tenant", ID: tenant, Tenant: tenant}, err)
}
