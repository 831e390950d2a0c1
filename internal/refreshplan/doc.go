// Package refreshplan is the graph of a refresh plan: its nodes, what must come
// before what, the conditions and gates, and the decision what may start next
// given what is known. It has no I/O and no clock: internal/fulfil carries a
// plan out, internal/db keeps it.
package refreshplan
