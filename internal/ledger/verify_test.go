package ledger

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const database = "9f2c"

var identity = Identity{Database: database, Epoch: 1}

func chain(tb testing.TB, n int) []Record {
	tb.Helper()
	prev, out := Genesis(database), make([]Record, 0, n)
	for i := 1; i <= n; i++ {
		r, err := Seal(prev, int64(i), Entry{Time: noon.Add(time.Duration(i) * time.Second), Action: SignIn, Outcome: Done, Actor: Actor{Kind: Person, ID: fmt.Sprint(i)}})
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, r)
		prev = r.Hash
	}
	return out
}

func seq(rs []Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func at(rs []Record, n int) Checkpoint {
	cp := Checkpoint{Origin: "steward", Hash: Genesis(database), Time: noon, Database: database, Epoch: 1, Binary: "test"}
	if n > 0 {
		cp.Seq, cp.Hash = rs[n-1].Seq, rs[n-1].Hash
	}
	return cp
}

func reseal(tb testing.TB, rs []Record, from int) {
	tb.Helper()
	prev := Genesis(database)
	if from > 0 {
		prev = rs[from-1].Hash
	}
	for i := from; i < len(rs); i++ {
		rs[i].Seq = int64(i + 1)
		rs[i].Hash = link(prev, rs[i].Seq, rs[i].Body)
		prev = rs[i].Hash
	}
}

// tamper is one way of bending the record; alone says that the chain shows it
// without a checkpoint.
type tamper struct {
	name  string
	alone bool
	apply func(tb testing.TB, rs []Record, i int) []Record
}

func edited(r Record) Record {
	r.Body = bytes.Clone(r.Body)
	r.Body[len(r.Body)/2] ^= 1
	return r
}

var tampers = []tamper{
	{"flip a bit", true, func(_ testing.TB, rs []Record, i int) []Record { rs[i] = edited(rs[i]); return rs }},
	{"flip a bit of the hash", true, func(_ testing.TB, rs []Record, i int) []Record { rs[i].Hash[3] ^= 4; return rs }},
	{"delete", true, func(_ testing.TB, rs []Record, i int) []Record { return slices.Delete(rs, i, i+1) }},
	{"insert a copy", true, func(_ testing.TB, rs []Record, i int) []Record { return slices.Insert(rs, i, rs[i]) }},
	{"insert and renumber", true, func(_ testing.TB, rs []Record, i int) []Record {
		rs = slices.Insert(rs, i, edited(rs[i]))
		for j := range rs {
			rs[j].Seq = int64(j + 1)
		}
		return rs
	}},
	{"swap with the next", true, func(_ testing.TB, rs []Record, i int) []Record {
		j := (i + 1) % len(rs)
		rs[i], rs[j] = rs[j], rs[i]
		return rs
	}},
	{"swap the bodies", true, func(_ testing.TB, rs []Record, i int) []Record {
		j := (i + 1) % len(rs)
		rs[i].Body, rs[j].Body = rs[j].Body, rs[i].Body
		return rs
	}},
	{"truncate", false, func(_ testing.TB, rs []Record, i int) []Record { return rs[:i] }},
	{"truncate and go on", false, func(tb testing.TB, rs []Record, i int) []Record {
		rs[i] = edited(rs[i])
		reseal(tb, rs, i)
		return rs
	}},
	{"edit and compute anew", false, func(tb testing.TB, rs []Record, i int) []Record {
		rs[i] = edited(rs[i])
		reseal(tb, rs, i)
		return rs
	}},
}

func TestTamperMatrix(t *testing.T) {
	t.Parallel()
	const n = 1000
	step := 37
	if os.Getenv("STEWARD_LONG") != "" {
		step = 1
	}
	good := chain(t, n)
	cps := []Checkpoint{at(good, n), at(good, 500)}
	cases := 0
	for _, tm := range tampers {
		for i := 0; i < n; i += step {
			bent := tm.apply(t, slices.Clone(good), i)
			cases++
			with, err := Verify(identity, seq(bent), cps)
			if err != nil || with.OK() {
				t.Fatalf("%s at %d: not found with the checkpoint (%v)", tm.name, i+1, err)
			}
			without, err := Verify(identity, seq(bent), nil)
			// Removing the last entry is a truncation, whatever it is called.
			alone := tm.alone && !(tm.name == "delete" && i == n-1)
			if err != nil || without.OK() == alone {
				t.Fatalf("%s at %d: without a checkpoint OK = %v, want %v (%v)", tm.name, i+1, without.OK(), !alone, err)
			}
		}
	}
	t.Logf("%d tampered ledgers of %d entries, all found", cases, n)
}

func TestVerifySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := chain(t, 20)
	longer := chain(t, 25)
	for _, tc := range []struct {
		name string
		rs   []Record
		id   Identity
		cps  []Checkpoint
		flaw Flaw
		says string
	}{
		{"gap", slices.Delete(slices.Clone(good), 4, 7), identity, nil, Missing, "Entries 5 to 7 are missing"},
		{"last ones cut", good[:15], identity, []Checkpoint{at(good, 20)}, Truncated, "Entries 16 to 20 are missing at the end"},
		{"all gone", nil, identity, []Checkpoint{at(good, 20)}, Truncated, "Entries 1 to 20 are missing"},
		{"older file", good, identity, []Checkpoint{at(longer, 25)}, Truncated, "vouches for 25"},
		{"other database", good, Identity{Database: "other", Epoch: 1}, nil, Changed, "Entry 1 does not fit"},
		{"checkpoint of another database", good, identity, []Checkpoint{{Database: "other", Time: noon}}, Foreign, "another database"},
		{"file of an earlier epoch", good, identity, []Checkpoint{{Database: database, Epoch: 2, Seq: 3, Time: noon}}, RolledBack, "older file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r, err := Verify(tc.id, seq(tc.rs), tc.cps)
			if err != nil || r.OK() {
				t.Fatalf("not found: %v", err)
			}
			if p := r.Problems[0]; p.Flaw != tc.flaw || !strings.Contains(p.Sentence, tc.says) {
				t.Errorf("first problem = %+v, want %s %q", p, tc.flaw, tc.says)
			}
		})
	}
}

func TestVerifyGood(t *testing.T) {
	t.Parallel()
	good := chain(t, 20)
	r, err := Verify(identity, seq(good), []Checkpoint{at(good, 0), at(good, 7), at(good, 15)})
	if err != nil || !r.OK() {
		t.Fatalf("Verify = %+v, %v", r, err)
	}
	if r.Entries != 20 || r.Last != 20 || r.Covered != 15 || r.Checkpoints != 3 || r.Head != good[19].Hash {
		t.Errorf("report = %+v", r)
	}
	if r, err := Verify(identity, seq(nil), nil); err != nil || !r.OK() || r.Entries != 0 {
		t.Errorf("empty ledger: %+v, %v", r, err)
	}
}

func TestRecordedRestoreIsANotice(t *testing.T) {
	t.Parallel()
	good := chain(t, 20)
	restored := slices.Clone(good[:12])
	r, err := Seal(restored[11].Hash, 13, Entry{Time: noon, Action: LedgerEpoch, Outcome: Done, Actor: Actor{Kind: Command}, Details: map[Detail]string{Epoch: "2"}})
	if err != nil {
		t.Fatal(err)
	}
	restored = append(restored, r)
	report, err := Verify(Identity{Database: database, Epoch: 2}, seq(restored), []Checkpoint{at(good, 10), at(good, 20)})
	if err != nil || !report.OK() {
		t.Fatalf("Verify = %+v, %v", report, err)
	}
	if len(report.Notices) != 1 || !strings.Contains(report.Notices[0], "Entries 13 to 20 are of epoch 1") && !strings.Contains(report.Notices[0], "given up") {
		t.Errorf("notices = %q", report.Notices)
	}
}

// Whatever single change is made to whatever entry of whatever ledger, the
// checkpoint of its end shows it.
func TestAnyChangeIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "entries")
		prev, rs := Genesis(database), []Record(nil)
		for i := 1; i <= n; i++ {
			e := Entry{Time: noon, Action: Export, Outcome: Done, Reason: rapid.String().Draw(t, "reason"), Object: Object{Name: rapid.String().Draw(t, "name")}}
			r, err := Seal(prev, int64(i), e)
			if err != nil {
				t.Fatal(err)
			}
			rs, prev = append(rs, r), r.Hash
		}
		cp := at(rs, n)
		if r, err := Verify(identity, seq(rs), []Checkpoint{cp}); err != nil || !r.OK() {
			t.Fatalf("untouched: %+v %v", r, err)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "which")
		bent := slices.Clone(rs)
		bent[i].Body = bytes.Clone(bent[i].Body)
		bent[i].Body[rapid.IntRange(0, len(bent[i].Body)-1).Draw(t, "byte")] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		if rapid.Bool().Draw(t, "anew") {
			prev := Genesis(database)
			for j := range bent {
				bent[j].Hash = link(prev, bent[j].Seq, bent[j].Body)
				prev = bent[j].Hash
			}
		}
		if r, _ := Verify(identity, seq(bent), []Checkpoint{cp}); r.OK() {
			t.Fatal("not found")
		}
	})
}

func TestCheckpointSignature(t *testing.T) {
	t.Parallel()
	private, public, err := GenerateKey(rand.Reader, "steward.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := NewSigner(private + "\n")
	if err != nil || signer.Public() != public {
		t.Fatalf("NewSigner: %v, public %q want %q", err, signer.Public(), public)
	}
	good := chain(t, 5)
	want := at(good, 5)
	msg, err := signer.Sign(want)
	if err != nil {
		t.Fatal(err)
	}
	want.Origin = "steward.example"
	if got, err := OpenCheckpoint(msg, public); err != nil || got != want {
		t.Errorf("OpenCheckpoint = %+v, %v; want %+v", got, err, want)
	}
	_, other, _ := GenerateKey(rand.Reader, "steward.example")
	if _, err := OpenCheckpoint(msg, other); err == nil {
		t.Error("opens under another key")
	}
	for i := range len(msg) {
		if c, err := OpenCheckpoint(msg[:i]+string(msg[i]^1)+msg[i+1:], public); err == nil && c != want {
			t.Errorf("changed at byte %d it still opens, as %+v", i, c)
		}
	}
}

func TestNotesInAFile(t *testing.T) {
	t.Parallel()
	private, public, err := GenerateKey(rand.Reader, "steward")
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := NewSigner(private)
	rs := chain(t, 3)
	var msgs []string
	for i := 1; i <= 3; i++ {
		m, err := signer.Sign(at(rs, i))
		if err != nil {
			t.Fatal(err)
		}
		msgs = append(msgs, m)
	}
	for _, tc := range []struct {
		name, file string
		good, torn int
	}{
		{"one after the other", msgs[0] + msgs[1] + msgs[2], 3, 0},
		{"with blank lines", msgs[0] + "\n" + msgs[1] + "\n\n" + msgs[2], 3, 0},
		{"last cut in its text", msgs[0] + msgs[1] + msgs[2][:30], 2, 1},
		{"cut in its signature", msgs[0] + msgs[1] + msgs[2][:len(msgs[2])-5], 2, 1},
		{"cut, then gone on", msgs[0] + msgs[1][:30] + "\n\n" + msgs[2], 2, 1},
		{"empty", "", 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cps, bad, notices := OpenCheckpoints(SplitNotes(tc.file), public)
			if len(cps) != tc.good || len(bad) != 0 || len(notices) != tc.torn {
				t.Errorf("%d opened, %v, %d torn; want %d and %d", len(cps), bad, len(notices), tc.good, tc.torn)
			}
		})
	}
	all, _, _ := OpenCheckpoints(msgs, public)
	if lost := LostCheckpoints(all, []Checkpoint{all[0], all[2]}); len(lost) != 1 || lost[0].Seq != 2 {
		t.Errorf("lost = %+v", lost)
	}
	if lost := LostCheckpoints(all, nil); lost != nil {
		t.Errorf("with no second place: %+v", lost)
	}
}

func TestSignerRefusesWithoutRepeating(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "hunter2-hunter2", "PRIVATE+KEY+x+00000000+hunter2=="} {
		_, err := NewSigner(key)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("NewSigner(%q) = %v", key, err)
		}
	}
}
