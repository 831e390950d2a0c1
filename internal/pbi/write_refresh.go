package pbi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"steward/internal/upstream"
)

// Ordinary reads of a model's refreshes; Microsoft states no limit.
var (
	OpRefreshDetails  = read("groups/{id}/datasets/{id}/refreshes/{id}")
	OpRefreshSchedule = read("groups/{id}/datasets/{id}/refreshSchedule")
)

// StartRefresh starts a standard refresh without mail, the only kind an app may
// ask for. Written.RefreshID is the id in the history. On shared capacity eight a
// day are allowed, scheduled ones included; a second one while one runs is a 400.
func StartRefresh(workspaceID, modelID string) Write {
	return Write{Operation: "Datasets_RefreshDatasetInGroup", Method: http.MethodPost, Path: groupPath(workspaceID, "datasets", modelID) + "/refreshes",
		Body: body(map[string]string{"notifyOption": "NoNotification"})}
}

// RefreshObject is a table, or one of its partitions, to refresh.
type RefreshObject struct {
	Table     string `json:"table"`
	Partition string `json:"partition,omitempty"`
}

// EnhancedRefresh is a refresh with options, on a capacity only. Empty members
// mean the service's own: everything, automatic, transactional.
type EnhancedRefresh struct {
	// Type is Full, ClearValues, Calculate, DataOnly, Automatic or Defragment.
	Type string
	// CommitMode is Transactional or PartialBatch.
	CommitMode string
	Objects    []RefreshObject
	// Parallelism and Retries are the service's own (10 and 0) when zero.
	Parallelism, Retries int
	// Timeout bounds one attempt; 0 means five hours.
	Timeout time.Duration
}

// StartEnhancedRefresh starts a refresh that can be followed by
// Executor.RefreshDetails and stopped by CancelRefresh.
func StartEnhancedRefresh(workspaceID, modelID string, e EnhancedRefresh) Write {
	b := map[string]any{"type": "Automatic"}
	if e.Type != "" {
		b["type"] = e.Type
	}
	if e.CommitMode != "" {
		b["commitMode"] = e.CommitMode
		if strings.EqualFold(e.CommitMode, "PartialBatch") {
			b["applyRefreshPolicy"] = false
		}
	}
	if len(e.Objects) > 0 {
		b["objects"] = e.Objects
	}
	if e.Parallelism > 0 {
		b["maxParallelism"] = e.Parallelism
	}
	if e.Retries > 0 {
		b["retryCount"] = e.Retries
	}
	if e.Timeout > 0 {
		b["timeout"] = fmt.Sprintf("%02d:%02d:%02d", int(e.Timeout.Hours()), int(e.Timeout.Minutes())%60, int(e.Timeout.Seconds())%60)
	}
	return Write{Operation: "Datasets_RefreshDatasetInGroup", Method: http.MethodPost, Path: groupPath(workspaceID, "datasets", modelID) + "/refreshes", Body: body(b)}
}

// CancelRefresh stops an enhanced refresh; a standard one cannot be stopped.
func CancelRefresh(workspaceID, modelID, refreshID string) Write {
	return Write{Operation: "Datasets_CancelRefreshInGroup", Method: http.MethodDelete,
		Path: groupPath(workspaceID, "datasets", modelID) + "/refreshes/" + upstream.Segment(refreshID)}
}

// StartDataflowRefresh starts a refresh of a dataflow without mail. The answer
// has no id: it is the newest of Executor.Transactions afterwards.
func StartDataflowRefresh(workspaceID, dataflowID string) Write {
	return Write{Operation: "Dataflows_RefreshDataflow", Method: http.MethodPost, Path: groupPath(workspaceID, "dataflows", dataflowID) + "/refreshes",
		Body: body(map[string]string{"notifyOption": "NoNotification"})}
}

// CancelDataflowRefresh stops the refresh of a dataflow, by the id of its
// transaction. That begins with a time, whose letters are capitals.
func CancelDataflowRefresh(workspaceID, transactionID string) Write {
	if at, rest, ok := strings.Cut(transactionID, "@"); ok {
		transactionID = strings.ToUpper(at) + "@" + rest
	}
	return Write{Operation: "Dataflows_CancelDataflowTransaction", Method: http.MethodPost,
		Path: "groups/" + upstream.Segment(workspaceID) + "/dataflows/transactions/" + upstream.Segment(transactionID) + "/cancel"}
}

// refreshID is the id of a started refresh: an enhanced one is named by its
// address, a standard one by the header RequestId, in upper case.
func refreshID(header http.Header) string {
	if to := header.Get("Location"); to != "" {
		if u, err := url.Parse(to); err == nil {
			return strings.ToLower(u.Path[strings.LastIndexByte(u.Path, '/')+1:])
		}
	}
	for _, name := range []string{"RequestId", "x-ms-request-id"} {
		if id := header.Get(name); id != "" {
			return strings.ToLower(id)
		}
	}
	return ""
}

// Refreshes returns the newest entries of a model's history; top 0 means the
// service's default of 60. A refresh under way has the status Unknown.
// GET groups/{id}/datasets/{id}/refreshes.
func (x *Executor) Refreshes(ctx context.Context, workspaceID, modelID string, top int) ([]Refresh, error) {
	return x.c.Refreshes(ctx, workspaceID, modelID, top)
}

// RefreshDetail is an enhanced refresh as its own address tells it.
type RefreshDetail struct {
	// Status is Unknown or InProgress while it runs; ExtendedStatus says more:
	// NotStarted, InProgress, Completed, TimedOut, Failed, Disabled, Cancelled.
	Status, ExtendedStatus string
	Start, End             time.Time
	// ErrorCode and ErrorText are of the first message that is an error.
	ErrorCode, ErrorText string
}

// Over reports whether the refresh has ended, in whatever way.
func (d RefreshDetail) Over() bool {
	switch d.ExtendedStatus {
	case "Completed", "TimedOut", "Failed", "Disabled", "Cancelled":
		return true
	case "", "Unknown":
		return !d.End.IsZero()
	}
	return false
}

// RefreshDetails returns an enhanced refresh.
// GET groups/{id}/datasets/{id}/refreshes/{id}.
func (x *Executor) RefreshDetails(ctx context.Context, workspaceID, modelID, refreshID string) (RefreshDetail, error) {
	path := groupPath(workspaceID, "datasets", modelID) + "/refreshes/" + upstream.Segment(refreshID)
	answer, err := x.c.get(ctx, x.c.powerBI, OpRefreshDetails, path, nil, "")
	if err != nil {
		return RefreshDetail{}, err
	}
	var d RefreshDetail
	c := newCursor(answer.Body, nil)
	c.object(func(key, _ string) {
		switch key {
		case "status":
			d.Status = c.word()
		case "extendedstatus":
			d.ExtendedStatus = c.word()
		case "starttime":
			d.Start = c.time()
		case "endtime":
			d.End = c.time()
		case "messages":
			c.array(func() { d.message(c) })
		}
	})
	if d.Status == "" {
		return d, x.c.powerBI.Broken(OpRefreshDetails, answer, errNoID)
	}
	return d, nil
}

func (d *RefreshDetail) message(c *cursor) {
	var code, text, kind string
	c.object(func(key, _ string) {
		switch key {
		case "code":
			code = c.text()
		case "message":
			text = c.text()
		case "type":
			kind = c.word()
		}
	})
	if d.ErrorCode == "" && (kind == "Error" || kind == "") {
		d.ErrorCode, d.ErrorText = code, text
	}
}

// Schedule returns the refresh schedule of a model; nil when it has none.
// GET groups/{id}/datasets/{id}/refreshSchedule.
func (x *Executor) Schedule(ctx context.Context, workspaceID, modelID string) (*Schedule, error) {
	answer, err := x.c.get(ctx, x.c.powerBI, OpRefreshSchedule, groupPath(workspaceID, "datasets", modelID)+"/refreshSchedule", nil, "")
	if err != nil {
		return nil, err
	}
	return readSchedule(newCursor(answer.Body, nil)), nil
}

// SetSchedule changes the refresh schedule of a model that the executor owns and
// switches it on: at least one day, times on the hour or half hour, eight a day on
// shared capacity and 48 on a dedicated one, no mail.
func SetSchedule(workspaceID, modelID string, days, times []string, zone string) Write {
	value := map[string]any{"enabled": true, "days": days, "times": times, "notifyOption": "NoNotification"}
	if zone != "" {
		value["localTimeZoneId"] = zone
	}
	return patchSchedule(workspaceID, modelID, value)
}

// ScheduleOff switches the schedule of a model off, which must be the only change.
func ScheduleOff(workspaceID, modelID string) Write {
	return patchSchedule(workspaceID, modelID, map[string]any{"enabled": false})
}

func patchSchedule(workspaceID, modelID string, value map[string]any) Write {
	return Write{Operation: "Datasets_UpdateRefreshScheduleInGroup", Method: http.MethodPatch,
		Path: groupPath(workspaceID, "datasets", modelID) + "/refreshSchedule", Body: body(map[string]any{"value": value})}
}
