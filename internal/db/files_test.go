package db_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

func TestFilesAreKeptByTheirBytes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "content")
	f := db.NewFiles(dir)
	put := func(text string) (string, error) {
		sum, _, err := f.Put(func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		return sum, err
	}
	one, err := put("a model")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := put("a model"); err != nil || again != one {
		t.Fatalf("the same bytes are kept as %q: %v", again, err)
	}
	file, size, err := f.Open(one)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(file)
	_ = file.Close()
	if string(text) != "a model" || size != int64(len(text)) {
		t.Errorf("read back %q, %d bytes", text, size)
	}
	if info, err := os.Stat(filepath.Join(dir, one)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v %v", info, err)
	}
	broken := errors.New("the service broke off")
	if _, _, err := f.Put(func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return broken }); !errors.Is(err, broken) {
		t.Errorf("half a file: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left, of one that was kept", len(left))
	}
	if err := os.WriteFile(filepath.Join(dir, one), []byte("A model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Open(one); !fault.Is(err, fault.Conflict) {
		t.Errorf("changed bytes: %v", err)
	}
	for _, bad := range []string{"", "../portal.db", strings.Repeat("z", 64), strings.Repeat("a", 64)} {
		if _, _, err := f.Open(bad); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if n, err := f.Sweep(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("a young file was swept: %d, %v", n, err)
	}
	if n, err := f.Sweep(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("swept %d: %v", n, err)
	}
}
