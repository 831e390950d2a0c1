// Package refreshrun carries refresh plans out: it begins their runs, by the
// clock and after one another, does what internal/refreshplan decides, and
// follows each refresh to its end. What a plan is belongs there, who may begin
// one to internal/desk, when a run goes on to internal/workflow; the rows are
// internal/db's.
//
// Each start of a refresh goes through these moves, and each arrow out of a box
// is one transaction with its entry in the ledger:
//
//	look ──▶ intent ──one POST──▶ running ──poll by request id──▶ done, failed, cancelled
//	           │  │                  ▲
//	           │  └─ not taken on ▶ refused: the node waits, and no try is counted
//	           │ no answer, crash    │
//	           └──▶ in doubt ── look in the history ──▶ found
//	                    └──▶ not there after three looks: refused
//
// Nothing is sent that was not written down, and what was written down without
// an outcome is looked for in the service's own history before anything is sent
// again. Unknown is the service's word for under way.
package refreshrun
