package ledger

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"steward/internal/fault"
)

// exportFormat names the form of an exported ledger.
const exportFormat = "steward-ledger/1"

// maxLine is the longest line of an export, in bytes; an entry is far smaller.
const maxLine = 1 << 20

// Header is the first line of an export.
type Header struct {
	Format string `json:"format"`
	Origin string `json:"origin"`
	// Database and Epoch are the ledger's Identity.
	Database string `json:"database"`
	Epoch    int64  `json:"epoch"`
	// First is the number of the first entry, Previous the hash before it: the
	// genesis when First is 1.
	First    int64  `json:"first"`
	Previous string `json:"previous"`
	Exported string `json:"exported"`
}

// line is any other line: an entry, a checkpoint, or the end.
type line struct {
	Seq        int64           `json:"seq,omitempty"`
	Hash       string          `json:"hash,omitempty"`
	Entry      json.RawMessage `json:"entry,omitempty"`
	Checkpoint string          `json:"checkpoint,omitempty"`
	End        *int64          `json:"end,omitempty"` // how many entries there were
}

// WriteExport writes a ledger as JSON lines: a header, the checkpoints, the entries
// with their bodies byte for byte, and the count. Anyone with the public key
// can check the file with VerifyExport, without the portal.
func WriteExport(w io.Writer, h Header, now time.Time, notes []string, records iter.Seq2[Record, error]) error {
	h.Format, h.Exported = exportFormat, FormatTime(now)
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(h); err != nil {
		return fmt.Errorf("export ledger: %w", err)
	}
	for _, n := range notes {
		if err := enc.Encode(line{Checkpoint: n}); err != nil {
			return fmt.Errorf("export ledger: %w", err)
		}
	}
	var count int64
	for r, err := range records {
		if err != nil {
			return fmt.Errorf("export ledger after %d entries: %w", count, err)
		}
		count++
		if _, err := buf.WriteString(entryLine(r.Seq, r.Hash.String(), r.Body) + "\n"); err != nil {
			return fmt.Errorf("export ledger: %w", err)
		}
	}
	if err := enc.Encode(line{End: &count}); err != nil {
		return fmt.Errorf("export ledger: %w", err)
	}
	return buf.Flush()
}

// entryLine is the one way an entry is written. It does not go through the
// encoder, which would compact and re-escape the body.
func entryLine(seq int64, hash string, body []byte) string {
	return fmt.Sprintf(`{"seq":%d,"hash":"%s","entry":%s}`, seq, hash, body)
}

// VerifyExport checks an exported file offline. public is the ledger's public
// key; notes are checkpoints kept elsewhere, and are what finds a file that was
// cut at its end together with its own checkpoints. Without a public key the
// chain alone is checked.
func VerifyExport(r io.Reader, public string, notes []string) (Header, Verdict, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var h Header
	first, err := readLine(in)
	if err != nil {
		return h, Verdict{}, fault.Wrap(err, fault.Invalid, "The file is not an exported ledger: it has no header.")
	}
	if err := json.Unmarshal(first, &h); err != nil || h.Format != exportFormat {
		return h, Verdict{}, fault.New(fault.Invalid, "The file is not an exported ledger of the form %s.", exportFormat)
	}
	prev, err := ParseHash(h.Previous)
	if err != nil || h.First < 1 {
		return h, Verdict{}, fault.New(fault.Invalid, "The header of the exported ledger does not say where it begins.")
	}
	f := &exportFile{in: in}
	own, err := f.checkpoints()
	if err != nil {
		return h, Verdict{}, err
	}
	cps, bad, notices := OpenCheckpoints(append(own, notes...), public)
	id := Identity{Database: h.Database, Epoch: h.Epoch}
	report, err := verifyFrom(id, prev, h.First, f.records(), cps)
	if err != nil {
		return h, report, err
	}
	report.Problems, report.Notices = append(report.Problems, bad...), append(report.Notices, notices...)
	if h.First == 1 && prev != Genesis(h.Database) {
		report.Problems = append(report.Problems, Problem{Seq: 1, Flaw: Changed, Sentence: "The file says that it begins at entry 1, but not at the beginning of this database's ledger."})
	}
	if f.end == nil || *f.end != report.Entries {
		report.Problems = append(report.Problems, Problem{Seq: report.Last + 1, Flaw: Truncated, Sentence: "The file is cut short: its last line, which counts the entries, is missing or says another number."})
	}
	return h, report, nil
}

// exportFile reads the lines after the header, once.
type exportFile struct {
	in   *bufio.Reader
	held *line // first line that is no checkpoint
	end  *int64
}

func (f *exportFile) next() (*line, error) {
	raw, err := readLine(f.in)
	if err != nil {
		return nil, err
	}
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "A line of the exported ledger cannot be read.")
	}
	// A key that stands there twice, or with other capitals, is read by other
	// programs in other ways: what they see must be what was verified.
	if l.Entry != nil && string(raw) != entryLine(l.Seq, l.Hash, l.Entry) {
		return nil, fault.New(fault.Invalid, "The line of entry %d is not as the portal writes it: another program could read something else in it than was verified.", l.Seq)
	}
	return &l, nil
}

func (f *exportFile) checkpoints() ([]string, error) {
	var notes []string
	for {
		l, err := f.next()
		if errors.Is(err, io.EOF) {
			return notes, nil
		}
		if err != nil {
			return nil, err
		}
		if l.Checkpoint == "" {
			f.held = l
			return notes, nil
		}
		notes = append(notes, l.Checkpoint)
	}
}

func (f *exportFile) records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l := f.held; ; {
			if l != nil {
				if l.End != nil {
					f.end = l.End
					if _, err := readLine(f.in); !errors.Is(err, io.EOF) {
						yield(Record{}, fault.New(fault.Invalid, "The exported ledger goes on after its last line. What stands there is not part of it."))
					}
					return
				}
				hash, err := ParseHash(l.Hash)
				if !yield(Record{Seq: l.Seq, Hash: hash, Body: l.Entry}, err) {
					return
				}
			}
			var err error
			if l, err = f.next(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				yield(Record{}, err)
				return
			}
		}
	}
}

func readLine(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, more, err := in.ReadLine()
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		if len(out) > maxLine {
			return nil, fault.New(fault.Invalid, "A line of the exported ledger is longer than %d bytes.", maxLine)
		}
		if !more {
			return out, nil
		}
	}
}
