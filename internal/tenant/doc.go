// Package tenant owns the words for what a Power BI tenant holds: workspace,
// item, grant, principal, group membership, capacity, domain, pipeline, app,
// refreshable, setting, link, activity event; and what it means that two of
// them differ. It has no I/O, no clock, no SQL and no wire format: the scan
// fills these types from Microsoft's answers, the database keeps them, rules
// and pages read them.
//
// Three conventions hold everywhere here:
//
//   - Ids are lower-case. Most are GUIDs, but a dataset id need not be one, so
//     ids are strings and nothing parses them.
//   - Unknown is never the same as empty. Where Microsoft may leave something
//     out because it was not asked for or not allowed, the field is a pointer
//     or has a …Known flag beside it.
//   - A kind, state or right that we do not know is kept as Microsoft spelt it.
package tenant
