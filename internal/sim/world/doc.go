// Package world is the state of the pretend Power BI tenant behind the
// stand-in: one company with its people, groups, workspaces, items, pipelines,
// capacities, settings and its activity log.
//
// The tenant has lived. What it looked like at a moment t is a pure function
// of (Config, t): nothing is stored for it, every object is computed when it
// is asked for, so that a tenant of 100,000 workspaces costs no more memory
// than one of 400, and time goes on after "now" without anybody driving it.
// On top of that lies an overlay: what callers changed through the API, from
// the moment on at which they changed it. A past moment never sees it.
//
// The package owns the meaning and knows no wire format: spelling of keys,
// upper-case ids, zone-less dates, sentinel years, paging, rate limits and
// permission checks belong to the HTTP side. Identifiers are lower-case here.
// It imports nothing of ours, and keeps no clock: every question carries t.
package world
