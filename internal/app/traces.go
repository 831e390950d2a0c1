package app

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"steward/internal/buildinfo"
	"steward/internal/config"
	"steward/internal/scan"
	"steward/internal/tracing"
	"steward/internal/workflow"
)

// tracesLast is how long the last traces may take when the portal stops.
const tracesLast = 3 * time.Second

func newTraces(cfg config.Tracing, o Options) *tracing.Tracing {
	out := tracing.Config{Endpoint: cfg.Endpoint, Share: cfg.Part(), Version: buildinfo.Version(), Log: o.Log}
	if !cfg.Token.IsZero() {
		out.Token = func() (string, error) { v, err := cfg.Token.Read(); return v.Reveal(), err }
	}
	return tracing.New(out)
}

// closeTraces sends the last traces; a collector that is away must not keep the
// portal from stopping.
func (p *Portal) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), tracesLast)
	defer cancel()
	if err := p.traces.Close(ctx); err != nil {
		p.log.Warn("the last traces were not sent", "error", err)
	}
}

// runScan scans a tenant, as one trace with the calls to Microsoft below it.
func (p *Portal) runScan(ctx context.Context, t *Tenant, req scan.Request) (scan.Result, error) {
	ctx, span := p.traces.Tracer().Start(ctx, "scan", trace.WithAttributes(attribute.String("steward.scan.kind", string(req.Kind)), attribute.String("steward.scan.cause", req.Cause)))
	res, err := t.Scanner.Run(ctx, req)
	tracing.End(span, err)
	return res, err
}

// traced is a durable work whose every step is a trace.
type traced struct {
	workflow.Work
	tracer trace.Tracer
}

// Advance implements workflow.Work.
func (w traced) Advance(ctx context.Context, id string) (workflow.Next, error) {
	ctx, span := w.tracer.Start(ctx, "run step", trace.WithAttributes(attribute.String("steward.run", id)))
	next, err := w.Work.Advance(ctx, id)
	tracing.End(span, err)
	return next, err
}
