package pbi

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/upstream"
)

// Refresh is one entry of a dataset's refresh history (guide, section 5.1).
type Refresh struct {
	// RequestID identifies the refresh, in lower case.
	RequestID string
	// Status is Completed, Failed, Disabled, Cancelled, or Unknown, which
	// means that the refresh is under way.
	Status string
	// ExtendedStatus says more where the service gives it.
	ExtendedStatus string
	// Type is Scheduled, OnDemand, ViaApi, ViaXmlaEndpoint, ViaEnhancedApi, ...
	Type string
	// End is zero while the refresh is under way.
	Start, End time.Time
	// ErrorCode and ErrorText are from serviceExceptionJson; empty on success.
	ErrorCode, ErrorText string
	Attempts             []RefreshAttempt
}

// RefreshAttempt is one try of a refresh. Data and Query tries share a number.
type RefreshAttempt struct {
	Number     int
	Start, End time.Time
	// Type is Data or Query.
	Type                 string
	ErrorCode, ErrorText string
}

// Refreshes returns the newest entries of a dataset's refresh history; top 0
// means the service's default of 60.
// GET groups/{id}/datasets/{id}/refreshes; the app must be in the workspace.
func (c *Client) Refreshes(ctx context.Context, workspaceID, datasetID string, top int) ([]Refresh, error) {
	return c.refreshes(ctx, OpRefreshes, workspaceID, datasetID, top)
}

func (c *Client) refreshes(ctx context.Context, op Operation, workspaceID, datasetID string, top int) ([]Refresh, error) {
	query := url.Values{}
	if top > 0 {
		query.Set("$top", strconv.Itoa(top))
	}
	path := "groups/" + upstream.Segment(workspaceID) + "/datasets/" + upstream.Segment(datasetID) + "/refreshes"
	return wholeList(ctx, c, c.powerBI, op, path, query, readRefresh, "value")
}

func readRefresh(c *cursor) Refresh {
	var r Refresh
	c.object(func(key, _ string) {
		switch key {
		case "requestid":
			r.RequestID = c.id()
		case "status":
			r.Status = c.word()
		case "extendedstatus":
			r.ExtendedStatus = c.word()
		case "refreshtype":
			r.Type = c.word()
		case "starttime":
			r.Start = c.time()
		case "endtime":
			r.End = c.time()
		case "serviceexceptionjson":
			r.ErrorCode, r.ErrorText = readException(c.text())
		case "refreshattempts":
			c.array(func() { r.Attempts = append(r.Attempts, readAttempt(c)) })
		}
	})
	return r
}

func readAttempt(c *cursor) RefreshAttempt {
	var a RefreshAttempt
	c.object(func(key, _ string) {
		switch key {
		case "attemptid":
			a.Number = c.integer()
		case "starttime":
			a.Start = c.time()
		case "endtime":
			a.End = c.time()
		case "type":
			a.Type = c.word()
		case "serviceexceptionjson":
			a.ErrorCode, a.ErrorText = readException(c.text())
		}
	})
	return a
}

// RefreshHistory is Refreshes for whoever reads those of every model: held back,
// so that whoever follows a refresh does not wait for it.
func (x *Executor) RefreshHistory(ctx context.Context, workspaceID, modelID string, top int) ([]Refresh, error) {
	return x.c.refreshes(ctx, OpRefreshHistory, workspaceID, modelID, top)
}

// Transactions returns the refreshes of a dataflow that Microsoft still knows.
// The id of one is its transaction's, the status InProgress while it is under
// way; no cause of a failure is told.
// GET groups/{id}/dataflows/{id}/transactions; the app must be in the workspace.
func (x *Executor) Transactions(ctx context.Context, workspaceID, dataflowID string) ([]Refresh, error) {
	path := groupPath(workspaceID, "dataflows", dataflowID) + "/transactions"
	return wholeList(ctx, x.c, x.c.powerBI, OpTransactions, path, nil, readTransaction, "value")
}

func readTransaction(c *cursor) Refresh {
	var r Refresh
	c.object(func(key, _ string) {
		switch key {
		case "id":
			r.RequestID = c.id()
		case "refreshtype":
			r.Type = c.word()
		case "status":
			r.Status = c.word()
		case "starttime":
			r.Start = c.time()
		case "endtime":
			r.End = c.time()
		}
	})
	if r.Start.IsZero() { // the documentation's own example has no times: the id begins with one
		if at, _, ok := strings.Cut(r.RequestID, "@"); ok {
			r.Start = parseTime(strings.ToUpper(at))
		}
	}
	return r
}

// readException reads a serviceExceptionJson: JSON inside a string. Text that
// is not JSON is kept as it is.
func readException(text string) (code, description string) {
	if text == "" {
		return "", ""
	}
	if !valid([]byte(text)) {
		return "", text
	}
	c := newCursor([]byte(text), nil)
	c.object(func(key, _ string) {
		switch key {
		case "errorcode":
			code = c.text()
		case "errordescription":
			description = c.text()
		}
	})
	return code, description
}
