// Package web owns the portal's pages over HTTP: the table of routes, one file
// per page, rendering, and how an error becomes a page. It reads through a
// read-only database handle and asks others to act; it writes nothing itself
// and never talks to Power BI. Who may come in and what they may do is decided
// by package auth and held by package guard.
//
// A handler binds the request, calls, renders; it returns its error, and
// serveError picks the status, logs once and shows the sentence.
//
// # How to add a page
//
//  1. A view struct and a template in web/templates (see package ui).
//  2. A handler here, in a file named after the page.
//  3. A line in the table of routes.go with the action it needs, and one in
//     the permit table if the action is new. A route without an action breaks
//     the tests.
package web
