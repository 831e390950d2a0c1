package desk

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/request"
)

// notices are what a verb has somebody told; it is written in the verb's own
// transaction, and sent by others.
type notices struct {
	tx   *db.Tx
	r    request.Request
	by   request.Party
	plan string
	told []request.Party
}

// telling begins the notices about a request. Whoever acts is not told of it.
func telling(tx *db.Tx, r request.Request, by request.Party) *notices {
	return &notices{tx: tx, r: r, by: by, plan: r.Plan}
}

// to tells one person, once for each verb.
func (n *notices) to(ctx context.Context, who request.Party, what, why, says string) error {
	if who.ObjectID == "" && who.Address == "" || who.Same(n.by) {
		return nil
	}
	for _, have := range n.told {
		if have.Same(who) || who.ObjectID == "" && have.Address == who.Address {
			return nil
		}
	}
	n.told = append(n.told, who)
	return n.tx.AddNotice(ctx, db.Notice{Request: n.r.ID, What: what, To: who, Why: why, Says: says, Plan: n.plan})
}

const (
	toldDecider   = "You could decide it: you have the role approver for its workspaces and no part in it."
	toldRequester = "You asked for it."
	toldEditor    = "You edited it last."
	toldVoter     = "You have decided about it."
)

// deciders tells everybody who could agree. The list was made before the
// transaction: who may decide is asked again when they do.
func (n *notices) deciders(ctx context.Context, who []request.Party, what, says string) error {
	for _, p := range who {
		if err := n.to(ctx, p, what, toldDecider, says); err != nil {
			return err
		}
	}
	return nil
}

// asker tells whoever asked, and whoever edited last.
func (n *notices) asker(ctx context.Context, what, says string) error {
	if err := n.to(ctx, n.r.Requester, what, toldRequester, says); err != nil {
		return err
	}
	return n.to(ctx, n.r.Editor, what, toldEditor, says)
}

// voters tells those who have decided on the plan that waits.
func (n *notices) voters(ctx context.Context, what, says string) error {
	decisions, err := n.tx.Decisions(ctx, n.r.ID)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if d.Plan != n.plan {
			continue
		}
		if err := n.to(ctx, d.By, what, toldVoter, says); err != nil {
			return err
		}
	}
	return nil
}

// returned tells everybody concerned that approvals have fallen and why.
func (n *notices) returned(ctx context.Context, why string) error {
	if err := n.asker(ctx, "returned", "It is a draft again: "+why); err != nil {
		return err
	}
	return n.voters(ctx, "returned", "Your decision no longer counts: "+why)
}

// settled tells the outcome of a decision.
func (n *notices) settled(ctx context.Context, to request.State, note string) error {
	says := fmt.Sprintf("It was %s by %s.", to, n.by.Name)
	if note != "" {
		says += " " + note
	}
	if err := n.asker(ctx, "decided", says); err != nil {
		return err
	}
	return n.voters(ctx, "decided", says)
}

// fallen tells that time ran out.
func (n *notices) fallen(ctx context.Context, why string) error {
	if err := n.asker(ctx, "expired", why); err != nil {
		return err
	}
	return n.voters(ctx, "expired", why)
}
