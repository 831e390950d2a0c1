package app

import (
	"context"

	"steward/internal/auth"
	"steward/internal/web"
)

// Site returns the portal's pages and its sign-in without listening anywhere,
// as Serve would serve them; scans and checks that people start run until ctx
// ends, and no schedule runs. Wait returns when they have ended. It is for trying the
// whole site from within the process.
func (p *Portal) Site(ctx context.Context) (pages *web.Server, signIn *auth.Service, wait func(), err error) {
	if signIn, err = p.newAuth(); err != nil {
		return nil, nil, nil, err
	}
	if pages, err = p.newPages(signIn); err != nil {
		return nil, nil, nil, err
	}
	p.scans.mu.Lock()
	p.scans.ctx = ctx
	p.scans.mu.Unlock()
	p.checks.mu.Lock()
	p.checks.ctx = ctx
	p.checks.mu.Unlock()
	return pages, signIn, func() { p.scans.wait(); p.checks.wait() }, nil
}
