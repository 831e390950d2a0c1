package fulfil

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/workflow"
)

// check does a step that only reads. What it finds amiss does not undo what was
// done: it is written beside it. Only the pre-flight fails.
func (e *Engine) check(ctx context.Context, j *job, s db.RunStep, a act) (workflow.Next, error) {
	arg, err := args(a.look.Args, j.result)
	if err != nil {
		return workflow.Next{}, e.end(ctx, j, s, db.StepSkipped, "Skipped: an earlier step has not told what to look at.")
	}
	if s, err = e.intend(ctx, j, s, pbi.Write{Method: a.call.Method, Path: a.call.Operation + " " + s.ID}); err != nil {
		return workflow.Next{}, err
	}
	s.Sent = ""
	e.cfg.Hook("before check " + s.ID)
	defer e.cfg.Hook("after check " + s.ID)
	why, err := e.differs(ctx, j, a.step.Expects)
	if err != nil {
		_, next, err := e.unread(ctx, j, s, a, err)
		return next, err
	}
	if why != "" {
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, why+" Nothing was sent. Ask again, so that what is agreed to is what is there.")
	}
	if a.look.Kind == request.CheckPreflight {
		return e.preflight(ctx, j, s, a, arg)
	}
	finding, err := e.findings(ctx, a.look.Kind, arg)
	if err != nil && (ctx.Err() != nil || pbi.CertaintyOf(err) != pbi.RefusedByService && s.Tries < mostAttempts) {
		return e.postpone(ctx, j, s, fault.Sentence(err), retryAfter(err))
	}
	if err != nil {
		finding = "It could not be read, so nobody knows. " + fault.Sentence(err)
	}
	s.Finding = finding
	return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
}

// findings says what a check finds amiss; empty for nothing.
func (e *Engine) findings(ctx context.Context, kind request.LookKind, arg map[string]string) (string, error) {
	switch kind {
	case request.CheckItems:
		return e.missingItems(ctx, arg)
	case request.CheckParameters:
		amiss, err := e.otherValues(ctx, arg["workspace"], arg["model"], arg["values"])
		if len(amiss) == 0 {
			return "", err
		}
		return "The parameters are not as the mapping says: " + strings.Join(amiss, "; ") + ".", nil
	case request.CheckLabel:
		return e.unlabelled(ctx, arg)
	case request.CheckQuery:
		return e.unanswered(ctx, arg)
	}
	return "", fmt.Errorf("no way to check %s", kind)
}

// missingItems holds both stages against what was deployed.
func (e *Engine) missingItems(ctx context.Context, arg map[string]string) (string, error) {
	var want []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if err := json.Unmarshal([]byte(arg["items"]), &want); err != nil {
		return "", fmt.Errorf("items: %w", err)
	}
	var stages [2][]pbi.StageItem
	for i, key := range []string{"from", "to"} {
		order, err := strconv.Atoi(arg[key])
		if err != nil {
			return "", err
		}
		if stages[i], err = e.cfg.Executor.StageItems(ctx, arg["pipeline"], order); err != nil {
			return "", err
		}
	}
	there := map[string]bool{}
	for _, it := range stages[1] {
		there[it.ID] = true
	}
	var missing []string
	for _, w := range want {
		i := slices.IndexFunc(stages[0], func(it pbi.StageItem) bool { return it.ID == w.ID })
		if i < 0 || stages[0][i].TargetID == "" || !there[stages[0][i].TargetID] {
			missing = append(missing, "“"+w.Name+"”")
		}
	}
	if len(missing) == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d of %d items are not paired with one on the target: %s.", len(missing), len(want), strings.Join(missing[:min(len(missing), 10)], ", ")), nil
}

// unlabelled names what does not carry the label that it should.
func (e *Engine) unlabelled(ctx context.Context, arg map[string]string) (string, error) {
	var want []struct{ Name, Type string }
	if err := json.Unmarshal([]byte(arg["items"]), &want); err != nil {
		return "", fmt.Errorf("items: %w", err)
	}
	there, err := e.cfg.Executor.FabricItems(ctx, arg["workspace"])
	if err != nil {
		return "", err
	}
	var amiss []string
	for _, w := range want {
		i := slices.IndexFunc(there, func(it pbi.FabricItem) bool { return it.Name == w.Name && (w.Type == "" || it.Type == w.Type) })
		switch {
		case i < 0:
			amiss = append(amiss, "“"+w.Name+"” is not there")
		case there[i].LabelID == "":
			amiss = append(amiss, "“"+w.Name+"” has none")
		case !strings.EqualFold(there[i].LabelID, arg["label"]):
			amiss = append(amiss, "“"+w.Name+"” has "+there[i].LabelID)
		}
	}
	if len(amiss) == 0 {
		return "", nil
	}
	return fmt.Sprintf("The label that the mapping asks for is missing on %d of %d items: %s. No application can set it: a person has to, in Power BI.", len(amiss), len(want), strings.Join(amiss[:min(len(amiss), 10)], ", ")), nil
}

// unanswered asks a model, and says what is wrong with its answer.
func (e *Engine) unanswered(ctx context.Context, arg map[string]string) (string, error) {
	rows, err := e.cfg.Executor.Query(ctx, arg["workspace"], arg["model"], arg["query"])
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "The query was answered without a row.", nil
	}
	if arg["expect"] == "" {
		return "", nil
	}
	var got []string
	for _, v := range rows[0] {
		if v == arg["expect"] {
			return "", nil
		}
		got = append(got, v)
	}
	slices.Sort(got)
	return "The query was answered with “" + strings.Join(got, ", ") + "” and not with “" + arg["expect"] + "”.", nil
}

// passing are the checks of the pre-flight that pass by themselves with time:
// they are waited for.
var passing = []string{promotion.CheckOperation, promotion.CheckMigration, promotion.CheckAssigned, promotion.CheckRefreshing}

// preflight asks every check again, with facts read now.
func (e *Engine) preflight(ctx context.Context, j *job, s db.RunStep, a act, arg map[string]string) (workflow.Next, error) {
	var choice promotion.Choice
	if err := json.Unmarshal([]byte(arg["choice"]), &choice); err != nil {
		return workflow.Next{}, fmt.Errorf("choice of step %s: %w", s.ID, err)
	}
	known, err := e.scanned(ctx, j, choice, promotion.Executor{ID: arg["executor"], Service: true})
	if err != nil {
		return workflow.Next{}, err
	}
	facts, err := PromotionFacts(ctx, e.cfg.Executor, e.cfg.Now(), known, choice)
	if err != nil {
		_, next, err := e.unread(ctx, j, s, a, err)
		return next, err
	}
	facts.Rules = e.judged(ctx, facts, choice)
	checks := promotion.Preflight(facts, choice)
	s.Parts = nil
	var unsure []string
	for _, c := range checks {
		s.Parts = append(s.Parts, db.StepPart{Name: c.Title, Kind: "check", State: string(c.State), Says: c.Evidence})
		if c.State == promotion.Unknown {
			unsure = append(unsure, c.Title)
		}
	}
	stop := promotion.Stopping(checks)
	if len(stop) == 0 {
		if len(unsure) > 0 {
			s.Answered = fmt.Sprintf("%d of %d checks passed. Not known: %s.", len(checks)-len(unsure), len(checks), strings.Join(unsure, "; "))
		}
		return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
	}
	says := stop[0].Title + ": no. " + stop[0].Evidence + " " + stop[0].Remedy
	if !slices.ContainsFunc(stop, func(c promotion.Check) bool { return !slices.Contains(passing, c.ID) }) {
		return e.postpone(ctx, j, s, "It waits. "+says, 0)
	}
	if len(stop) > 1 {
		says += fmt.Sprintf(" So say %d more.", len(stop)-1)
	}
	return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, strings.TrimSpace(says)+" Nothing was sent.")
}

// scanned is what the last scan knew of a promotion: what a live look cannot
// tell stays so.
func (e *Engine) scanned(ctx context.Context, j *job, c promotion.Choice, x promotion.Executor) (promotion.Facts, error) {
	r := e.cfg.DB.Reader()
	v, err := r.ViewNow(ctx, j.run.Tenant)
	if err != nil || v.Scan == 0 {
		return promotion.Facts{Executor: x}, err
	}
	return r.PromotionFacts(ctx, v, c, x, e.cfg.Now())
}

// onlyReads reports whether an operation is that of a check.
func onlyReads(operation string) bool {
	switch operation {
	case "Promotion_Preflight", "Pipelines_GetPipelineStageArtifacts", "Datasets_GetParametersInGroup", "Datasets_ExecuteQueriesInGroup",
		"Items_GetItemDefinition", "Reports_ExportReportInGroup":
		return true
	}
	return false
}

// unchecked takes a check back to ready whose outcome nobody wrote down: it
// only reads.
func (e *Engine) unchecked(ctx context.Context, r db.Run, s db.RunStep) error {
	return e.cfg.Write(ctx, "check again "+s.ID, func(tx *db.Tx) error {
		was, fence := s.State, s.Fence
		var err error
		if s.Fence, err = tx.Fence(ctx, r.Tenant, s.Lock, r.ID); err != nil {
			return err
		}
		s.State, s.Wake, s.Note = db.StepReady, tx.Now, ""
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(r, s, ledger.StepRetry, ledger.Done, "The portal stopped while it looked. It looks again."))
	})
}
