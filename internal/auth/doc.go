// Package auth owns who is signed in and what they may do: sign-in through an
// OpenID Connect provider, sessions, roles with their scopes, and the one table
// of who may do what. It does not know pages or routes (internal/web binds
// routes to actions), and its SQL is internal/db's.
//
// A sign-in goes
//
//	Begin ──► provider ──► Complete ──► session
//	  │ state, nonce, PKCE verifier kept here,    │ idle 30 min, absolute 8 h,
//	  │ bound to the browser by a cookie,         │ roles read again within 15 min
//	  │ single use, ten minutes                   ▼
//	  └───────── also for StepUp and Renew   Lookup on each request
//
// A person's key is (directory, object id) for Entra ID and (issuer, subject)
// for any other provider; an e-mail address is for reading only. Every refusal
// and every change of a session has one entry in the ledger.
//
// Roles are read again without storing anything that could be stolen from the
// database: a refresh token, where the provider gives one, lives in memory
// only. Without it (after a restart, or from providers that give none) the next
// GET goes through the provider once with prompt=none and comes back.
package auth
