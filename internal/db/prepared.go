package db

import (
	"context"
	"database/sql"
	"fmt"
)

// execer runs a statement: a transaction, or one whose statements are prepared.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// prepared is a transaction in which each statement is parsed once, however
// often it is run: parsing takes longer than writing a row. The statements end
// with the transaction.
type prepared struct {
	*Tx
	stmts map[string]*sql.Stmt
}

func prepare(tx *Tx) *prepared { return &prepared{Tx: tx, stmts: map[string]*sql.Stmt{}} }

func (p *prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := p.stmts[query]; st != nil {
		return st, nil
	}
	st, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", firstWords(query), err)
	}
	p.stmts[query] = st
	return st, nil
}

// ExecContext runs a statement. Cancelling is looked at between transactions:
// the driver would watch the context with a goroutine for each statement.
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.WithoutCancel(ctx), args...)
}

// number runs a statement that returns one number.
func (p *prepared) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = p.one(ctx, query, args, &n)
	return n, err
}

// one runs a statement that returns one row, and reads it.
func (p *prepared) one(ctx context.Context, query string, args []any, into ...any) error {
	st, err := p.stmt(ctx, query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(context.WithoutCancel(ctx), args...).Scan(into...)
}
