// Package remote talks to a portal that runs elsewhere, through its API: it is
// what the command line's request verbs stand on. It owns sending, trying again
// and waiting; it knows no Power BI and decides nothing.
//
// Nothing is asked for twice: a GET may be tried again, a request is made under
// a key of the caller's under which the portal makes it once, and anything else
// is sent again only when the portal said that it has not done it (429, 503).
package remote
