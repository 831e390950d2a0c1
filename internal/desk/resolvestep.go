package desk

import (
	"context"
	"regexp"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)

// ResolveStep says what became of a step in doubt: it took effect (found is
// the id of what it created, where the portal could not find it), it is to be
// sent again, or it is given up. Conflict when it is not in doubt any more.
func (d *Desk) ResolveStep(ctx context.Context, by By, run, step string, choice db.StepChoice, found, reason string) error {
	return d.onRun(ctx, by, run, auth.ResolveStep, ledger.StepDecide, reason, func(e ledger.Entry) error {
		found, err := checkChoice(choice, found)
		if err != nil {
			return err
		}
		return d.db.ResolveStep(ctx, run, step, choice, found, e)
	})
}

// checkChoice refuses what is no decision, at its field.
func checkChoice(choice db.StepChoice, found string) (string, error) {
	found = strings.TrimSpace(found)
	if choice != db.ChooseAdopt && choice != db.ChooseRedo && choice != db.ChooseStop {
		return "", &fault.Error{Kind: fault.Invalid, Field: "choice", Sentence: "Choose whether the step took effect, is to be sent again, or is given up."}
	}
	if choice != db.ChooseAdopt {
		found = ""
	} else if found != "" && !guid.MatchString(found) {
		return "", &fault.Error{Kind: fault.Invalid, Field: "found", Sentence: "Copy the whole id from the address of the object in Power BI, such as 1b2c3d4e-0000-4000-8000-123456789abc, or leave it empty."}
	}
	return strings.ToLower(found), nil
}
