// Package graph reads people and groups from Microsoft Graph: who is behind a
// group, and who has left. It is optional: without its permissions
// (GroupMember.Read.All and User.Read.All, as application permissions with
// admin consent) the portal says "unknown" behind groups. It changes nothing,
// and knows nothing of Power BI. Retries, tokens and caps are
// internal/upstream's.
package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// The machinery of a call, by the names that this package's users know.
type (
	// Tokens gives access tokens; entra.Source is one.
	Tokens = upstream.Tokens
	// Budgets keep everyone off an operation after a 429.
	Budgets = upstream.Budgets
	// Call is what Config.OnCall is told about one try.
	Call = upstream.Call
	// Error is a failed call.
	Error = upstream.Error
	// Operation is one kind of call.
	Operation = upstream.Operation
)

// Config is what a Client needs; as in pbi.Config.
type Config struct {
	// Base is Graph's root, such as https://graph.microsoft.com/v1.0.
	Base      string
	Tokens    Tokens
	Transport http.RoundTripper
	Budgets   *Budgets
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error
	Jitter    func() float64
	Stall     time.Duration
	Timeout   time.Duration
	Log       *slog.Logger
	UserAgent string
	OnCall    func(Call)
}

// Client reads the directory of one tenant. It is safe for concurrent use.
type Client struct{ api *upstream.Client }

// New checks cfg and returns a Client. It calls nothing yet.
func New(cfg Config) (*Client, error) {
	api, err := upstream.New(upstream.Config{
		Base: cfg.Base, Tokens: cfg.Tokens, Transport: cfg.Transport, Budgets: cfg.Budgets, Now: cfg.Now, Sleep: cfg.Sleep,
		Jitter: cfg.Jitter, Stall: cfg.Stall, Timeout: cfg.Timeout, Log: cfg.Log, UserAgent: cfg.UserAgent,
		OnCall: cfg.OnCall, Read: readProblem, Explain: explain,
	})
	if err != nil {
		return nil, err
	}
	return &Client{api: api}, nil
}

// The operations; Graph states no limits that could be kept beforehand.
var (
	OpTransitive = read("graph/groups/{id}/transitiveMembers")
	OpMembers    = read("graph/groups/{id}/members")
	OpUsers      = read("graph/users")
	OpUser       = read("graph/users/{id}")
	OpUsersDelta = read("graph/users/delta")
	OpGroupDelta = read("graph/groups/delta")
	OpByIDs      = read("graph/directoryObjects/getByIds") // a POST that only reads
)

func read(name string) Operation { return Operation{Name: name, Repeatable: true} }

// maxPages is where a list is given up as endless: 20,000 pages of 999.
const maxPages = 20_000

// page is one answer of a list.
type page struct {
	Value *[]object `json:"value"`
	Next  string    `json:"@odata.nextLink"`
	Delta string    `json:"@odata.deltaLink"`
}

// pages reads a list to its end and returns its delta link, if it has one.
func (c *Client) pages(ctx context.Context, op Operation, path string, rawQuery string, each func([]Object) error) (string, error) {
	seen := map[string]bool{}
	for range maxPages {
		answer, err := c.api.Do(ctx, upstream.Request{Operation: op, Method: http.MethodGet, Path: path, RawQuery: rawQuery})
		if err != nil {
			return "", err
		}
		var p page
		if err := json.Unmarshal(answer.Body, &p); err != nil {
			return "", c.api.Broken(op, answer, errShape)
		}
		if p.Value == nil {
			return "", c.api.Broken(op, answer, errors.New("the list is missing from the answer"))
		}
		if len(*p.Value) > 0 {
			if err := each(objects(*p.Value)); err != nil {
				return "", err
			}
		}
		if p.Next == "" {
			return p.Delta, nil
		}
		if path, rawQuery, err = c.api.Follow(p.Next); err != nil {
			return "", c.api.Foreign(op, answer, err)
		}
		if seen[p.Next] {
			return "", c.api.Endless(op, answer, errors.New("a link to the next page came back"))
		}
		seen[p.Next] = true
	}
	return "", c.api.Endless(op, nil, fmt.Errorf("more than %d pages", maxPages))
}

// errShape stands for the decoder's error, whose text quotes the answer.
var errShape = errors.New("the answer does not have the shape that Graph documents")

// query writes a query with blanks as %20.
func query(pairs ...string) string {
	out := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		if out != "" {
			out += "&"
		}
		out += pairs[i] + "=" + url.PathEscape(pairs[i+1])
	}
	return out
}

// readProblem reads Graph's error envelope.
func readProblem(_ int, _ http.Header, body []byte) upstream.Problem {
	var e struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Inner   struct {
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return upstream.Problem{}
	}
	return upstream.Problem{Code: e.Error.Code, Message: e.Error.Message, RequestID: e.Error.Inner.RequestID}
}

// explain finds kind and sentence of an error; "" leaves it to the status.
func explain(e *Error) (fault.Kind, string) {
	switch {
	case e.Class != upstream.ClassAnswer:
		return fault.Internal, ""
	case e.Status == http.StatusForbidden || e.Code == "Authorization_RequestDenied":
		return fault.Denied, "Microsoft Graph does not let the app read people and groups. In Microsoft Entra, under API permissions, add the application permissions GroupMember.Read.All and User.Read.All of Microsoft Graph and grant admin consent. Until then what is behind groups stays unknown."
	case e.Status == http.StatusUnauthorized:
		return fault.Denied, "Microsoft Graph does not accept the app's token. Check that the cloud in the configuration is the tenant's own."
	case e.Status == http.StatusNotFound:
		return fault.NotFound, "The directory has nobody of this id: the person or group is gone."
	case e.Status == http.StatusGone:
		return fault.Conflict, "Microsoft Graph has forgotten where the last reading of changes ended. Everything is read again."
	}
	return fault.Internal, ""
}
