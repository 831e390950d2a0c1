// Package witness carries signed checkpoints of the ledger to a second place
// and says whether that place can be relied on. What an entry is, and how a
// checkpoint is made and checked, is internal/ledger's; storing entries is
// internal/db's.
//
// A checkpoint is written every five minutes and after each privileged step.
// While the second place cannot be written to for more than five minutes, or
// vouches for more than the database holds, Privileged refuses: nothing is
// changed in a tenant that the ledger could later be made to forget. Reading
// goes on.
package witness
