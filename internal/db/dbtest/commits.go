package dbtest

import (
	"errors"

	"modernc.org/sqlite"
)

// OnCommit calls fn at every commit of every file this process opens from now
// on, before it is on the disk. It is for a process that a test ends there;
// fn must be safe for concurrent use.
func OnCommit(fn func()) {
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, _ string) error {
		hooks, ok := c.(sqlite.HookRegisterer)
		if !ok {
			return errors.New("the driver has no commit hooks")
		}
		hooks.RegisterCommitHook(func() int32 { fn(); return 0 })
		return nil
	})
}
