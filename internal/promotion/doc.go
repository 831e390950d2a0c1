// Package promotion knows what moving content between stages means: the stages
// of a pipeline with their items and pairs, how two stages differ, in which
// order items go, what has to be true before a deployment (the pre-flight),
// what a deployment touches downstream, and which mappings a target needs
// afterwards. It has no I/O and no clock: facts come in, answers go out. What
// is asked and agreed belongs to internal/request, what is sent to
// internal/fulfil.
package promotion
