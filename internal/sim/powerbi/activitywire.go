package powerbi

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// The activity log is by far the most that the stand-in is asked for: two
// thousand events a day for a small tenant. So its pages are written straight
// into bytes.

// logPage is one answer of the log under way.
type logPage struct {
	b      []byte
	tenant string
	events int
}

func newLogPage(tenant string) *logPage {
	return &logPage{b: append(make([]byte, 0, 64<<10), `{"activityEventEntities":[`...), tenant: tenant}
}

// end writes what follows the events and answers. uri and token are nil on the
// last page.
func (p *logPage) end(c *rest.Call, uri, token *string, last bool) {
	p.b = append(p.b, `],"continuationUri":`...)
	p.value(uri)
	p.b = append(p.b, `,"continuationToken":`...)
	p.value(token)
	p.b = append(p.b, `,"lastResultSet":`...)
	p.value(last)
	p.b = append(p.b, "}\n"...)
	c.Bytes(200, p.b)
}

// event writes an event: dates without a zone, WorkSpaceName with its capital
// S, and no key for what the event does not have.
func (p *logPage) event(e *world.Event) {
	if p.events++; p.events > 1 {
		p.b = append(p.b, ',')
	}
	p.b = append(p.b, `{"Id":`...)
	p.quote(e.ID)
	p.b = append(p.b, `,"RecordType":20,"CreationTime":"`...)
	p.b = e.Created.UTC().AppendFormat(p.b, "2006-01-02T15:04:05")
	p.b = append(p.b, '"')
	p.text("Operation", e.Activity)
	p.text("OrganizationId", p.tenant)
	p.b = append(p.b, `,"UserType":`...)
	p.value(e.UserType)
	p.text("UserKey", e.UserKey)
	p.b = append(p.b, `,"Workload":"PowerBI"`...)
	p.text("UserId", e.UserID)
	p.text("ClientIP", e.ClientIP)
	p.text("UserAgent", e.UserAgent)
	p.text("Activity", e.Activity)
	p.text("ItemName", e.ItemName)
	p.text("WorkSpaceName", e.WorkspaceName)
	p.text("CapacityId", e.CapacityID)
	p.text("CapacityName", e.CapacityName)
	p.text("WorkspaceId", e.WorkspaceID)
	p.item(e)
	p.text("ReportType", e.ReportType)
	p.text("AppName", e.AppName)
	p.text("AppReportId", e.AppReportID)
	p.text("DistributionMethod", e.Distribution)
	p.text("ConsumptionMethod", e.Consumption)
	p.text("DeploymentPipelineObjectId", e.PipelineID)
	p.text("DeploymentPipelineDisplayName", e.PipelineName)
	p.text("ResultStatus", e.Failure)
	p.b = append(p.b, `,"IsSuccess":`...)
	p.value(e.Success)
	p.text("RequestId", e.RequestID)
	p.text("ActivityId", e.ActivityID)
	for _, k := range slices.Sorted(maps.Keys(e.Extra)) {
		p.key(k)
		p.value(e.Extra[k])
	}
	p.b = append(p.b, '}')
}

// named are the kinds of items that have members of their own in an event.
var named = map[world.ItemKind]string{world.KindReport: "Report", world.KindModel: "Dataset", world.KindDashboard: "Dashboard",
	world.KindDataflow: "Dataflow"}

// item writes what an event is about, and the model behind it.
func (p *logPage) item(e *world.Event) {
	own := named[e.ItemKind]
	if own != "Dataset" {
		p.text("DatasetId", e.ModelID)
		p.text("DatasetName", e.ModelName)
	}
	if own != "" {
		p.text(own+"Id", e.ItemID)
		p.text(own+"Name", e.ItemName)
	}
	if e.ItemID == "" {
		return
	}
	kind := e.ItemKind.FabricType()
	if own == "Dataset" {
		kind = own
	}
	p.text("ArtifactId", e.ItemID)
	p.text("ArtifactName", e.ItemName)
	p.text("ArtifactKind", kind)
	p.text("ObjectId", e.ItemID)
}

func (p *logPage) key(k string) {
	p.b = append(p.b, ',')
	p.quote(k)
	p.b = append(p.b, ':')
}

// text writes a member, unless it is empty.
func (p *logPage) text(k, v string) {
	if v != "" {
		p.key(k)
		p.quote(v)
	}
}

// quote writes a JSON string; most need no escapes.
func (p *logPage) quote(s string) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			p.value(s)
			return
		}
	}
	p.b = append(p.b, '"')
	p.b = append(p.b, s...)
	p.b = append(p.b, '"')
}

func (p *logPage) value(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only texts, numbers and what the world makes of them
	}
	p.b = append(p.b, bytes.TrimRight(b.Bytes(), "\n")...)
}
