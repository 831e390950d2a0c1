package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"steward/internal/request"
)

// RequestOfKey returns the id of the request that a program of the person has
// made under the key; empty when there is none, or no key.
func (t *Tx) RequestOfKey(ctx context.Context, by request.Party, key string) (id string, err error) {
	if key == "" {
		return "", nil
	}
	err = t.QueryRowContext(ctx, `SELECT request FROM request_key WHERE tid = $1 AND oid = $2 AND key = $3`, fold(by.TenantID), fold(by.ObjectID), key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("request of a key: %w", classify(err))
	}
	return id, nil
}

// PlanRunOfKey returns the run of a refresh plan that a program of the person
// has begun under the key; the zero run when there is none, or no key.
func (t *Tx) PlanRunOfKey(ctx context.Context, by request.Party, key string) (PlanRun, error) {
	if key == "" {
		return PlanRun{}, nil
	}
	runs, err := planRuns(ctx, t, `id = (SELECT run FROM plan_run_key WHERE tid = $1 AND oid = $2 AND key = $3)`, fold(by.TenantID), fold(by.ObjectID), key)
	if err != nil || len(runs) == 0 {
		return PlanRun{}, err
	}
	return runs[0], nil
}

// KeyPlanRun keeps under which key a program of the person has begun a run;
// without a key it does nothing.
func (t *Tx) KeyPlanRun(ctx context.Context, by request.Party, key, run string) error {
	if key == "" {
		return nil
	}
	_, err := t.ExecContext(ctx, `INSERT INTO plan_run_key (tid, oid, key, run) VALUES ($1, $2, $3, $4)`, fold(by.TenantID), fold(by.ObjectID), key, run)
	if err != nil {
		return fmt.Errorf("keep a run's key: %w", classify(err))
	}
	return nil
}

// KeyRequest keeps under which key a program of the person has made a request;
// without a key it does nothing.
func (t *Tx) KeyRequest(ctx context.Context, by request.Party, key, id string) error {
	if key == "" {
		return nil
	}
	_, err := t.ExecContext(ctx, `INSERT INTO request_key (tid, oid, key, request) VALUES ($1, $2, $3, $4)`, fold(by.TenantID), fold(by.ObjectID), key, id)
	if err != nil {
		return fmt.Errorf("keep a request's key: %w", classify(err))
	}
	return nil
}
