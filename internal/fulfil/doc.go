// Package fulfil carries out what was agreed: it makes each write of a plan in
// the tenant once, whatever crashes. What a plan is belongs to
// internal/request, who agreed to internal/desk, when a run goes on to
// internal/workflow; the rows are internal/db's.
//
// Each write goes through four moves, and each arrow out of a box is one
// transaction with its entry in the ledger:
//
//	ready ──T1──▶ intent ──look, then one write──T2──▶ done
//	  ▲             │                                  failed
//	  │             │ not sent, or refused for now     settling ──poll──▶ done, failed
//	  ├─────────────┘
//	  │             │ no answer, broken, 5xx, crash
//	  │             ▼
//	  └─ redo ─ in_doubt ──look after 60 s, 2, 4 … 15 min──▶ done (adopted)
//	                └──▶ a person decides: adopt, redo, stop
//
// T1 locks the target with a rising fence, checks that the agreement, its hash
// and the executor's switch still stand, and writes down what is about to be
// sent. The look that follows reads the target again and compares it with what
// was agreed to; a difference ends the step. T2 is written under T1's fence, so
// a worker that was thought dead cannot write down what it believes.
//
// What was lost is found again by its mark and its name among what the
// executor itself can see. It is sent again only where the plan says that
// this is harmless, and never before it was looked for twice.
//
// When a step fails whose plan says so, what this run did in the same row is
// taken back, newest first, each by a step of its own with the same protocol,
// and only while it is as this run left it.
package fulfil
