package check

import (
	"fmt"
	"time"

	"steward/internal/pbi"
)

// executor checks the second application: that it is another one, that it
// gets a token, and how many workspaces it may act in.
func (c *run) executor() {
	const separate, token, access = "Executor separate from scanner", "Executor's token obtained", "Executor has access to workspaces"
	app := c.s.Executor
	if app == nil {
		c.add(Result{Key: "executor", Title: separate, State: Warn, Evidence: "No executor is configured: the portal can look and cannot act.",
			Remedy: "Register a second application and name it under executor, when requests are to be carried out."})
		return
	}
	if app.ClientID == c.s.Scanner.ClientID {
		c.add(Result{Key: "executor", Title: separate, State: Fail, Evidence: "Both use " + app.ClientID + ".", Remedy: "Register a second application: what reads must not be able to write."})
		return
	}
	c.add(Result{Key: "executor", Title: separate, State: Pass, Evidence: "Two applications: " + c.s.Scanner.ClientID + " and " + app.ClientID + "."})
	if app.Trouble != nil {
		c.add(failed("executor-token", token, app.Trouble, "Put the secret or certificate where the configuration points."))
		return
	}
	if _, _, err := app.Tokens.Token(c.ctx); err != nil {
		c.add(failed("executor-token", token, err, "Follow the sentence; the code is explained in Microsoft's list of AADSTS errors."))
		c.add(notAsked("executor-access", access, "there is no token."))
		return
	}
	c.add(Result{Key: "executor-token", Title: token, State: Pass, Evidence: "Microsoft Entra gave one."})
	count := 0
	err := app.API.MyGroups(c.ctx, "", func(page []pbi.Group) error { count += len(page); return nil })
	switch {
	case err != nil:
		c.add(failed("executor-access", access, err, "Allow the executor's group in “Service principals can call Fabric public APIs”."))
	case count == 0:
		c.seen(Result{Key: "executor-access", Title: access, State: Warn, Evidence: "It is in no workspace.",
			Remedy: "Add it, or better a group that it is in, as Admin to the workspaces it is to look after. Those it creates it can manage anyway."})
	default:
		c.seen(Result{Key: "executor-access", Title: access, State: Pass, Evidence: fmt.Sprintf("It has a role in %d workspaces.", count)})
	}
}

func (c *run) graph() {
	const key, title = "graph", "Microsoft Graph answers"
	if c.s.Graph == nil {
		c.add(Result{Key: key, Title: title, State: Warn, Evidence: "Graph is switched off: who is behind a group, and who has left, stays unknown.",
			Remedy: "Set graph: true and consent to GroupMember.Read.All and User.Read.All of Microsoft Graph for the scanner."})
		return
	}
	if c.token == "" {
		c.add(notAsked(key, title, "there is no token."))
		return
	}
	if err := c.s.Graph.Probe(c.ctx); err != nil {
		c.add(failed(key, title, err, "Consent to GroupMember.Read.All and User.Read.All of Microsoft Graph (application permissions) for the scanner."))
		return
	}
	c.seen(Result{Key: key, Title: title, State: Pass, Evidence: "People and groups can be read."})
}

// soon is from when on the end of a certificate or secret is announced.
const soon = 30 * 24 * time.Hour

func (c *run) expiry() {
	for _, a := range []struct {
		key, title string
		app        *Application
	}{{"scanner-expiry", "Scanner's credential lasts", &c.s.Scanner}, {"executor-expiry", "Executor's credential lasts", c.s.Executor}} {
		if a.app == nil || a.app.Ends.IsZero() {
			continue
		}
		left := a.app.Ends.Sub(c.s.Now())
		r := Result{Key: a.key, Title: a.title, State: Pass, Evidence: "Until " + a.app.Ends.UTC().Format("2 Jan 2006") + "."}
		switch {
		case left <= 0:
			r.State, r.Remedy = Fail, "Put a new certificate or secret in place; the portal reads it without a restart."
		case left < soon:
			r.State, r.Remedy = Warn, fmt.Sprintf("It ends in %d days. Add the next one to the registration, then replace the file.", int(left.Hours()/24))
		}
		c.add(r)
	}
}
