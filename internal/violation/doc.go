// Package violation owns what becomes of a finding over time: its identity,
// its states and who may change them, how a scan's findings are reconciled
// with what was known before, and waivers. It computes and decides nothing
// else: no I/O, no clock, no SQL. Rules and verdicts are internal/policy's,
// rows internal/db's, and who may triage is internal/auth's.
//
// A violation is one rule failing on one object, for as long as both exist:
//
//	             ┌──────────── person ────────────┐
//	(raised) → open ⇄ in progress → false positive │
//	             │  ⇅ waiver approved / ended      │
//	             │ waived                          │
//	             └───── scan: resolved ⇄ reopened (open or waived)
//
// Only a scan that saw the object resolves or reopens. An object that was not
// seen, and a verdict that came out unknown, leave everything as it was. A
// waived violation is accepted, not mended: it never counts as passing.
package violation
