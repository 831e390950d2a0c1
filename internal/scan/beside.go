package scan

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// beside does work in the order in which it is given, while its owner goes on
// with something else: storing what was read, while more is read. Its owner
// waits for it.
type beside struct {
	ctx  context.Context //nolint:containedctx // ends when the work fails
	work chan func() error
	all  *errgroup.Group
}

// workBeside begins. Its ctx ends with the given one, or with the first error.
func workBeside(ctx context.Context) *beside {
	b := &beside{work: make(chan func() error, 2)}
	b.all, b.ctx = errgroup.WithContext(ctx)
	b.all.Go(func() error {
		for fn := range b.work {
			if err := fn(); err != nil {
				return err
			}
		}
		return nil
	})
	return b
}

// do puts work in line. An error is that of earlier work, or of the context.
func (b *beside) do(fn func() error) error {
	select {
	case b.work <- fn:
		return nil
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
}

// wait returns when all work is done or some has failed, with its error.
func (b *beside) wait() error {
	close(b.work)
	return b.all.Wait()
}
