package secret

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"steward/internal/fault"
)

// maxFile is the most a secret file may hold, in bytes: a certificate with its
// chain and key fits ten times.
const maxFile = 64 << 10

// Ref says where a secret is: file:PATH or env:NAME. It may be printed. The
// zero Ref names nothing.
type Ref struct{ scheme, name string }

// ParseRef reads a reference. The text is not repeated in the error: someone
// who pastes the secret itself into the configuration must not find it in a
// log.
func ParseRef(text string) (Ref, error) {
	scheme, name, ok := strings.Cut(strings.TrimSpace(text), ":")
	if text == "" {
		return Ref{}, nil
	}
	if !ok || name == "" || (scheme != "file" && scheme != "env") {
		return Ref{}, fault.New(fault.Invalid, "A secret is given by reference: file:PATH or env:NAME. The value given is neither (it is not repeated here, in case it is the secret itself).")
	}
	return Ref{scheme: scheme, name: name}, nil
}

// File returns a reference to a file.
func File(path string) Ref { return Ref{scheme: "file", name: path} }

// Env returns a reference to an environment variable.
func Env(name string) Ref { return Ref{scheme: "env", name: name} }

// UnmarshalText reads a reference from YAML, JSON or a flag.
func (r *Ref) UnmarshalText(text []byte) error {
	parsed, err := ParseRef(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// MarshalText returns the reference.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String returns the reference, never the secret; empty for the zero Ref.
func (r Ref) String() string {
	if r.IsZero() {
		return ""
	}
	return r.scheme + ":" + r.name
}

// IsZero reports whether the reference names nothing.
func (r Ref) IsZero() bool { return r.scheme == "" }

// Path returns the path of a file reference, empty for any other.
func (r Ref) Path() string {
	if r.scheme != "file" {
		return ""
	}
	return r.name
}

// Under returns the reference with a relative path taken from dir, the
// directory of the configuration file.
func (r Ref) Under(dir string) Ref {
	if r.scheme == "file" && !filepath.IsAbs(r.name) {
		r.name = filepath.Join(dir, r.name)
	}
	return r
}

// Read returns the secret as it is now; callers read at each use and keep
// nothing, so that a rotated secret is used at once. One trailing line end is
// dropped. Errors are Invalid and name the file or variable with the remedy.
func (r Ref) Read() (Value, error) {
	switch r.scheme {
	case "env":
		text := os.Getenv(r.name)
		if text == "" {
			return Value{}, fault.New(fault.Invalid, "The environment variable %s is not set or empty; a secret of this portal is expected in it.", r.name)
		}
		return New(text), nil
	case "file":
		return readFile(r.name)
	}
	return Value{}, fault.New(fault.Invalid, "A secret is missing from the configuration: give it as file:PATH or env:NAME.")
}

func readFile(path string) (Value, error) {
	f, err := os.Open(path) //nolint:gosec // the operator's own path
	if errors.Is(err, fs.ErrNotExist) {
		return Value{}, fault.Wrap(err, fault.Invalid, "The secret file %s is not there. Create it, or correct the reference in the configuration.", path)
	}
	if err != nil {
		return Value{}, fault.Wrap(err, fault.Invalid, "The secret file %s cannot be opened. Check its owner and mode: the portal's user must be able to read it.", path)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Value{}, fault.Wrap(err, fault.Invalid, "The secret file %s cannot be examined.", path)
	}
	if !info.Mode().IsRegular() {
		return Value{}, fault.New(fault.Invalid, "The secret file %s is not a regular file.", path)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return Value{}, fault.New(fault.Invalid, "The secret file %s is open to every user of this machine (mode %04o). Run chmod 600 on it; if others could read it, rotate the secret.", path, info.Mode().Perm())
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Value{}, fault.Wrap(err, fault.Invalid, "The secret file %s cannot be read.", path)
	}
	if len(raw) > maxFile {
		return Value{}, fault.New(fault.Invalid, "The secret file %s is larger than %d bytes; it is probably the wrong file.", path, maxFile)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
	if text == "" {
		return Value{}, fault.New(fault.Invalid, "The secret file %s is empty.", path)
	}
	return New(text), nil
}
