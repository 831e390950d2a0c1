// Package tracing sends what the portal does, and how long each part took, to a
// collector of OpenTelemetry: a page, a scan, the step of a run, and the calls to
// Microsoft in them. It owns the sending; spans are begun where the work is, with
// the provider that the context carries.
//
// A span holds routes, operations, statuses and Microsoft's request ids. It holds
// no address, no body and no name, neither of a person nor from a tenant: a
// collector is read by people who may see none of these. Microsoft is not told the
// ids of traces.
//
// The exporter is our own: the one of OpenTelemetry for OTLP over HTTP brings all
// of gRPC into the program, for one POST of JSON.
package tracing
