package world

import "time"

// Settings lists the tenant settings at t.
func (w *World) Settings(t time.Time) []Setting { return nil }

// Overrides lists the delegated overrides of one scope at t.
func (w *World) Overrides(scope OverrideScope, t time.Time) []Override { return nil }

// Activity lists the log's events created in the given UTC hour (0..23) of a
// day that are available at t, in the order the log gives them, which is not
// quite the order of time.
func (w *World) Activity(day time.Time, hour int, t time.Time) []Event { return nil }

// Changes lists what truly happened in (from, to], in order of time.
func (w *World) Changes(from, to time.Time) []Change { return nil }

// Summary counts the tenant at t. It builds every workspace.
func (w *World) Summary(t time.Time) Summary { return Summary{} }
