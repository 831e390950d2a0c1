package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures of one portal.
type Metrics struct {
	registry *prometheus.Registry
	pages    *prometheus.HistogramVec
}

// New makes the figures; read is asked at each scrape.
func New(read func(context.Context) Figures) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), pages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "steward_page_seconds", Help: "Time until an answer was written, by route.",
		Buckets: []float64{.005, .01, .025, .05, .1, .15, .25, .5, 1, 2.5, 5, 15},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(state{read}, m.pages, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Page counts one answer. route is the pattern, never the address, which names
// workspaces; an address without a route is counted as one.
func (m *Metrics) Page(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
	default:
		method = "other" // a stranger's words would be lines of their own
	}
	m.pages.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Handler serves the figures in Prometheus' text form.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}
