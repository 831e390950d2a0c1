package config

import "steward/internal/secret"

// Tracing says where traces of OpenTelemetry go.
type Tracing struct {
	// Endpoint takes OTLP over HTTP as JSON, such as
	// https://collector.example.com:4318/v1/traces. Without it nothing is traced.
	Endpoint string `yaml:"endpoint"`
	// Token is sent to it as a bearer token.
	Token secret.Ref `yaml:"token"`
	// Share is the part of all traces that is sent; 1 when zero.
	Share float64 `yaml:"share"`
}

// Part returns the share, with the default.
func (t Tracing) Part() float64 {
	if t.Share == 0 {
		return 1
	}
	return t.Share
}

func (t Tracing) check() error {
	if t.Endpoint == "" {
		if t != (Tracing{}) {
			return invalid("tracing.endpoint", "the collector's address is missing. Write https://collector.example.com:4318/v1/traces.")
		}
		return nil
	}
	if t.Share < 0 || t.Share > 1 {
		return invalid("tracing.share", "%v is not a part of all traces. Write a number above 0 up to 1, such as 0.1.", t.Share)
	}
	return checkURL("tracing.endpoint", t.Endpoint, true)
}
