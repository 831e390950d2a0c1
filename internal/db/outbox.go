package db

import (
	"context"
	"fmt"
)

// What somebody is told, as stored.
const (
	TellAsked       = "owner asked"
	TellReminded    = "owner reminded"
	TellSilent      = "owner silent"
	TellWaiverEnds  = "waiver ends"
	TellWaiverEnded = "waiver ended"
	// TellAlert begins what is told of alerts; the kind follows, or over.
	TellAlert = "alert "
)

// Message is what somebody is to be told. Writing one down sends nothing.
type Message struct {
	Tenant int64
	What   string
	To     Recipient
	// Why is a sentence, Link where in the portal it is about. Says is what they
	// are told; empty when Why says it.
	Why, Link, Says string
	// Way is the only way it goes: mail, teams:NAME or webhook:NAME; empty for
	// all there are.
	Way string
	// Workspace is the workspace it is about, 0 for the tenant; Question and
	// Waiver are what caused it, 0 for neither.
	Workspace, Question, Waiver int64
}

// Tell writes down what somebody is to be told. Whatever sends reads it later,
// in the order of ids.
func (t *Tx) Tell(ctx context.Context, m Message) error {
	_, err := t.tell(ctx, m)
	return err
}

// tell is Tell and returns the number in the outbox.
func (t *Tx) tell(ctx context.Context, m Message) (int64, error) {
	res, err := t.ExecContext(ctx, `INSERT INTO outbox (tenant, what, ws, question, waiver, recipient, name, address, why, link, at, says, way)
		VALUES ($1, $2, $3, nullif($4, 0), nullif($5, 0), $6, $7, $8, $9, $10, $11, $12, $13)`,
		m.Tenant, m.What, m.Workspace, m.Question, m.Waiver, m.To.ID, m.To.Name, m.To.Address, m.Why, m.Link, t.Millis(), m.Says, m.Way)
	if err != nil {
		return 0, fmt.Errorf("tell %s: %w", m.To.Name, err)
	}
	return res.LastInsertId()
}
