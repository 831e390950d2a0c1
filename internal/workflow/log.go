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

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
