package ledger

import (
	"bytes"
	"fmt"
	"iter"
	"sort"
	"strconv"
)

// Identity says which ledger is looked at.
type Identity struct {
	// Database is the id that the first hash is made from.
	Database string
	// Epoch counts the restores of the database, from 1.
	Epoch int64
	// Base is where the ledger begins in this file: after the last entry of the
	// segments that were archived. Zero when nothing was.
	Base Base
}

// Base is the last archived entry.
type Base struct {
	Seq  int64
	Hash Hash
}

// Previous returns the hash before the first entry, and that entry's number.
func (id Identity) Previous() (Hash, int64) {
	if id.Base.Seq == 0 {
		return Genesis(id.Database), 1
	}
	return id.Base.Hash, id.Base.Seq + 1
}

// Flaw is the kind of a Problem.
type Flaw string

// What can be wrong with a ledger.
const (
	Changed    Flaw = "changed"    // an entry does not fit its hash or its predecessor
	Missing    Flaw = "missing"    // numbers are left out
	Disordered Flaw = "disordered" // a number comes twice or goes back
	Truncated  Flaw = "truncated"  // a checkpoint vouches for more entries
	Rewritten  Flaw = "rewritten"  // the chain holds, but is another than the one that was vouched for
	RolledBack Flaw = "rolled_back"
	Foreign    Flaw = "foreign" // a checkpoint of another database
)

// Problem is one thing wrong, with the first entry it concerns.
type Problem struct {
	Seq      int64
	Flaw     Flaw
	Sentence string
}

// Verdict is what a check found.
type Verdict struct {
	// Entries counts what was read; First and Last are its numbers.
	Entries, First, Last int64
	// Head is the hash of the last entry.
	Head Hash
	// Checkpoints counts those that were compared.
	Checkpoints int
	// Covered is the number of the last entry a checkpoint vouches for: what is
	// after it could be cut off without a trace.
	Covered int64
	// Problems are in the order of the entries; at most maxProblems are kept.
	Problems []Problem
	// Notices are recorded events a reader must know of, such as a restore
	// after which earlier entries were given up.
	Notices []string
}

// OK reports whether nothing is wrong.
func (r Verdict) OK() bool { return len(r.Problems) == 0 }

// maxProblems bounds the report of a ledger that is wrong everywhere.
const maxProblems = 100

// checker walks the records once and keeps what the checkpoints need.
type checker struct {
	Verdict
	prev    Hash
	next    int64
	wanted  map[int64]bool // numbers of checkpoints
	found   map[int64]Hash
	restore []restored
	base    Base // the last archive that an entry tells of
}

// restored is a recorded restore: from its number on, a new epoch holds.
type restored struct{ seq, epoch int64 }

// Verify reads all records in the order they are stored and compares them with
// the chain and with the checkpoints, whose signatures OpenCheckpoint has
// already checked. The error is of the reading, never of what was found.
func Verify(id Identity, records iter.Seq2[Record, error], checkpoints []Checkpoint) (Verdict, error) {
	prev, first := id.Previous()
	return verifyFrom(id, prev, first, records, checkpoints)
}

// verifyFrom checks a part of the ledger that begins after prev.
func verifyFrom(id Identity, prev Hash, first int64, records iter.Seq2[Record, error], checkpoints []Checkpoint) (Verdict, error) {
	c := &checker{prev: prev, next: first, wanted: map[int64]bool{}, found: map[int64]Hash{first - 1: prev}}
	c.First, c.Last, c.Head = first, first-1, prev
	for _, cp := range checkpoints {
		c.wanted[cp.Seq] = true
	}
	for r, err := range records {
		if err != nil {
			return c.Verdict, fmt.Errorf("verify ledger after entry %d: %w", c.Last, err)
		}
		c.record(r)
	}
	if id.Base.Seq > 0 && id.Base != c.base {
		c.problem(id.Base.Seq, Missing, "Entries up to %d are not here, and no entry says that they were archived.", id.Base.Seq)
	}
	for _, cp := range checkpoints {
		c.checkpoint(id, first, cp)
	}
	sort.SliceStable(c.Problems, func(i, j int) bool { return c.Problems[i].Seq < c.Problems[j].Seq })
	return c.Verdict, nil
}

func (c *checker) record(r Record) {
	switch {
	case r.Seq > c.next:
		c.problem(c.next, Missing, "%s missing: the ledger goes from %d to %d.", span(c.next, r.Seq-1), c.next-1, r.Seq)
	case r.Seq < c.next:
		c.problem(r.Seq, Disordered, "Entry %d comes after entry %d: it was inserted, doubled or moved.", r.Seq, c.next-1)
	}
	if link(c.prev, r.Seq, r.Body) != r.Hash {
		c.problem(r.Seq, Changed, "Entry %d does not fit its hash: it, its hash or the entry before it was changed or removed.", r.Seq)
	}
	c.Entries++
	// Going on from the stored hash finds each later problem by itself.
	c.prev, c.Head, c.Last = r.Hash, r.Hash, max(c.Last, r.Seq)
	c.next = max(c.next, r.Seq+1)
	if c.wanted[r.Seq] {
		c.found[r.Seq] = r.Hash
	}
	if bytes.Contains(r.Body, []byte(`"action":"`+LedgerArchive+`"`)) {
		if e, err := r.Entry(); err == nil && e.Outcome == Done {
			seq, _ := strconv.ParseInt(e.Details[Sequence], 10, 64)
			hash, err := ParseHash(e.Details[Head])
			if err == nil && seq > c.base.Seq && seq < r.Seq {
				c.base = Base{seq, hash}
				c.Notices = append(c.Notices, fmt.Sprintf("Entries up to %d were archived, as entry %d says; the file has the SHA-256 %s.", seq, r.Seq, e.Details[SHA256]))
			}
		}
	}
	if bytes.Contains(r.Body, []byte(`"action":"`+LedgerEpoch+`"`)) {
		if e, err := r.Entry(); err == nil {
			epoch, _ := strconv.ParseInt(e.Details[Epoch], 10, 64)
			c.restore = append(c.restore, restored{r.Seq, epoch})
		}
	}
}

func (c *checker) checkpoint(id Identity, first int64, cp Checkpoint) {
	if cp.Database != id.Database {
		c.problem(cp.Seq, Foreign, "The checkpoint of %s is of another database (%s).", FormatTime(cp.Time), cp.Database)
		return
	}
	c.Checkpoints++
	if cp.Seq < first-1 {
		return // before the part that is looked at
	}
	if cp.Epoch > id.Epoch {
		c.problem(cp.Seq, RolledBack, "The checkpoint of %s is of epoch %d, the ledger of epoch %d: an older file was put back.", FormatTime(cp.Time), cp.Epoch, id.Epoch)
		return
	}
	if at, ok := c.givenUp(cp); ok {
		c.Notices = append(c.Notices, fmt.Sprintf("%s of epoch %d, vouched for at %s, were given up by the restore recorded as entry %d.",
			span(at.seq, cp.Seq), cp.Epoch, FormatTime(cp.Time), at.seq))
		return
	}
	have, ok := c.found[cp.Seq]
	switch {
	case !ok && cp.Seq > c.Last:
		c.problem(c.Last+1, Truncated, "%s missing at the end: the checkpoint of %s vouches for %d entries.", span(c.Last+1, cp.Seq), FormatTime(cp.Time), cp.Seq)
	case !ok:
		c.problem(cp.Seq, Missing, "Entry %d, which the checkpoint of %s vouches for, is missing.", cp.Seq, FormatTime(cp.Time))
	case have != cp.Hash:
		c.problem(cp.Seq, Rewritten, "Entry %d or one before it is not what the checkpoint of %s vouches for: the ledger was rewritten, or an older file was put back and continued.", cp.Seq, FormatTime(cp.Time))
	default:
		c.Covered = max(c.Covered, cp.Seq)
	}
}

// givenUp finds the recorded restore that explains why a checkpoint of an
// earlier epoch vouches for entries that are no longer there.
func (c *checker) givenUp(cp Checkpoint) (restored, bool) {
	for _, r := range c.restore {
		if r.epoch > cp.Epoch && r.seq <= cp.Seq {
			return r, true
		}
	}
	return restored{}, false
}

func (c *checker) problem(seq int64, flaw Flaw, format string, args ...any) {
	if len(c.Problems) < maxProblems {
		c.Problems = append(c.Problems, Problem{Seq: seq, Flaw: flaw, Sentence: fmt.Sprintf(format, args...)})
	}
}

func span(from, to int64) string {
	if from >= to {
		return fmt.Sprintf("Entry %d is", from)
	}
	return fmt.Sprintf("Entries %d to %d are", from, to)
}
