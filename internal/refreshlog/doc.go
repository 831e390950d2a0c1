// Package refreshlog reads how the models and dataflows of a tenant are
// refreshed, and keeps what they come to. Single runs are told only to those
// who have a role in the workspace, so it reads with the executor's
// registration, beside the scan and on a schedule of its own:
//
//	due items (internal/db) → history or transactions (internal/pbi) → runs
//	→ internal/refresh judges → health, causes, days (internal/db)
//
// What the executor may not read is taken from what scans saw: Microsoft's
// summaries of seven days, and events of the activity log. When each item is to
// be read next is in the database, so a restart goes on where it was.
//
// It starts no refresh and changes nothing in the tenant.
package refreshlog
