package desk

import (
	"context"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// AskBack returns a request to its requester with a question. Approvals given
// so far no longer count. plan is the hash of what the person saw.
func (d *Desk) AskBack(ctx context.Context, by By, id, plan, question string) (r request.Request, err error) {
	question = strings.TrimSpace(question)
	if err := checkText("question", question); err != nil {
		return r, err
	}
	err = d.write(ctx, by, ledger.RequestVoid, id, func(tx *db.Tx) error {
		f, err := d.facing(ctx, tx, by, id)
		if err != nil {
			return err
		}
		r = f.Request
		switch {
		case r.State != request.Pending:
			return request.CheckMove(r.State, request.Rejected)
		case r.Plan != plan:
			return fault.New(fault.Conflict, "The plan changed after you opened it. Read it again; nothing was stored.")
		case f.WhyNot(by.Party()) != "":
			return fault.New(fault.Denied, "%s", f.WhyNot(by.Party()).Sentence())
		}
		e := moved(by.entry(ledger.RequestVoid, r), r, request.Draft, question)
		if err := back(ctx, tx, &r, by.Party(), "asked", question); err != nil {
			return err
		}
		return tx.Record(ctx, e)
	})
	return r, err
}

func checkText(field, text string) error {
	switch n := len([]rune(text)); {
	case n < 3:
		return &fault.Error{Kind: fault.Invalid, Field: field, Sentence: "Write a few words."}
	case n > maxReason:
		return &fault.Error{Kind: fault.Invalid, Field: field, Sentence: "The text is too long: at most 2,000 characters."}
	}
	return nil
}
