package ledger

import (
	"strings"
	"testing"
)

// FuzzVerifyExport changes an exported ledger at any place in any way. Either
// the verifier says that something is wrong, or the record is the same.
func FuzzVerifyExport(f *testing.F) {
	f.Add(uint16(0), uint16(0), []byte(nil))
	f.Add(uint16(700), uint16(1), []byte("x"))
	f.Add(uint16(1500), uint16(400), []byte(""))
	f.Add(uint16(900), uint16(0), []byte("\n"))
	f.Add(uint16(900), uint16(0), []byte(`{"end":1}`+"\n"))
	x := export(f, chain(f, 12))
	f.Fuzz(func(t *testing.T, at, cut uint16, put []byte) {
		from := int(at) % len(x.file)
		to := min(from+int(cut), len(x.file))
		file := x.file[:from] + string(put) + x.file[to:]
		_, r, err := VerifyExport(strings.NewReader(file), x.public, []string{x.note})
		if err != nil || !r.OK() || file == x.file {
			return
		}
		if got := bodies(file); got != bodies(x.file) {
			t.Fatalf("changed at %d and not found: %q, %d entries", from, put, strings.Count(got, "\n"))
		}
	})
}

// bodies are the entries of an export, without the blanks between lines.
func bodies(file string) string {
	var out strings.Builder
	for line := range strings.Lines(file) {
		if _, entry, ok := strings.Cut(line, `"entry":`); ok {
			out.WriteString(strings.TrimSpace(entry) + "\n")
		}
	}
	return out.String()
}

// What another program could read in an export is what was verified.
func TestExportHoldsNothingUnverified(t *testing.T) {
	t.Parallel()
	x := export(t, chain(t, 3))
	last := x.file[strings.LastIndex(x.file[:len(x.file)-1], "\n")+1:]
	for what, file := range map[string]string{
		"an entry after the end":       x.file + `{"seq":4,"hash":"x","entry":{"action":"made.up"}}` + "\n",
		"a second end":                 x.file + last,
		"an entry twice in its line":   strings.Replace(x.file, `{"seq":2,`, `{"entry":{"action":"made.up"},"seq":2,`, 1),
		"an entry with other capitals": strings.Replace(x.file, `{"seq":2,`, `{"ENTRY":{"action":"made.up"},"seq":2,`, 1),
	} {
		if _, r, err := VerifyExport(strings.NewReader(file), x.public, []string{x.note}); err == nil && r.OK() {
			t.Errorf("%s is not found", what)
		}
	}
}
