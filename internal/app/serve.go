package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
)

// Portal is the running portal: the database, the tenants, the pages. New
// builds it, Start lets it work, Stop ends it.
type Portal struct {
	cfg     *config.Config
	log     *slog.Logger
	clock   Clock
	DB      *db.DB
	Tenants []*Tenant

	scans  *scans
	closed sync.Once
}

// Options are what a portal is started with besides its configuration.
type Options struct {
	Clock Clock
	Log   *slog.Logger

	// onScan is told of every scan that began or ended.
	onScan func(ctx context.Context, s db.Scan, what string)
}

// New opens the database and builds what the configuration names. It calls
// nobody and listens nowhere yet.
func New(ctx context.Context, cfg *config.Config, o Options) (*Portal, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Tenants) == 0 {
		return nil, fault.New(fault.Invalid, "No tenant is configured. Add one under tenants: in the configuration.")
	}
	d, err := db.Open(ctx, db.Config{Path: filepath.Join(cfg.DataDir, "portal.db"), Now: o.Clock.Now})
	if err != nil {
		return nil, err
	}
	p := &Portal{cfg: cfg, log: o.Log, clock: o.Clock, DB: d}
	for _, t := range cfg.Tenants {
		built, err := newTenant(ctx, d, t, cfg.DataDir, o)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		p.Tenants = append(p.Tenants, built)
	}
	p.scans = newScans(p)
	return p, nil
}

// Tenant returns the tenant with the name; the only one when the name is
// empty. Invalid when there is none, with the names there are.
func (p *Portal) Tenant(name string) (*Tenant, error) {
	if name == "" && len(p.Tenants) == 1 {
		return p.Tenants[0], nil
	}
	var names []string
	for _, t := range p.Tenants {
		if t.Config.Name == name {
			return t, nil
		}
		names = append(names, t.Config.Name)
	}
	if name == "" {
		return nil, fault.New(fault.Invalid, "There are several tenants; name one of %v with --tenant.", names)
	}
	return nil, fault.New(fault.Invalid, "There is no tenant %q in the configuration. There are %v.", name, names)
}

// Close gives everything back. It is safe to call more than once.
func (p *Portal) Close() error {
	var err error
	p.closed.Do(func() { err = p.DB.Close() })
	return err
}

// Limits of the HTTP server (R22): a slow client may not hold a connection
// for longer than these.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = 60 * time.Second
	headerBytes   = 64 << 10
	stopTimeout   = 15 * time.Second
)

// listen serves the handler on the address until ctx ends, then lets requests
// finish.
func listen(ctx context.Context, addr string, h http.Handler, ready func(net.Addr)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The portal cannot listen on %s. Another program may use the port; choose one with --listen.", addr)
	}
	// No write timeout here: an export of millions of rows is a long answer.
	// Package guard bounds every other answer.
	srv := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	if ready != nil {
		ready(l.Addr())
	}
	select {
	case err := <-done:
		return fmt.Errorf("serve %s: %w", addr, err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		return errors.Join(fmt.Errorf("stop serving: %w", err), srv.Close())
	}
	return nil
}
