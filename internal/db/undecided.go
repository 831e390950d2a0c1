package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"steward/internal/request"
)

// Undecided returns what a page of approvals needs of each request that waits
// for a decision and is open to the scopes, the most urgent first. Involved
// holds only those of the given people: who else has a part is not asked here.
// It costs four queries, however many requests wait.
func (r *Reader) Undecided(ctx context.Context, scopes map[string]RequestScope, people []request.Party, now time.Time, limit int) ([]request.Facing, error) {
	w := &conditions{}
	w.add("r.state = 'pending' AND r.expires > ?", Millis(now))
	RequestFilter{Scopes: scopes}.scope(w)
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (request.Request, error) { return scanRequest(rows) },
		`SELECT `+requestColumns+requestFrom+`WHERE `+w.text()+fmt.Sprintf(` ORDER BY r.expires, r.id LIMIT %d`, limit), w.args...)
	if err != nil || len(all) == 0 {
		return nil, wrapUndecided(err)
	}
	out, at := make([]request.Facing, len(all)), make(map[string]*request.Facing, len(all))
	for i := range all {
		out[i] = request.Facing{Request: all[i], Now: now}
		at[all[i].Plan] = &out[i]
	}
	for _, fill := range []func(context.Context, map[string]*request.Facing, []request.Party) error{r.fillStages, r.fillInvolved, r.fillDecisions} {
		if err := fill(ctx, at, people); err != nil {
			return nil, wrapUndecided(err)
		}
	}
	return out, nil
}

func wrapUndecided(err error) error {
	if err != nil {
		return fmt.Errorf("requests that wait: %w", err)
	}
	return nil
}

// waitingPlans are those of every request that waits; the map keeps what is
// open to the reader.
const waitingPlans = `(SELECT plan_hash FROM request WHERE state = 'pending')`

func (r *Reader) fillStages(ctx context.Context, at map[string]*request.Facing, _ []request.Party) error {
	_, err := list(ctx, r.pool, func(rows *sql.Rows) (struct{}, error) {
		var plan string
		var s request.Stage
		err := rows.Scan(&plan, &s.Order, &s.Count, &s.Role, &s.Group)
		if f := at[plan]; f != nil {
			f.Request.Stages = append(f.Request.Stages, s)
		}
		return struct{}{}, err
	}, `SELECT plan_hash, ord, count, role, grp FROM request_stage WHERE plan_hash IN `+waitingPlans+` ORDER BY plan_hash, ord`)
	return err
}

func (r *Reader) fillInvolved(ctx context.Context, at map[string]*request.Facing, people []request.Party) error {
	w := &conditions{}
	var ids, addresses []string
	for _, p := range people {
		ids = append(ids, w.number("(p.tid = ? AND p.oid = ?)", fold(p.TenantID), fold(p.ObjectID)))
		if key := request.AddressKey(p.Address); key != "" {
			addresses = append(addresses, w.number("l.address = ?", key))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	query := `SELECT p.plan_hash, p.tid, p.oid, '', p.why FROM request_party p WHERE p.plan_hash IN ` + waitingPlans + ` AND (` + strings.Join(ids, " OR ") + `)`
	if len(addresses) > 0 {
		query += ` UNION ALL SELECT l.plan_hash, '', '', l.address, l.why FROM request_alias l WHERE l.plan_hash IN ` + waitingPlans + ` AND (` + strings.Join(addresses, " OR ") + `)`
	}
	_, err := list(ctx, r.pool, func(rows *sql.Rows) (struct{}, error) {
		var plan string
		var p request.Involved
		err := rows.Scan(&plan, &p.TenantID, &p.ObjectID, &p.Address, &p.Why)
		if f := at[plan]; f != nil {
			f.Involved = append(f.Involved, p)
		}
		return struct{}{}, err
	}, query, w.args...)
	return err
}

func (r *Reader) fillDecisions(ctx context.Context, at map[string]*request.Facing, _ []request.Party) error {
	_, err := list(ctx, r.pool, func(rows *sql.Rows) (struct{}, error) {
		var d request.Decision
		err := rows.Scan(&d.Plan, &d.By.TenantID, &d.By.ObjectID, &d.By.Name, &d.Stage, &d.Approves, &d.For.TenantID, &d.For.ObjectID, &d.For.Name)
		if f := at[d.Plan]; f != nil {
			f.Decisions = append(f.Decisions, d)
		}
		return struct{}{}, err
	}, `SELECT a.plan_hash, a.tid, a.oid, a.name, a.stage, a.approves, a.for_tid, a.for_oid, a.for_name FROM request r JOIN approval a ON a.request = r.id AND a.plan_hash = r.plan_hash WHERE r.state = 'pending' ORDER BY a.at`)
	return err
}
