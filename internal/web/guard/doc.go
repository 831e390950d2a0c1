// Package guard owns what every request passes before a page sees it: who sent
// it, where from, how much and how often, and whether the table of routes and
// the table of permits let it through. It renders nothing: a refusal is an
// error that the site's error page shows, and StatusOf gives its status.
//
// The order is visible in Attach:
//
//	request id, client ip → recover → headers and nonce → host → size
//	→ origin (non-GET) → session → rate → permit → the page
//
// A route without an entry in the table of routes answers as if it did not
// exist; CheckRoutes makes that a failing test. What is absent and what is
// forbidden give the same answer. Every refusal is recorded, a flood counted.
package guard
