package tracing

import (
	"context"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Config is where traces go.
type Config struct {
	// Endpoint takes OTLP as JSON, such as http://127.0.0.1:4318/v1/traces.
	// Empty means that nothing is traced.
	Endpoint string
	// Token is asked for a bearer token at each sending; nil means none is sent.
	Token func() (string, error)
	// Share is the part of all traces that is sent, above 0 up to 1.
	Share float64
	// Version is the program's.
	Version string
	// Transport sends; nil means net/http's default.
	Transport http.RoundTripper
	// Log gets a line when the collector begins to refuse, and when it takes
	// traces again.
	Log *slog.Logger
}

// Tracing is the sending of traces, or of none.
type Tracing struct {
	provider *sdk.TracerProvider // nil when nothing is traced
}

// New returns a Tracing. It calls nobody; Close must follow.
func New(cfg Config) *Tracing {
	if cfg.Endpoint == "" {
		return &Tracing{}
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Tracing{provider: sdk.NewTracerProvider(
		sdk.WithBatcher(&exporter{cfg: cfg, client: &http.Client{Transport: cfg.Transport, CheckRedirect: stay}}),
		sdk.WithSampler(sdk.TraceIDRatioBased(cfg.Share)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "steward"), attribute.String("service.version", cfg.Version))),
	)}
}

// stay refuses redirects: the token is for the collector that is configured.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Tracer begins the spans that have no parent.
func (t *Tracing) Tracer() trace.Tracer {
	if t.provider == nil {
		return noop.NewTracerProvider().Tracer("steward")
	}
	return t.provider.Tracer("steward")
}

// Close sends what is left, within ctx.
func (t *Tracing) Close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// End ends a span, as failed when err is not nil. The error's text is left out:
// it may hold names.
func End(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
