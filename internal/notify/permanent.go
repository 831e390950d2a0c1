package notify

import "errors"

// permanent marks an error that trying again does not mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error as one that trying again does not mend.
func Permanent(err error) error { return permanent{err} }

// IsPermanent tells whether an error was marked so.
func IsPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}
