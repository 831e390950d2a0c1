package desk

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/violation"
)

// Due is what a turn of the owner's loop wrote down.
type Due struct {
	Asked, Reminded, Escalated, Closed, Waivers int64
}

// Remind turns the owner's loop of one tenant once, as of its last published
// scan: questions that no longer arise are closed, new ones are put, owners who
// are silent are reminded, and long silence is told to others; whoever answers
// for a waiver is told before it ends and when it has ended. It is all written
// down, once each, and sends nothing. It belongs after each judging and once an
// hour.
func (r *Rules) Remind(ctx context.Context, v db.View) (Due, error) {
	var due Due
	if v.Scan == 0 {
		return due, nil
	}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		due = Due{}
		turn := ownerTurn{rules: r, tx: tx, view: v, due: &due, periods: r.Periods.OrUsual()}
		if err := turn.questions(ctx); err != nil {
			return err
		}
		return turn.waivers(ctx)
	})
	if err != nil {
		return Due{}, fmt.Errorf("owners of %s: %w", v.TenantName, err)
	}
	return due, nil
}

// ownerTurn is one turn under way.
type ownerTurn struct {
	rules   *Rules
	tx      *db.Tx
	view    db.View
	periods violation.Periods
	due     *Due
}

func (o *ownerTurn) questions(ctx context.Context) error {
	cases, err := o.tx.OwnerCases(ctx, o.view.Tenant)
	if err != nil {
		return err
	}
	open, err := o.tx.OpenQuestions(ctx, o.view.Tenant)
	if err != nil {
		return err
	}
	arises := make(map[int64]bool, len(cases))
	for _, c := range cases {
		arises[c.Workspace] = true
	}
	asked := make(map[int64]bool, len(open))
	for _, q := range open {
		asked[q.Workspace] = true
		if !arises[q.Workspace] {
			err = o.close(ctx, q)
		} else {
			err = o.turn(ctx, q)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range cases {
		if asked[c.Workspace] {
			continue
		}
		if err := o.ask(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// close ends a question that no longer arises: the workspace is gone, or in
// use again.
func (o *ownerTurn) close(ctx context.Context, q db.OwnerQuestion) error {
	o.due.Closed++
	gone, err := o.tx.WorkspaceGone(ctx, q.Workspace)
	if err != nil {
		return err
	}
	if gone {
		return o.tx.CloseQuestion(ctx, q.ID, db.OutcomeGone)
	}
	return o.tx.CloseQuestion(ctx, q.ID, db.OutcomeUsed)
}

func (o *ownerTurn) ask(ctx context.Context, c db.OwnerCase) error {
	q, err := o.tx.AskOwner(ctx, o.view.Tenant, c)
	if err != nil {
		return err
	}
	o.due.Asked++
	if !q.Nobody {
		if err := o.tell(ctx, q, db.TellAsked, q.Owner, "Is "+q.Name+" still needed? "+q.Says); err != nil {
			return err
		}
	}
	return o.turn(ctx, q)
}

// turn does what has fallen due about an open question.
func (o *ownerTurn) turn(ctx context.Context, q db.OwnerQuestion) error {
	remind, escalate := o.periods.Owed(q.Question, o.tx.Now)
	since := q.Asked.UTC().Format("2 Jan 2006")
	if remind {
		if err := o.tell(ctx, q, db.TellReminded, q.Owner, "You were asked on "+since+" whether "+q.Name+" is still needed, and nothing was said. "+q.Says); err != nil {
			return err
		}
		if err := o.tx.QuestionReminded(ctx, q.ID); err != nil {
			return err
		}
		q.Reminded = o.tx.Now
		o.due.Reminded++
	}
	if escalate {
		if err := o.escalate(ctx, q, since); err != nil {
			return err
		}
		q.Escalated = o.tx.Now
	}
	return o.tx.QuestionNext(ctx, q.ID, o.periods.NextReminder(q.Question), o.periods.Escalates(q.Question))
}

// escalate tells others of an owner's silence.
func (o *ownerTurn) escalate(ctx context.Context, q db.OwnerQuestion, since string) error {
	to, err := o.others(ctx, q)
	if err != nil {
		return err
	}
	why := q.Owner.Name + " was asked on " + since + " whether " + q.Name + " is still needed, and said nothing. " + q.Says
	if q.Nobody {
		why = "Nobody can be named who would be asked whether " + q.Name + " is still needed. " + q.Says
	}
	for _, r := range to {
		if err := o.tell(ctx, q, db.TellSilent, r, why); err != nil {
			return err
		}
	}
	o.due.Escalated++
	return o.tx.QuestionEscalated(ctx, q.ID, to)
}

// others are whom an owner's silence is told: the owner's manager, the other
// admins, whoever is configured; else the operators of the portal.
func (o *ownerTurn) others(ctx context.Context, q db.OwnerQuestion) ([]db.Recipient, error) {
	to, err := o.tx.BesidesOwner(ctx, o.view.Tenant, q.Workspace, q.Owner.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range o.rules.EscalateTo {
		to = append(to, db.Recipient{ID: strings.ToLower(a), Name: a, Address: a})
	}
	if len(to) == 0 {
		to = append(to, db.Recipient{ID: "role:operator", Name: "the operators of the portal"})
	}
	return to, nil
}

func (o *ownerTurn) tell(ctx context.Context, q db.OwnerQuestion, what string, to db.Recipient, why string) error {
	return o.tx.Tell(ctx, db.Message{Tenant: o.view.Tenant, What: what, To: to, Why: why, Workspace: q.Workspace, Question: q.ID,
		Link: "/mine/" + url.PathEscape(o.view.TenantName) + "/" + url.PathEscape(q.GUID)})
}

// waivers writes down whom to tell that a waiver ends, or has ended: whoever
// answers for it and whoever asked for it.
func (o *ownerTurn) waivers(ctx context.Context) error {
	ending, err := o.tx.WaiversToTell(ctx, o.view.Tenant, o.tx.Now.Add(o.periods.Waiver))
	if err != nil {
		return err
	}
	for _, w := range ending {
		o.due.Waivers++
		day := w.Ends.UTC().Format("2 Jan 2006")
		m := db.Message{Tenant: o.view.Tenant, What: db.TellWaiverEnds, Workspace: w.Workspace, Waiver: w.ID, Link: "/waivers/" + strconv.FormatInt(w.ID, 10),
			Why: "The waiver for " + w.Object + " (" + w.Rule + ") ends on " + day + ". Renew it before, or mend what it accepts."}
		if w.Ended {
			m.What = db.TellWaiverEnded
			m.Why = "The waiver for " + w.Object + " (" + w.Rule + ") ended on " + day + ". The violation is open again, and the ended waiver is one itself until it is renewed or withdrawn."
		}
		to := []db.Actor{w.Owner}
		if w.AskedBy.Subject != w.Owner.Subject {
			to = append(to, w.AskedBy)
		}
		for _, a := range to {
			m.To = db.Recipient{ID: objectOf(a.Subject), Name: a.Name}
			if err := o.tx.Tell(ctx, m); err != nil {
				return err
			}
		}
		if err := o.tx.WaiverReminded(ctx, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// objectOf is the object id within a subject.
func objectOf(subject string) string {
	if _, id, ok := strings.Cut(subject, "/"); ok {
		return id
	}
	return subject
}
