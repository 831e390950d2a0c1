// Package request owns what people ask for: the kinds of requests with their
// forms, the plan a request becomes, the plan's canonical bytes and hash, its
// risk, the approval rules, and the moves a request may make. It does no I/O,
// has no clock and knows no SQL: facts of the tenant come in as an Estate, time
// as an argument. Who writes requests down is internal/desk's business, who
// carries plans out internal/fulfil's, what a rule says of the outcome
// internal/policy's.
//
// A request moves so:
//
//	               edited, asked back, rules changed, target drifted
//	        ┌──────────────────────────────┬─────────────────────┐
//	        ▼                              │                     │
//	     ┌───────┐  submit            ┌─────────┐  enough   ┌──────────┐  start  ┌─────────┐
//	───▶ │ draft │ ─────────────────▶ │ pending │ ────────▶ │ approved │ ──────▶ │ running │
//	     └───────┘                    └─────────┘           └──────────┘         └─────────┘
//	        │ withdraw                 │   │   │ 72 h         │   │ 24 h          │   │   │
//	        ▼                 withdraw │   │   └──────────┐   │   │               ▼   │   ▼
//	   withdrawn ◀─────────────────────┘   │ reject       ▼   │   └▶ expired     done │ cancelled
//	                                       ▼           expired│                       ▼
//	                                    rejected              └▶ withdrawn          failed
//
// Done, failed, cancelled, rejected, withdrawn and expired are final. Nothing
// but a decision makes a request approved, and whoever asked, gains by it, or
// edited it last is not among those who decide.
//
// Page, hash and execution use one struct, Plan: what an approver reads is
// decoded from the bytes that are hashed, and the same bytes are carried out.
package request
