// Package refresh gives refreshes their meaning: how a history reads as health
// (success, duration, drift, causes of failure), what to advise, where
// schedules pile up and how to spread them. It has no I/O and no clock. Which
// models go in which order belongs to internal/refreshplan.
package refresh
