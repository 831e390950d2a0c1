package tracing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// The message of OTLP/HTTP as JSON, see opentelemetry.io/docs/specs/otlp: ids are
// hexadecimal, numbers of 64 bits are text.
type (
	traces struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   attributes   `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	attributes struct {
		Attributes []keyValue `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name string `json:"name"`
	}
	span struct {
		TraceID    string     `json:"traceId"`
		SpanID     string     `json:"spanId"`
		Parent     string     `json:"parentSpanId,omitempty"`
		Name       string     `json:"name"`
		Kind       int        `json:"kind"`
		Start      string     `json:"startTimeUnixNano"`
		End        string     `json:"endTimeUnixNano"`
		Attributes []keyValue `json:"attributes,omitempty"`
		Status     status     `json:"status"`
	}
	status struct {
		Code int `json:"code,omitempty"`
	}
	keyValue struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

// exporter posts spans to a collector. What it does not take is lost: traces are
// an aid, not a record.
type exporter struct {
	cfg      Config
	client   *http.Client
	refusing atomic.Bool
}

// sendTimeout bounds one POST.
const sendTimeout = 10 * time.Second

// ExportSpans implements sdk.SpanExporter.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.send(ctx, message(spans))
	if failed := err != nil; e.refusing.Swap(failed) != failed {
		if failed {
			e.cfg.Log.WarnContext(ctx, "traces are not taken by their collector; those of now are lost", "error", err)
		} else {
			e.cfg.Log.InfoContext(ctx, "traces are taken by their collector again")
		}
	}
	return nil // said already, once and not at every batch
}

// Shutdown implements sdk.SpanExporter.
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

func (e *exporter) send(ctx context.Context, m traces) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.cfg.Endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if e.cfg.Token != nil {
		token, err := e.cfg.Token()
		if err != nil {
			return fmt.Errorf("traces: token: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := e.client.Do(req)
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection is used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("traces: the collector answers %d", res.StatusCode)
	}
	return nil
}

// message puts spans into one message; they all have our own resource and scope.
func message(spans []sdk.ReadOnlySpan) traces {
	if len(spans) == 0 {
		return traces{}
	}
	out := scopeSpans{Scope: scope{Name: "steward"}}
	for _, s := range spans {
		out.Spans = append(out.Spans, spanOf(s))
	}
	return traces{ResourceSpans: []resourceSpans{{Resource: attributes{pairs(spans[0].Resource().Attributes())}, ScopeSpans: []scopeSpans{out}}}}
}

func spanOf(s sdk.ReadOnlySpan) span {
	out := span{TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(), Kind: int(s.SpanKind()),
		Start: nanos(s.StartTime()), End: nanos(s.EndTime()), Attributes: pairs(s.Attributes())}
	if s.Parent().HasSpanID() {
		out.Parent = s.Parent().SpanID().String()
	}
	switch s.Status().Code {
	case codes.Ok:
		out.Status.Code = 1
	case codes.Error:
		out.Status.Code = 2
	}
	return out
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func pairs(list []attribute.KeyValue) []keyValue {
	out := make([]keyValue, 0, len(list))
	for _, a := range list {
		value := map[string]any{"stringValue": a.Value.String()}
		switch a.Value.Type() {
		case attribute.INT64:
			value = map[string]any{"intValue": strconv.FormatInt(a.Value.AsInt64(), 10)}
		case attribute.BOOL:
			value = map[string]any{"boolValue": a.Value.AsBool()}
		}
		out = append(out, keyValue{Key: string(a.Key), Value: value})
	}
	return out
}
