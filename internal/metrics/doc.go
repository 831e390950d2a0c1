// Package metrics says how the portal itself is doing, in the form Prometheus
// reads. It owns the names of the figures and the page that serves them. It
// does not measure: whoever starts it gives a function that reads the present
// state, and pages report how long they took.
//
// Names of tenants stand in labels; names from a tenant never do.
package metrics
