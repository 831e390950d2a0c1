package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"steward/internal/fault"
)

// PlanRun is a run of a refresh plan as the portal tells it, as far as waiting
// needs it.
type PlanRun struct {
	ID     string     `json:"id"`
	Tenant string     `json:"tenant"`
	Plan   string     `json:"plan"`
	Name   string     `json:"name"`
	State  string     `json:"state"`
	Final  bool       `json:"final"`
	Waits  string     `json:"waits"`
	Note   string     `json:"note"`
	Href   string     `json:"href"`
	Nodes  []PlanNode `json:"nodes"`
	// Raw is the whole answer.
	Raw json.RawMessage `json:"-"`
}

// PlanNode is one model or dataflow of it.
type PlanNode struct {
	Name   string `json:"name"`
	Phase  string `json:"phase"`
	Tries  int    `json:"tries"`
	Reason string `json:"reason"`
}

func planPath(tenant, plan string) string {
	return "/refreshes/plans/" + url.PathEscape(tenant) + "/" + url.PathEscape(plan)
}

// RunPlan starts a refresh plan, which is named by its id or its name. The
// portal begins one run for one key, however often it is sent.
func (c *Client) RunPlan(ctx context.Context, tenant, plan, key string) (PlanRun, error) {
	a, err := c.Call(ctx, http.MethodPost, planPath(tenant, plan)+"/runs", "", map[string]string{"key": key}, true)
	if err != nil {
		return PlanRun{}, err
	}
	return parseRun(a)
}

// WaitForRun returns a run of a refresh plan when it has ended.
func (c *Client) WaitForRun(ctx context.Context, tenant, plan, run string, w Waiting) (PlanRun, error) {
	return watch(ctx, c, planPath(tenant, plan)+"/runs/"+url.PathEscape(run), w, parseRun)
}

func parseRun(a Answer) (PlanRun, error) {
	r := PlanRun{Raw: a.Body}
	if err := json.Unmarshal(a.Body, &r); err != nil || r.ID == "" {
		return r, unread(err)
	}
	return r, nil
}

// OnlyTenant is the tenant that the token is for. Invalid when there are several.
func (c *Client) OnlyTenant(ctx context.Context) (string, error) {
	a, err := c.Call(ctx, http.MethodGet, "/me", "", nil, false)
	if err != nil {
		return "", err
	}
	var me struct {
		Tenants []string `json:"tenants"`
	}
	if err := json.Unmarshal(a.Body, &me); err != nil {
		return "", unread(err)
	}
	if len(me.Tenants) != 1 {
		return "", fault.New(fault.Invalid, "Say in which tenant, with --tenant: the token is for %d.", len(me.Tenants))
	}
	return me.Tenants[0], nil
}

func (r PlanRun) over() bool { return r.Final }

// line says where a run stands, for a log.
func (r PlanRun) line() string {
	ended := 0
	for _, n := range r.Nodes {
		switch n.Phase {
		case "done", "skipped", "failed", "lost":
			ended++
		}
	}
	text := fmt.Sprintf("%s: %s (%d of %d nodes)", r.Name, r.State, ended, len(r.Nodes))
	if r.Waits != "" {
		text += ": " + r.Waits
	}
	if r.Note != "" {
		text += ": " + r.Note
	}
	return text
}

// Summary is the run in Markdown, for the page of a pipeline's run.
func (r PlanRun) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s. %s [Open the run](%s)\n\n| Node | Outcome | Tries | Why |\n|---|---|---|---|\n", plain(r.Name), plain(r.State), plain(r.Note), r.Href)
	for _, n := range r.Nodes {
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", plain(n.Name), plain(n.Phase), n.Tries, plain(n.Reason))
	}
	return b.String()
}
