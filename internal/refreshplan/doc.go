// Package refreshplan is the graph of a refresh plan: its nodes, what must come
// before what, the conditions and gates, and the decision what may start next
// given what is known. It has no I/O and no clock: internal/fulfil carries a
// plan out, internal/db keeps it.
//
// A node moves so; each arrow is decided by Next and by nothing else:
//
//	        upstream ended, limits allow
//	waiting ───────────────▶ asking ──yes──▶ starting ──▶ running ──▶ checking ──▶ done
//	  │ │                       │ no            │ busy       │ failed    │ gate
//	  │ └─ upstream lost ▶ lost │               ▼            ▼           ▼ refused
//	  │                         ▼             waiting     retrying ◀─────┘
//	  └─ condition not met ▶ skipped                         │ no retries left
//	                                                         ▼
//	                                                      failed
//
// A node is critical unless the plan says otherwise. When a critical one fails,
// everything that depends on it, however far down, is lost: it is not refreshed,
// and its reason names what failed. What depends on a node that is not critical
// goes on with that node's older data.
package refreshplan
