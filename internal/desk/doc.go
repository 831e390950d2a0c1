// Package desk owns every write that a person makes: one verb a function, one
// transaction each, with its ledger entries in the same transaction. It asks
// again who may do it to this object, whatever the page asked before. It reads
// for pages nothing, and talks to no one outside.
package desk
