package workflow

import (
	"context"
	"log/slog"
)

// warnings passes on what is a warning or worse: DBOS tells each start of a
// workflow, which the ledger and the run's page tell better.
type warnings struct{ slog.Handler }

func quiet(l *slog.Logger) *slog.Logger { return slog.New(warnings{l.Handler()}) }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// waited is what DBOS warns of when nobody woke a run before its time. That is
// how a run waits, every few seconds.
const waited = "Recv() timeout reached"

// Handle implements slog.Handler.
func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn && r.Message == waited {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
