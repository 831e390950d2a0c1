package app

import (
	"context"
	"sync"
	"time"

	"steward/internal/config"
	"steward/internal/entra"
	"steward/internal/request"
)

// executors are the object ids of the applications that act, by tenant: what
// Power BI lists as a workspace's user or a model's owner. The configuration has
// only their client ids; a token tells the rest.
type executors struct {
	mu sync.Mutex
	of map[string]request.ID
}

// id is empty while nobody has told it.
func (e *executors) id(tenant string) request.ID {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.of[tenant]
}

func (e *executors) learn(tenant, token string) bool {
	id := request.NewID(entra.ObjectID(token))
	if id == "" {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of == nil {
		e.of = map[string]request.ID{}
	}
	e.of[tenant] = id
	return true
}

// askAgain is how long after a failure a token is asked for once more.
const askAgain = time.Minute

// knowExecutor asks who the executor of a tenant is until it is told.
func (p *Portal) knowExecutor(ctx context.Context, t config.Tenant) {
	if !t.Executor.Configured() {
		return
	}
	b, err := newClients(t, p.clock, p.log)
	if err != nil {
		return // New has refused this tenant
	}
	source, err := b.source(t.Executor, b.at.Scope())
	if err != nil {
		return
	}
	for told := false; ; told = true {
		token, _, err := source.Token(ctx)
		if err == nil && p.executors.learn(t.Name, token) || ctx.Err() != nil {
			return
		}
		if !told {
			b.log.Warn("who the executor is could not be found out; what depends on it is unknown until then", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(askAgain):
		}
	}
}
