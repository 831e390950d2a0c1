// Package ledger owns the record of who did what: which fields an entry has,
// its one canonical form, the chain of hashes that ties each entry to all
// before it, the signed checkpoints that tie the chain to a moment, and the
// checks over all of these. It does no I/O: internal/db stores entries,
// internal/witness carries checkpoints to a second place.
//
//	hash(n) = SHA-256( hash(n-1) ‖ n as 8 bytes ‖ canonical JSON of entry n )
//	hash(0) = SHA-256( "steward ledger 1\n" ‖ database id )
//
// What the chain alone shows: an entry that was edited, removed, inserted,
// swapped or moved. What it cannot show: a tail that was cut off, an older
// file put back, or a chain computed anew by someone who has the file and the
// patience. A checkpoint kept elsewhere shows these too, because it says, under
// a signature, "at this moment entry n was there and had this hash".
//
// The fields of an entry are an allow-list with a class for each. A field or a
// detail without a class is not recorded, and a test fails.
package ledger
