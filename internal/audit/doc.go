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
//
// To add a report: write a function that returns a *Report, beside its like;
// give every column a title, a kind, and what a missing value means; name the
// indexes that its orders follow in paths, and a new one in a migration where
// there is none; say in scope what a reader with limits may see; add it to
// build, and a case with the rows you expect to the tests. The page, the
// exports and the command follow by themselves. The tests ask SQLite how it
// would answer each order and filter, page through it both ways, read its
// exports back, and look for names outside a reader's scope.
//
// Exports read within one transaction and hold one reading connection for as
// long as their reader takes.
package audit
