// Package audit owns the reports: for each the question it answers, its
// columns with their units, its filters, the orders it can be read in and its
// SQL. One definition serves the page, the CSV, the XLSX and the JSON, so they
// cannot disagree. It also owns the detail views that are not lists (overview,
// lineage, effective access) and the one CSV writer of the code base.
//
// It reads through db.Reader and never writes. It knows nothing of HTTP or
// templates: a page asks for a Page of rows and renders them; a command asks
// for an export.
//
// Every query takes a db.View (which tenant, as which scan saw it) and a
// db.Scope (which workspaces the reader may see). Both are part of the text of
// every statement by construction: see expander.
//
// How a list is read: the main query walks one table in the order of an index
// and yields keys; names behind the keys (the workspace's, the principal's …)
// are looked up in batches and cached. So a page costs a few index probes, an
// export of millions of rows keeps memory flat, and nothing is ever sorted.
package audit
