package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/remote"
	"steward/internal/secret"
)

// Exit codes of the request verbs, for pipelines. 0 means done, or without
// --wait that the portal has the request.
const (
	exitRejected  = 2
	exitExpired   = 3
	exitNotDone   = 4 // the carrying out failed, or was stopped half way
	exitWithdrawn = 5 // whoever asked took it back
	exitRefused   = 6 // the portal did not take it: fields, rules, rights
	exitWaited    = 7 // --timeout is over; the request goes on
	exitMisuse    = 64
)

type requestCmd struct {
	Submit submitCmd  `cmd:"" help:"Ask for something: portal request submit KIND --set name=value …"`
	Show   showCmd    `cmd:"" help:"Print where a request stands, as JSON."`
	Wait   waitCmd    `cmd:"" help:"Wait until nothing follows the request's state any more."`
	Cancel withdrawal `cmd:"" help:"Take a request back that is not being carried out yet."`
}

// Help lists the exit codes.
func (requestCmd) Help() string {
	return `Exit codes: 0 done (without --wait: submitted) · 1 the portal cannot be reached, or something else went wrong ·
2 rejected · 3 expired: nobody decided, or it was not started in time · 4 failed or stopped while it was carried out ·
5 withdrawn · 6 refused by the portal: a field, a rule, a right · 7 --timeout is over; the request goes on · 64 wrong use.`
}

// portalAt is where the portal is, and with what one may ask it.
type portalAt struct {
	Server    string `required:"" env:"PORTAL_SERVER" help:"The portal's address: https://governance.example.com. Also PORTAL_SERVER."`
	TokenFile string `type:"path" env:"PORTAL_TOKEN_FILE" xor:"token" required:"" help:"The file with the token. Also PORTAL_TOKEN_FILE."`
	TokenEnv  string `xor:"token" required:"" help:"The environment variable with the token, for pipelines that keep secrets there."`
}

func (p portalAt) client(w *world) (*remote.Client, error) {
	ref := secret.File(p.TokenFile)
	if p.TokenEnv != "" {
		ref = secret.Env(p.TokenEnv)
	}
	token, err := ref.Read()
	if err != nil {
		return nil, err
	}
	return remote.New(p.Server, token, func(format string, args ...any) { fmt.Fprintf(w.stderr, format+"\n", args...) })
}

// waited is how long one waits, and where the summary goes.
type waited struct {
	Timeout time.Duration `default:"72h" help:"How long to wait at most: 30m, 12h. 0 waits for ever."`
	Every   time.Duration `default:"5s" help:"The pause between two looks."`
	Summary string        `type:"path" help:"Write what became of it into this file, as Markdown, for the pipeline's page."`
}

// how is the same for the portal's client.
func (o waited) how() remote.Waiting {
	return remote.Waiting{Timeout: o.Timeout, Every: max(o.Every, 100*time.Millisecond)}
}

func (o waited) wait(w *world, c *remote.Client, id string) error {
	r, err := c.Wait(w.ctx, id, o.how())
	return o.ended(w, r.ID, r.Raw, r, err, "portal request wait "+id, exitOfState(r.State))
}

// ended reports what was waited for, and returns the exit code: that of its
// state, unless the waiting ended before. again is how to go on waiting.
func (o waited) ended(w *world, id string, raw json.RawMessage, r summarised, err error, again string, state error) error {
	if id != "" {
		if werr := o.report(w, raw, r); werr != nil {
			return werr
		}
	}
	switch {
	case errors.Is(err, remote.ErrTimeout):
		fmt.Fprintf(w.stderr, "The time to wait is over, and it goes on. Wait again with: %s\n", again)
		return exitError(exitWaited)
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(w.stderr, "Stopped waiting; it goes on. Wait again with: %s\n", again)
		return exitError(exitFailed)
	case err != nil:
		return exitOfCall(w, err)
	}
	return state
}

// summarised is what has a summary in Markdown.
type summarised interface{ Summary() string }

// report prints what the portal said and writes the summary.
func (o waited) report(w *world, raw json.RawMessage, r summarised) error {
	if _, err := fmt.Fprintln(w.stdout, strings.TrimSpace(string(raw))); err != nil {
		return err
	}
	if o.Summary == "" {
		return nil
	}
	f, err := os.OpenFile(o.Summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640) //nolint:gosec // pipelines give a file of theirs, to which others write as well
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The summary %s cannot be written.", o.Summary)
	}
	_, err = f.WriteString(r.Summary())
	return errors.Join(err, f.Close())
}

func exitOfState(state string) error {
	switch state {
	case "done":
		return nil
	case "rejected":
		return exitError(exitRejected)
	case "expired":
		return exitError(exitExpired)
	case "withdrawn":
		return exitError(exitWithdrawn)
	}
	return exitError(exitNotDone)
}

// exitOfCall says what the portal refused, or why it could not be asked.
func exitOfCall(w *world, err error) error {
	var p *remote.Problem
	if !errors.As(err, &p) {
		fmt.Fprintln(w.stderr, "portal:", fault.Sentence(err))
		return exitError(exitFailed)
	}
	fmt.Fprintln(w.stderr, "portal:", p.Error())
	if p.Instance != "" {
		fmt.Fprintln(w.stderr, "The portal's id of this call:", p.Instance)
	}
	if p.Status >= 500 || p.Status == 429 {
		return exitError(exitFailed)
	}
	return exitError(exitRefused)
}

type submitCmd struct {
	portalAt
	waited
	Kind      string        `arg:"" help:"What is asked for: workspace-create, access-add, promotion …; GET /api/v1/kinds lists all."`
	Set       []string      `sep:"none" help:"A field of the form, name=value; may be repeated: --set members[0].who=ana@example.com"`
	File      string        `type:"existingfile" help:"A JSON file with the fields; --set goes over it."`
	CSV       string        `type:"existingfile" help:"A CSV file, for the kind bulk: a line for each change."`
	Tenant    string        `help:"The tenant; may be left out where you may ask in one only."`
	Reason    string        `help:"For whoever decides."`
	NotBefore string        `help:"A day (2026-12-31) before which it is not carried out."`
	Draft     bool          `help:"Keep it as a draft for a person to look over and submit."`
	Key       string        `help:"Your own name for this request, such as the pipeline's run id: sent again with the same one, nothing is asked twice. Made up when left out."`
	Patience  time.Duration `help:"Try again for so long while the portal refuses it: what an earlier step of a pipeline made is known to it after the next scan."`
	Wait      bool          `help:"Wait until it is done, rejected or over."`
}

// Run submits, and waits if it is told to.
func (s submitCmd) Run(w *world) error {
	c, err := s.client(w)
	if err != nil {
		return misuse(w, err)
	}
	wish := remote.Wish{Kind: s.Kind, Tenant: s.Tenant, Reason: s.Reason, NotBefore: s.NotBefore, Submit: !s.Draft, Key: s.Key}
	if wish.Params, err = s.params(); err != nil {
		return misuse(w, err)
	}
	if wish.Key, err = keyOr(wish.Key); err != nil {
		return err
	}
	r, err := c.SubmitPatiently(w.ctx, wish, s.Patience)
	if err != nil {
		return exitOfCall(w, err)
	}
	fmt.Fprintf(w.stderr, "%s: %s\n%s\n", r.Says, r.Title, r.Href)
	if s.Wait && !s.Draft {
		return s.wait(w, c, r.ID)
	}
	return s.report(w, r.Raw, r)
}

// keyOr is the key that was given, or one made up.
func keyOr(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	var b [16]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// params are the fields as one JSON object.
func (s submitCmd) params() (json.RawMessage, error) {
	fields := map[string]any{}
	if s.File != "" {
		b, err := os.ReadFile(s.File)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The file %s cannot be read.", s.File)
		}
		if err := json.Unmarshal(b, &fields); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The file %s is not one JSON object: %v.", s.File, err)
		}
	}
	if s.CSV != "" {
		b, err := os.ReadFile(s.CSV)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The file %s cannot be read.", s.CSV)
		}
		fields["csv"] = strings.TrimPrefix(string(b), "\ufeff")
	}
	for _, text := range s.Set {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fault.New(fault.Invalid, "--set %q is no field. Write name=value, such as --set name=FIN-Budget-DEV.", text)
		}
		if err := remote.SetField(fields, name, value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(fields)
}

func misuse(w *world, err error) error {
	fmt.Fprintln(w.stderr, "portal:", fault.Sentence(err))
	if fault.Is(err, fault.Invalid) {
		return exitError(exitMisuse)
	}
	return exitError(exitFailed)
}

type oneRequest struct {
	portalAt
	ID string `arg:"" help:"The request's id."`
}

type showCmd struct{ oneRequest }

// Run prints the request.
func (s showCmd) Run(w *world) error {
	c, err := s.client(w)
	if err != nil {
		return misuse(w, err)
	}
	r, err := c.Show(w.ctx, s.ID)
	if err != nil {
		return exitOfCall(w, err)
	}
	return waited{}.report(w, r.Raw, r)
}

type waitCmd struct {
	oneRequest
	waited
}

// Run waits, also for a request that another step of a pipeline submitted.
func (s waitCmd) Run(w *world) error {
	c, err := s.client(w)
	if err != nil {
		return misuse(w, err)
	}
	return s.wait(w, c, s.ID)
}

type withdrawal struct {
	oneRequest
	Reason string `help:"Why."`
}

// Run takes the request back.
func (s withdrawal) Run(w *world) error {
	c, err := s.client(w)
	if err != nil {
		return misuse(w, err)
	}
	r, err := c.Withdraw(w.ctx, s.ID, s.Reason)
	if err != nil {
		return exitOfCall(w, err)
	}
	return waited{}.report(w, r.Raw, r)
}
