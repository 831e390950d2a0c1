package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
)

// StepState is where one write is.
type StepState string

// States of a step; the last four are final, but for done, which an undoing
// step turns to undone.
const (
	StepReady    StepState = "ready"
	StepIntent   StepState = "intent"
	StepSettling StepState = "settling" // accepted; takes a while to take effect
	StepInDoubt  StepState = "in_doubt"
	StepDone     StepState = "done"
	StepFailed   StepState = "failed"
	StepSkipped  StepState = "skipped"
	StepUndone   StepState = "undone"
)

// Ended reports whether nothing more is done about the step by itself.
func (s StepState) Ended() bool {
	return s == StepDone || s == StepFailed || s == StepSkipped || s == StepUndone
}

// StepChoice is what a person decided about a step in doubt.
type StepChoice string

// The choices: the effect is there, send it again, give it up.
const (
	ChooseAdopt StepChoice = "adopt"
	ChooseRedo  StepChoice = "redo"
	ChooseStop  StepChoice = "stop"
)

// RunStep is one write of a run.
type RunStep struct {
	Run, ID string
	Seq     int
	// Undoes names the step that this one takes back; empty otherwise.
	Undoes string
	// Line is the row of a bulk request.
	Line int64
	// Says and Call are for reading; Operation is Microsoft's name.
	Says, Operation, Call string
	Lock, Marker          string
	State                 StepState
	// Wake is when it is tried, looked at or polled next.
	Wake time.Time
	// Attempt counts intents, Tries waits in a row, Looks those in doubt.
	Attempt, Tries, Looks int
	// Fence is the target's at the last intent.
	Fence int64
	// Digest is the SHA-256 of what was sent.
	Digest string
	// Made says that the effect is this run's doing, so that it may undo it.
	Made bool
	// Operator says that only a person can tell what became of it.
	Operator bool
	Choice   StepChoice
	// ChosenID is the id that person found, for what was created.
	ChosenID string
	// ChosenBy is who decided, ChosenWhy their reason.
	ChosenBy, ChosenWhy string
	// Sent and Answered are for reading, without secrets.
	Sent, Answered string
	Status         int
	// RequestIDs are Microsoft's, newest last, blank between.
	RequestIDs string
	Results    map[string]string
	Note       string
	// Finding is what is amiss although the step is done; empty for nothing.
	Finding string
	// Parts are the outcomes of the things it carried.
	Parts []StepPart
	// Intended and AnsweredAt bound the last write, Finished the step.
	Intended, AnsweredAt, Finished time.Time
}

// StepPart is the outcome of one thing that a step carried: an item of a
// deployment.
type StepPart struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// What was done to it: New, Different, NoDifference, as Microsoft says.
	What string `json:"what"`
	// State is Microsoft's: Succeeded, Failed, NotStarted; Says is the reason of
	// a failure.
	State string `json:"state"`
	Says  string `json:"says"`
}

const stepColumns = `run, id, seq, undoes, line, says, operation, call, lock, marker, state, wake, attempt, tries, looks, fence, digest, made,
	operator, choice, chosen_id, sent, answered, status, request_ids, results, note, intended, answered_at, finished, chosen_by, chosen_why, finding, parts`

func scanStep(row interface{ Scan(...any) error }) (RunStep, error) {
	var s RunStep
	var wake, intended, answered, finished sql.NullInt64
	var results, parts string
	err := row.Scan(&s.Run, &s.ID, &s.Seq, &s.Undoes, &s.Line, &s.Says, &s.Operation, &s.Call, &s.Lock, &s.Marker, &s.State, &wake, &s.Attempt,
		&s.Tries, &s.Looks, &s.Fence, &s.Digest, &s.Made, &s.Operator, &s.Choice, &s.ChosenID, &s.Sent, &s.Answered, &s.Status, &s.RequestIDs,
		&results, &s.Note, &intended, &answered, &finished, &s.ChosenBy, &s.ChosenWhy, &s.Finding, &parts)
	if err != nil {
		return s, err
	}
	s.Wake, s.Intended, s.AnsweredAt, s.Finished = timeOf(wake), timeOf(intended), timeOf(answered), timeOf(finished)
	return s, errors.Join(json.Unmarshal([]byte(results), &s.Results), json.Unmarshal([]byte(parts), &s.Parts))
}

func stepRows(rows *sql.Rows, err error) ([]RunStep, error) {
	if err != nil {
		return nil, classify(err)
	}
	defer func() { _ = rows.Close() }()
	var out []RunStep
	for rows.Next() {
		s, err := scanStep(rows)
		if err != nil {
			return nil, classify(err)
		}
		out = append(out, s)
	}
	return out, classify(rows.Err())
}

const stepsOfRun = `SELECT ` + stepColumns + ` FROM run_step WHERE run = $1 ORDER BY seq`

// RunSteps returns the steps of a run in their order.
func (t *Tx) RunSteps(ctx context.Context, run string) ([]RunStep, error) {
	out, err := stepRows(t.QueryContext(ctx, stepsOfRun, run))
	if err != nil {
		return nil, fmt.Errorf("steps of run %s: %w", run, err)
	}
	return out, nil
}

// RunSteps returns the steps of a run in their order.
func (r *Reader) RunSteps(ctx context.Context, run string) ([]RunStep, error) {
	out, err := stepRows(r.Query(ctx, stepsOfRun, run))
	if err != nil {
		return nil, fmt.Errorf("steps of run %s: %w", run, err)
	}
	return out, nil
}

// StepsInDoubt returns every step whose outcome is not known, oldest first.
func (r *Reader) StepsInDoubt(ctx context.Context) ([]RunStep, error) {
	out, err := stepRows(r.Query(ctx, `SELECT `+stepColumns+` FROM run_step WHERE state = 'in_doubt' ORDER BY intended, run, seq`))
	if err != nil {
		return nil, fmt.Errorf("steps in doubt: %w", err)
	}
	return out, nil
}

// CountForOperator counts the steps of a tenant that only a person can settle
// and nobody has decided about.
func (r *Reader) CountForOperator(ctx context.Context, tenant string) (n int64, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM run_step s JOIN run r ON r.id = s.run
		WHERE s.state = 'in_doubt' AND s.operator = 1 AND s.choice = '' AND r.tenant = $1`, tenant).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("steps for an operator: %w", classify(err))
	}
	return n, nil
}

// AddRunSteps appends steps to a run; their Seq follows those there are.
func (t *Tx) AddRunSteps(ctx context.Context, run string, steps []RunStep) error {
	for _, s := range steps {
		_, err := t.ExecContext(ctx, `INSERT INTO run_step (run, id, seq, undoes, line, says, operation, call, lock, marker, state)
			SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8, $9, 'ready' FROM run_step WHERE run = $1`,
			run, s.ID, s.Undoes, s.Line, s.Says, s.Operation, s.Call, s.Lock, s.Marker)
		if err != nil {
			return fmt.Errorf("step %s of run %s: %w", s.ID, run, classify(err))
		}
	}
	return nil
}

// SaveStep writes down where a step is now. was and fence are what it was when
// the caller read it: when another worker moved it in the meantime, or has
// taken the target, Conflict is returned and nothing is written.
func (t *Tx) SaveStep(ctx context.Context, s RunStep, was StepState, fence int64) error {
	if s.Results == nil {
		s.Results = map[string]string{}
	}
	results, err := json.Marshal(s.Results)
	if err != nil {
		return err
	}
	if s.State.Ended() && s.Finished.IsZero() {
		s.Finished = t.Now
	}
	res, err := t.ExecContext(ctx, `UPDATE run_step SET state = $3, wake = $4, attempt = $5, tries = $6, looks = $7, fence = $8, digest = $9, made = $10,
		operator = $11, choice = $12, chosen_id = $13, sent = $14, answered = $15, status = $16, request_ids = $17, results = $18, note = $19,
		intended = $20, answered_at = $21, finished = $22, finding = $25, parts = $26
		WHERE run = $1 AND id = $2 AND state = $23 AND fence = $24`,
		s.Run, s.ID, s.State, MillisOrNull(s.Wake), s.Attempt, s.Tries, s.Looks, s.Fence, s.Digest, s.Made, s.Operator, s.Choice, s.ChosenID,
		s.Sent, s.Answered, s.Status, s.RequestIDs, string(results), s.Note, MillisOrNull(s.Intended), MillisOrNull(s.AnsweredAt),
		MillisOrNull(s.Finished), was, fence, s.Finding, jsonText(s.Parts))
	if err != nil {
		return fmt.Errorf("step %s of run %s: %w", s.ID, s.Run, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.New(fault.Conflict, "Step %s of run %s was moved by another worker; what this one knows is not written down.", s.ID, s.Run))
	}
	return nil
}
