package db

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"steward/internal/fault"
)

// fileLock keeps a second portal off the same file. It is an advisory lock
// that the kernel drops when the process dies, so a crash leaves nothing to
// clean up.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The lock file %s cannot be opened: %v. The portal needs a data directory it can write to.", path, cause(err))
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fault.Wrap(err, fault.Conflict, "Another portal is running on %s. Stop it first, or give this one another data_dir.", path)
	}
	return &fileLock{f: f}, nil
}

func (l *fileLock) release() error { return l.f.Close() }

// cause is the last part of an I/O error without the path that the sentence
// already names.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
