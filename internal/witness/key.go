package witness

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// CreateKey makes a signing key for the given origin in a new file, readable
// by its owner only, with the public key beside it (path + ".pub"), and
// returns the public key. Conflict when the file is there: a key that signed
// something is never overwritten.
func CreateKey(random io.Reader, path, origin string) (string, error) {
	private, public, err := ledger.GenerateKey(random, origin)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "The directory of the signing key %s cannot be created.", path)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator's own path
	if os.IsExist(err) {
		return "", fault.Wrap(err, fault.Conflict, "There is a signing key in %s already; it is not overwritten.", path)
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "The signing key cannot be written to %s.", path)
	}
	_, werr := io.WriteString(f, private+"\n")
	if err := firstError(werr, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("write signing key %s: %w", path, err)
	}
	if err := os.WriteFile(path+".pub", []byte(public+"\n"), 0o644); err != nil { //nolint:gosec // a public key is for everyone
		return "", fmt.Errorf("write public key beside %s: %w", path, err)
	}
	return public, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
