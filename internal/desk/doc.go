// Package desk owns every write that a person makes: one verb a function, one
// transaction each, with its ledger entries in the same transaction. It asks
// again who may do it to this object, whatever the page asked before. It reads
// for pages nothing, and talks to no one outside.
//
// Rules is where people decide about rules and violations, Desk where they ask
// for changes of the tenant and agree to them: drafting, editing, submitting,
// approving, rejecting, asking back, commenting, withdrawing, delegating, and
// the sweeps that let requests fall. What a request is, what a plan holds and
// who may decide is internal/request's. An approved request is picked up by
// internal/fulfil; the desk never talks to Power BI.
//
// Everything slow is read before the transaction: the tenant, the rules'
// verdict, who belongs to which group. What could change in between is compared
// again inside it (state, version, plan hash, parties), and the triggers of the
// database hold the same rules once more.
package desk
