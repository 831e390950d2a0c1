package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"steward/internal/fault"
)

// Files keeps what is too large for rows (copies of content, uploaded files)
// beside the database, each under the SHA-256 of its bytes: the rows and the
// ledger name it by that. Only the portal's own account can read them (0600 in
// a directory of 0700).
type Files struct{ dir string }

// NewFiles keeps files in dir, which is made when the first one comes.
func NewFiles(dir string) *Files { return &Files{dir: dir} }

// Put keeps what write gives and returns its SHA-256 in hex and its size in
// bytes. The file is there whole, and on the disk, or not at all; one that is
// there already is kept as it is and counts as new.
func (f *Files) Put(write func(io.Writer) error) (sum string, size int64, err error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	tmp, err := os.CreateTemp(f.dir, "new-*") // 0600
	if err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreGone(os.Remove(tmp.Name()))) }()
	w := &counter{to: io.MultiWriter(tmp), hash: sha256.New()}
	err = write(w)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	sum = hex.EncodeToString(w.hash.Sum(nil))
	if err := os.Rename(tmp.Name(), filepath.Join(f.dir, sum)); err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	return sum, w.n, nil
}

type counter struct {
	to   io.Writer
	hash hash.Hash
	n    int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.hash.Write(p[:n])
	c.n += int64(n)
	return n, err
}

// Open returns a kept file and its size, after reading it through: NotFound
// when it is not kept any more, Conflict when its bytes are not those that were
// kept.
func (f *Files) Open(sum string) (*os.File, int64, error) {
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size {
		return nil, 0, fault.New(fault.NotFound, "There is no such file.")
	}
	file, err := os.Open(filepath.Join(f.dir, sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fault.New(fault.NotFound, "The file is not kept any more. Ask again.")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("kept file: %w", err)
	}
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err == nil && hex.EncodeToString(h.Sum(nil)) != sum {
		err = fault.New(fault.Conflict, "The kept file is not what was kept: its bytes have changed. Nothing is sent of it.")
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, size, nil
}

// Sweep removes the files that were last kept before a moment, and returns how
// many.
func (f *Files) Sweep(ctx context.Context, before time.Time) (n int, err error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, e := range entries {
		info, ierr := e.Info()
		if ctx.Err() != nil || ierr != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
			continue
		}
		if rerr := ignoreGone(os.Remove(filepath.Join(f.dir, e.Name()))); rerr != nil {
			err = errors.Join(err, rerr)
			continue
		}
		n++
	}
	return n, errors.Join(err, ctx.Err())
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
