// Package api is the JSON API for programs: /api/v1. It owns one table of
// operations, from which the routes, the OpenAPI document and the page about it
// are made: a report or a kind of request that is added elsewhere is in all
// three by itself.
//
// It says what the pages say and asks what their forms ask, through the same
// desk, reports and checks, which package web lends it (Site). Who may do what
// is the guard's and package auth's question. A program asks and watches; there
// is no operation that decides, and no action of such an operation is one that
// a token can be made for.
package api
