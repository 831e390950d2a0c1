package pbi

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Event is one entry of the activity log (guide, section 4). Which members are
// set depends on Activity; what is not here is in Raw.
type Event struct {
	// ID identifies the event; the same one may come twice. Not always a GUID.
	ID string
	// Time is when it happened.
	Time time.Time
	// Activity is what happened, such as ViewReport.
	Activity string
	// UserID is the user principal name, or an object id or "PowerBI" for
	// apps and the service.
	UserID, UserKey, UserAgent, ClientIP string
	// Succeeded is IsSuccess; true when the event does not say.
	Succeeded bool

	WorkspaceID, WorkspaceName string
	CapacityID, CapacityName   string
	ItemName                   string
	ArtifactID, ArtifactName   string
	ArtifactKind               string
	DatasetID, DatasetName     string
	ReportID, ReportName       string
	DashboardID, DashboardName string
	DataflowID, DataflowName   string
	ReportType                 string
	// AppName and AppReportID are set when content was used through an app.
	AppName, AppReportID string
	// ObjectID is the object that the event is about, of any kind.
	ObjectID, ObjectType, ObjectName string
	// DistributionMethod is Workspace, Apps, Shared, ...
	DistributionMethod, ConsumptionMethod string

	// Raw is the event as it came; its own memory.
	Raw []byte
}

// ActivityQuery says which events to read: those of one UTC day.
type ActivityQuery struct {
	// Day is any moment of the UTC day, at most 28 days ago.
	Day time.Time
	// Activity and UserID narrow the events; empty means all.
	Activity, UserID string
}

// ActivityEvents calls each with the events of one UTC day, page by page, in
// no certain order. Events may arrive at the service up to 24 hours late, so
// recent days must be read again.
// GET admin/activityevents, 200 an hour, every page counts.
func (c *Client) ActivityEvents(ctx context.Context, q ActivityQuery, each func([]Event) error) error {
	day := q.Day.UTC().Truncate(24 * time.Hour)
	query := url.Values{}
	query.Set("startDateTime", "'"+day.Format("2006-01-02T15:04:05.000Z")+"'")
	query.Set("endDateTime", "'"+day.Add(24*time.Hour-time.Millisecond).Format("2006-01-02T15:04:05.000Z")+"'")
	var filters []string
	if q.Activity != "" {
		filters = append(filters, "Activity eq "+quoted(q.Activity))
	}
	if q.UserID != "" {
		filters = append(filters, "UserId eq "+quoted(q.UserID))
	}
	if len(filters) > 0 {
		query.Set("$filter", strings.Join(filters, " and "))
	}
	return tokenPages(ctx, c, c.powerBI, OpActivity, "admin/activityevents", query, true, readEvent, each, "activityevententities")
}

// quoted writes a text as an OData string.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func readEvent(c *cursor) Event {
	e := Event{Succeeded: true}
	c.blank()
	start := c.i
	c.object(func(key, _ string) {
		if !e.who(c, key) {
			e.what(c, key)
		}
	})
	e.Raw = append([]byte(nil), c.b[start:c.i]...)
	return e
}

// who reads what an event says of itself and of who caused it.
func (e *Event) who(c *cursor, key string) bool {
	switch key {
	case "id":
		e.ID = c.id()
	case "creationtime":
		e.Time = c.time()
	case "activity":
		e.Activity = c.word()
	case "operation":
		if op := c.word(); e.Activity == "" {
			e.Activity = op // the two hold the same
		}
	case "userid":
		e.UserID = c.word()
	case "userkey":
		e.UserKey = c.word()
	case "useragent":
		e.UserAgent = c.word()
	case "clientip":
		e.ClientIP = c.word()
	case "issuccess":
		e.Succeeded = c.boolean()
	case "workspaceid":
		e.WorkspaceID = c.personID()
	case "workspacename":
		e.WorkspaceName = c.word()
	case "capacityid":
		e.CapacityID = c.personID()
	case "capacityname":
		e.CapacityName = c.word()
	default:
		return false
	}
	return true
}

// what reads what an event is about.
func (e *Event) what(c *cursor, key string) {
	switch key {
	case "itemname":
		e.ItemName = c.word()
	case "artifactid":
		e.ArtifactID = c.personID()
	case "artifactname":
		e.ArtifactName = c.word()
	case "artifactkind":
		e.ArtifactKind = c.word()
	case "datasetid":
		e.DatasetID = c.personID()
	case "datasetname":
		e.DatasetName = c.word()
	case "reportid":
		e.ReportID = c.personID()
	case "reportname":
		e.ReportName = c.word()
	case "dashboardid":
		e.DashboardID = c.personID()
	case "dashboardname":
		e.DashboardName = c.word()
	case "dataflowid":
		e.DataflowID = c.personID()
	case "dataflowname":
		e.DataflowName = c.word()
	case "reporttype":
		e.ReportType = c.word()
	case "appname":
		e.AppName = c.word()
	case "appreportid":
		e.AppReportID = c.personID()
	case "objectid":
		e.ObjectID = c.personID()
	case "objecttype":
		e.ObjectType = c.word()
	case "objectdisplayname":
		e.ObjectName = c.word()
	case "distributionmethod":
		e.DistributionMethod = c.word()
	case "consumptionmethod":
		e.ConsumptionMethod = c.word()
	}
}
