package pbi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// ModifiedQuery narrows the list of workspaces to scan.
type ModifiedQuery struct {
	// Since is the moment of the last scan, between 30 minutes and 30 days
	// ago; zero means every workspace.
	Since time.Time
	// ExcludePersonal leaves out personal workspaces, ExcludeInactive the
	// deleted ones and those of people who never used Power BI.
	ExcludePersonal, ExcludeInactive bool
}

// Modified returns the ids of the workspaces changed since a moment, or of all
// of them, each once.
// GET admin/workspaces/modified, 30 an hour.
func (c *Client) Modified(ctx context.Context, q ModifiedQuery) ([]string, error) {
	query := url.Values{}
	if !q.Since.IsZero() {
		query.Set("modifiedSince", q.Since.UTC().Format("2006-01-02T15:04:05.0000000Z"))
	}
	if q.ExcludePersonal {
		query.Set("excludePersonalWorkspaces", "true")
	}
	if q.ExcludeInactive {
		query.Set("excludeInActiveWorkspaces", "true")
	}
	answer, err := c.get(ctx, c.powerBI, OpModified, "admin/workspaces/modified", query, "")
	if err != nil {
		return nil, err
	}
	ids, err := readModified(answer.Body)
	if err != nil {
		return nil, c.powerBI.Broken(OpModified, answer, err)
	}
	return ids, nil
}

// readModified reads the bare array of the answer.
func readModified(body []byte) ([]string, error) {
	ids := []string{}
	known := map[string]bool{}
	missing := false
	cur := newCursor(body, nil)
	list := cur.array(func() {
		id := ""
		cur.object(func(key, _ string) {
			if key == "id" || key == "workspaceid" {
				id = cur.id()
			}
		})
		missing = missing || id == ""
		if id != "" && !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	})
	switch {
	case !list:
		return nil, errNoList
	case missing:
		return nil, errors.New("a workspace without an id")
	}
	return ids, nil
}

// ScanOptions say what a scan brings besides the items' names. All are off by
// default at the service.
type ScanOptions struct {
	// Lineage: what items are made from, and dashboards' tiles.
	Lineage bool
	// Datasources: the data sources and their connection details.
	Datasources bool
	// Schema: tables, columns and measures. Needs a tenant setting.
	Schema bool
	// Expressions: DAX and M. Needs Schema and another tenant setting.
	Expressions bool
	// Users: who has which right, on workspaces and items.
	Users bool
}

// Scan is a scan as the service sees it.
type Scan struct {
	ID      string
	Created time.Time
	// Status is one of the constants below, or what the service says.
	Status ScanStatus
	// ErrorCode and ErrorMessage say why a scan failed; often empty.
	ErrorCode, ErrorMessage string
}

// ScanStatus is where a scan stands.
type ScanStatus string

// The known states of a scan, as the definitions spell them.
const (
	ScanNotStarted ScanStatus = "NotStarted"
	ScanRunning    ScanStatus = "Running"
	ScanSucceeded  ScanStatus = "Succeeded"
	ScanFailed     ScanStatus = "Failed"
)

// GetInfo starts a scan of up to 100 workspaces; an id given twice is sent
// once. At most MaxUnfinishedScans may be unfinished at once. Ids that are not
// of the tenant are no error: they come back as "Not Found".
// POST admin/workspaces/getInfo, 500 an hour.
func (c *Client) GetInfo(ctx context.Context, workspaces []string, o ScanOptions) (Scan, error) {
	var ids []string
	known := map[string]bool{}
	for _, id := range workspaces {
		if id = normalID(id); id != "" && !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || len(ids) > MaxScanWorkspaces {
		return Scan{}, fault.New(fault.Invalid, "A scan takes 1 to %d workspaces, not %d.", MaxScanWorkspaces, len(ids))
	}
	query := url.Values{}
	for name, on := range map[string]bool{"lineage": o.Lineage, "datasourceDetails": o.Datasources, "datasetSchema": o.Schema,
		"datasetExpressions": o.Expressions, "getArtifactUsers": o.Users} {
		query.Set(name, strconv.FormatBool(on))
	}
	answer, err := c.powerBI.Do(ctx, upstream.Request{Operation: c.capped(OpGetInfo), Method: http.MethodPost,
		Path: "admin/workspaces/getInfo", Query: query, Body: map[string][]string{"workspaces": ids}})
	if err != nil {
		return Scan{}, err
	}
	return c.scan(OpGetInfo, answer)
}

// ScanStatus asks where a scan stands. Microsoft advises to ask every 30 s or
// so; an unknown scan, or one older than 24 hours, is fault.NotFound.
// GET admin/workspaces/scanStatus/{scanId}, 10,000 an hour.
func (c *Client) ScanStatus(ctx context.Context, scanID string) (Scan, error) {
	answer, err := c.get(ctx, c.powerBI, OpScanStatus, "admin/workspaces/scanStatus/"+upstream.Segment(scanID), nil, "")
	if err != nil {
		return Scan{}, err
	}
	return c.scan(OpScanStatus, answer)
}

// scan reads a ScanRequest.
func (c *Client) scan(op Operation, answer *upstream.Answer) (Scan, error) {
	s := readScan(answer.Body)
	if s.ID == "" || s.Status == "" {
		return Scan{}, c.powerBI.Broken(op, answer, errors.New("a scan without id or status"))
	}
	return s, nil
}

func readScan(body []byte) Scan {
	var s Scan
	cur := newCursor(body, nil)
	cur.object(func(key, _ string) {
		switch key {
		case "id":
			s.ID = cur.id()
		case "createddatetime":
			s.Created = cur.time()
		case "status":
			s.Status = scanStatus(cur.text())
		case "error":
			cur.object(func(key, _ string) {
				switch key {
				case "code":
					s.ErrorCode = cur.text()
				case "message":
					s.ErrorMessage = cur.text()
				}
			})
		}
	})
	return s
}

// scanStatus puts a known state into its usual spelling; SUCCEEDED was seen.
func scanStatus(s string) ScanStatus {
	for _, known := range []ScanStatus{ScanNotStarted, ScanRunning, ScanSucceeded, ScanFailed} {
		if strings.EqualFold(s, string(known)) {
			return known
		}
	}
	return ScanStatus(s)
}
