package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"steward/internal/fault"
)

// Hash is the hash of an entry and of everything before it.
type Hash [sha256.Size]byte

// String returns the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads a hash from hex. Invalid when it is none.
func ParseHash(text string) (Hash, error) {
	var h Hash
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(h) {
		return h, fault.New(fault.Invalid, "A hash must be 64 hexadecimal digits.")
	}
	copy(h[:], raw)
	return h, nil
}

// Record is an entry as it is stored: numbered, in canonical form, hashed.
type Record struct {
	// Seq counts from 1 without gaps.
	Seq int64
	// Hash ties the entry to all before it.
	Hash Hash
	// Body is the canonical form.
	Body []byte
}

// Entry reads the record's body.
func (r Record) Entry() (Entry, error) { return Parse(r.Body) }

// Follows reports whether the record fits its hash and the hash before it.
func (r Record) Follows(prev Hash) bool { return link(prev, r.Seq, r.Body) == r.Hash }

// Genesis returns the hash before the first entry. It holds the database's id,
// so that entries of one database do not fit into another.
func Genesis(database string) Hash {
	return sha256.Sum256([]byte("steward ledger 1\n" + database))
}

// Seal makes the record that follows prev.
func Seal(prev Hash, seq int64, e Entry) (Record, error) {
	body, err := Canonical(e)
	if err != nil {
		return Record{}, err
	}
	return Record{Seq: seq, Hash: link(prev, seq, body), Body: body}, nil
}

func link(prev Hash, seq int64, body []byte) Hash {
	d := sha256.New()
	d.Write(prev[:])
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(seq)) //nolint:gosec // the bits are what is hashed, the sign does not matter
	d.Write(n[:])
	d.Write(body)
	return Hash(d.Sum(nil))
}
