package ledger

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
)

type exported struct {
	file, public, note string
}

func export(t testing.TB, rs []Record) exported {
	t.Helper()
	private, public, err := GenerateKey(rand.Reader, "steward")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	note, err := signer.Sign(at(rs, len(rs)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	h := Header{Origin: "steward", Database: database, Epoch: 1, First: 1, Previous: Genesis(database).String()}
	if err := WriteExport(&b, h, noon, []string{note}, seq(rs)); err != nil {
		t.Fatal(err)
	}
	return exported{b.String(), public, note}
}

func TestExportVerifies(t *testing.T) {
	t.Parallel()
	x := export(t, chain(t, 50))
	h, r, err := VerifyExport(strings.NewReader(x.file), x.public, []string{x.note})
	if err != nil || !r.OK() || r.Entries != 50 || r.Covered != 50 || h.Database != database {
		t.Errorf("VerifyExport = %+v, %+v, %v", h, r, err)
	}
	empty := export(t, nil)
	if _, r, err := VerifyExport(strings.NewReader(empty.file), empty.public, nil); err != nil || !r.OK() {
		t.Errorf("empty: %+v, %v", r, err)
	}
}

func TestExportOfAPartVerifies(t *testing.T) {
	t.Parallel()
	rs := chain(t, 50)
	x := export(t, rs)
	var b bytes.Buffer
	h := Header{Database: database, Epoch: 1, First: 21, Previous: rs[19].Hash.String()}
	if err := WriteExport(&b, h, noon, nil, seq(rs[20:])); err != nil {
		t.Fatal(err)
	}
	_, r, err := VerifyExport(&b, x.public, []string{x.note})
	if err != nil || !r.OK() || r.Covered != 50 || r.First != 21 {
		t.Errorf("VerifyExport = %+v, %v", r, err)
	}
}

func TestExportTampered(t *testing.T) {
	t.Parallel()
	x := export(t, chain(t, 50))
	lines := strings.SplitAfter(x.file, "\n") // header, checkpoint, 50 entries, end, ""
	join := func(ls ...[]string) string {
		var b strings.Builder
		for _, l := range ls {
			b.WriteString(strings.Join(l, ""))
		}
		return b.String()
	}
	_, other, _ := GenerateKey(rand.Reader, "steward")
	for _, tc := range []struct {
		name, file, public string
		notes              []string
	}{
		{"entry edited", strings.Replace(x.file, `"actor_id":"17"`, `"actor_id":"18"`, 1), x.public, nil},
		{"entry removed", join(lines[:20], lines[21:]), x.public, nil},
		{"tail removed with a new count", join(lines[:40], []string{`{"end":38}` + "\n"}), x.public, nil},
		{"tail and checkpoint removed, checkpoint kept elsewhere", join(lines[:1], lines[2:40], []string{`{"end":38}` + "\n"}), x.public, []string{x.note}},
		{"cut in the middle of a line", x.file[:len(x.file)/2], x.public, nil},
		{"end removed", join(lines[:52]), x.public, nil},
		{"signed by another key", x.file, other, nil},
		{"header says another database", strings.Replace(x.file, database, "9f2d", 1), x.public, nil},
		{"header says a later start", strings.Replace(x.file, `"first":1`, `"first":2`, 1), x.public, nil},
		{"not an export", "hello\n", x.public, nil},
		{"empty", "", x.public, nil},
		{"endless line", x.file + strings.Repeat("x", maxLine+2), x.public, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, r, err := VerifyExport(strings.NewReader(tc.file), tc.public, tc.notes)
			if tc.name == "endless line" {
				return // after the end nothing is read
			}
			if err == nil && r.OK() {
				t.Error("not found")
			}
		})
	}
}
