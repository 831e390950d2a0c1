// Package db owns the portal's SQLite file: opening it with the pragmas that
// make a commit durable, its migrations, one writer, a pool of readers, and
// one file per aggregate with the SQL that writes it. It knows the words of
// internal/tenant and the other meaning packages, and nothing of HTTP, Power
// BI's wire format or pages.
//
// There is one *DB per process. Writing goes through DB.Write, which runs a
// function in one immediate transaction on the single writer connection; an
// exported method is one transaction, a lower-case helper takes the *Tx, so
// helpers compose. Reading goes through a *Reader, which cannot write.
//
// History: rows carry from_scan and to_scan. A row is visible at scan S when
// from_scan <= S and (to_scan is null or to_scan > S). View names the scan a
// page reads; View.Visible gives the condition.
package db
