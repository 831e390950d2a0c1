// Package sitetest attacks the whole site: the real pages, guard, sign-in and
// database, wired as the program wires them, with two tenants. Its tests walk
// the router, so that a new page is tried the day it is added: who may see
// what, forged forms, scripts and formulas in what a tenant tells, requests
// that make no sense, names that must not leave their scope, and a secret that
// must not appear anywhere. It owns no code of the program.
//
// STEWARD_LONG=1 tries everything; without it the tests take samples of the
// slow parts. docs/security.md has the figures of the last long run.
package sitetest
