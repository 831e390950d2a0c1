// Package policy owns what a rule is: packs of rules in YAML, conditions in
// CEL over typed facts, the verdict of a rule on one object, and the packs that
// are built in. It does no I/O beyond the embedded packs: files come in as an
// fs.FS, facts as Go values. Where the facts come from is the business of
// internal/db and internal/evaluate; what becomes of a finding over time is
// internal/violation's.
//
// A rule reads the facts of one object of one kind:
//
//	scope      which objects the rule is about; CEL, absent means all
//	condition  what must be true of them; CEL
//
// and answers one of four things: pass, fail, unknown or out of scope. Unknown
// is decided by the facts, not by the author of the rule: a fact nobody could
// tell is an Answer without Known, every expression that needs it becomes
// unknown by the three-valued logic of CEL (false && unknown is false, true &&
// unknown is unknown), and a verdict that comes out unknown says which facts
// were missing. There is no way to ask whether a fact is known, so that no rule
// can turn an unknown into a pass. A rule that fails while it runs (a missing
// map key, a division by zero, a spent cost limit) is unknown too.
//
// One rule serves two moments: the scan's facts, and the facts of a workspace,
// grant or promotion that a request would create (Planned is true then, and
// what cannot be foretold is unknown).
package policy
