package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"steward/internal/fault"
)

// Checkpoint says that at a moment the ledger had an entry with this hash.
type Checkpoint struct {
	// Origin names the ledger and the key: the portal's name.
	Origin string
	// Seq and Hash are those of the last entry; 0 and Genesis when there is none.
	Seq  int64
	Hash Hash
	// Time is when it was made, UTC.
	Time time.Time
	// Database is the id of the database, Epoch its count of restores.
	Database string
	Epoch    int64
	// Binary is the version of the program that made it.
	Binary string
}

// text is the signed part: one fact a line, the first three as in C2SP's
// tlog-checkpoint.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\ndatabase %s\nepoch %d\nbinary %s\n",
		c.Origin, c.Seq, base64.StdEncoding.EncodeToString(c.Hash[:]), FormatTime(c.Time), c.Database, c.Epoch, oneLine(c.Binary))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), "_") }

// GenerateKey makes a new signing key for a ledger of the given origin. The
// first text is the secret, the second the public key to hand to auditors.
func GenerateKey(random io.Reader, origin string) (private, public string, err error) {
	private, public, err = note.GenerateKey(random, origin)
	if err != nil {
		return "", "", fmt.Errorf("make a signing key: %w", err)
	}
	return private, public, nil
}

// Signer signs checkpoints with one Ed25519 key.
type Signer struct {
	signer note.Signer
	public string
}

// NewSigner reads a key as GenerateKey makes it. The error never repeats it.
func NewSigner(private string) (*Signer, error) {
	private = strings.TrimSpace(private)
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The ledger's signing key is not a key of this portal. It begins with PRIVATE+KEY+ and is made by this program.")
	}
	// Five fields; the last is base64 and may itself contain a plus sign.
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(private, "+", 5)[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, fault.New(fault.Invalid, "The ledger's signing key cannot be read.")
	}
	key, ok := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, fault.New(fault.Internal, "The ledger's signing key has no public half.")
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), key)
	if err != nil {
		return nil, fmt.Errorf("public half of the signing key: %w", err)
	}
	return &Signer{signer: signer, public: public}, nil
}

// Public returns the public key, for auditors.
func (s *Signer) Public() string { return s.public }

// Origin returns the name in the key, which a checkpoint must carry.
func (s *Signer) Origin() string { return s.signer.Name() }

// Sign returns the checkpoint as a signed note (text, blank line, signature).
func (s *Signer) Sign(c Checkpoint) (string, error) {
	c.Origin = s.signer.Name()
	msg, err := note.Sign(&note.Note{Text: c.text()}, s.signer)
	if err != nil {
		return "", fmt.Errorf("sign checkpoint of entry %d: %w", c.Seq, err)
	}
	return string(msg), nil
}

// OpenCheckpoint reads a signed note and believes it only under the public
// key. Denied when the signature is not of that key.
func OpenCheckpoint(msg, public string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return Checkpoint{}, fault.New(fault.Invalid, "The public key cannot be read. It has the form NAME+HASH+KEY.")
	}
	n, err := note.Open([]byte(msg), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fault.Wrap(err, fault.Denied, "A checkpoint is not signed by this key.")
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != verifier.Name() {
		return Checkpoint{}, fault.New(fault.Denied, "A checkpoint of %q is signed with the key of %q.", c.Origin, verifier.Name())
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := fault.New(fault.Invalid, "A checkpoint cannot be read.")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 7 {
		return Checkpoint{}, bad
	}
	c := Checkpoint{Origin: lines[0]}
	raw, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(raw) != len(c.Hash) {
		return Checkpoint{}, bad
	}
	copy(c.Hash[:], raw)
	if c.Seq, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Seq < 0 {
		return Checkpoint{}, bad
	}
	for _, line := range lines[3:] {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "time":
			c.Time, err = time.Parse(timeForm, value)
		case "database":
			c.Database = value
		case "epoch":
			c.Epoch, err = strconv.ParseInt(value, 10, 64)
		case "binary":
			c.Binary = value
		}
		if err != nil {
			return Checkpoint{}, bad
		}
	}
	return c, nil
}

// SplitNotes cuts a file of appended checkpoints into single notes. A note cut
// short (a crash while writing) is returned as it is, and is Torn.
func SplitNotes(text string) []string {
	var notes []string
	var cur strings.Builder
	blank, signed := false, false
	flush := func() {
		if cur.Len() > 0 {
			notes = append(notes, cur.String())
		}
		cur.Reset()
		signed = false
	}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			blank = true
			continue
		}
		isSig := strings.HasPrefix(line, "— ")
		if !isSig && (blank || signed) {
			flush() // a blank line is followed by signatures, or by another note
		}
		if isSig && !signed {
			cur.WriteString("\n")
		}
		signed, blank = isSig, false
		cur.WriteString(line)
	}
	flush()
	return notes
}

// Torn reports whether a note was cut short before its signature.
func Torn(msg string) bool { return !strings.Contains(msg, "\n— ") || !strings.HasSuffix(msg, "\n") }

// OpenCheckpoints opens every note under the public key. Notes that are not of
// that key come back as problems; torn ones as notices, because a crash makes
// them too and each has a whole copy in the database. Without a public key
// nothing can be believed, and nothing is.
func OpenCheckpoints(notes []string, public string) (cps []Checkpoint, bad []Problem, notices []string) {
	if public == "" {
		return nil, nil, nil
	}
	for _, n := range notes {
		if Torn(n) {
			notices = append(notices, "A checkpoint was cut short while it was written and is not used.")
			continue
		}
		cp, err := OpenCheckpoint(n, public)
		if err != nil {
			bad = append(bad, Problem{Flaw: Foreign, Sentence: fault.Sentence(err)})
			continue
		}
		cps = append(cps, cp)
	}
	return cps, bad, notices
}

// LostCheckpoints compares the copies in the database with what the second
// place still has, and returns a problem for each that is gone there. Copies
// from before the place's first checkpoint are not missed: the place may be new.
func LostCheckpoints(kept, elsewhere []Checkpoint) []Problem {
	if len(elsewhere) == 0 {
		return nil
	}
	first, have := elsewhere[0].Time, make(map[Checkpoint]bool, len(elsewhere))
	for _, c := range elsewhere {
		have[c] = true
	}
	var out []Problem
	for _, c := range kept {
		if !c.Time.Before(first) && !have[c] {
			out = append(out, Problem{Seq: c.Seq, Flaw: Missing, Sentence: fmt.Sprintf("The checkpoint of %s (entry %d) is gone from the second place.", FormatTime(c.Time), c.Seq)})
		}
	}
	return out
}
