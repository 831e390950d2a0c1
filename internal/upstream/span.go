package upstream

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// begin begins the span of one try, below the span of what it is made for and
// with its provider; it is none when that is not traced. Nothing of it is sent to
// the service.
func begin(ctx context.Context, op Operation) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer("steward/upstream").Start(ctx, op.Name, trace.WithSpanKind(trace.SpanKindClient))
}

// end ends it with what OnCall is told: the operation and not the address.
func end(span trace.Span, call Call) {
	span.SetAttributes(attribute.Int("http.response.status_code", call.Status), attribute.String("microsoft.request_id", call.RequestID),
		attribute.Int("http.request.resend_count", call.Try-1), attribute.Int64("http.response.body.size", call.Bytes))
	if call.Status < 200 || call.Status > 299 {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
