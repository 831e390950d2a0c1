package powerbi

import (
	"strings"

	"steward/internal/sim/world"
)

// The items of a scan result, in the spelling of the scanner. Optional keys are
// left out rather than null; "[App] " copies carry no users.

type endorsement struct {
	Endorsement string `json:"endorsement"`
	CertifiedBy string `json:"certifiedBy,omitempty"`
}

type label struct {
	LabelID string `json:"labelId"`
}

type usage struct {
	Instance string `json:"datasourceInstanceId"`
}

type relation struct {
	DependentOn string `json:"dependentOnArtifactId"`
	WorkspaceID string `json:"workspaceId,omitempty"`
	Type        string `json:"relationType,omitempty"`
	Settings    string `json:"settingsList,omitempty"`
	Usage       string `json:"usage,omitempty"`
}

type scanReport struct {
	ID                 string       `json:"id"`
	Name               string       `json:"name"`
	Description        string       `json:"description,omitempty"`
	DatasetID          string       `json:"datasetId,omitempty"`
	DatasetWorkspaceID string       `json:"datasetWorkspaceId,omitempty"`
	ReportType         string       `json:"reportType"`
	Created            string       `json:"createdDateTime,omitempty"`
	Modified           string       `json:"modifiedDateTime,omitempty"`
	CreatedBy          string       `json:"createdBy,omitempty"`
	CreatedByID        string       `json:"createdById,omitempty"`
	ModifiedBy         string       `json:"modifiedBy,omitempty"`
	ModifiedByID       string       `json:"modifiedById,omitempty"`
	AppID              *maybe       `json:"appId,omitempty"`
	OriginalID         string       `json:"originalReportObjectId,omitempty"`
	Endorsement        *endorsement `json:"endorsementDetails,omitempty"`
	Label              *label       `json:"sensitivityLabel,omitempty"`
	Usages             []usage      `json:"datasourceUsages,omitempty"`
	Relations          []relation   `json:"relations,omitempty"`
	Users              *[]user      `json:"users,omitempty"`
}

type scanTile struct {
	ID                 string `json:"id"`
	Title              string `json:"title,omitempty"`
	SubTitle           string `json:"subTitle,omitempty"`
	ReportID           string `json:"reportId,omitempty"`
	DatasetID          string `json:"datasetId,omitempty"`
	DatasetWorkspaceID string `json:"datasetWorkspaceId,omitempty"`
}

type scanDashboard struct {
	ID             string     `json:"id"`
	DisplayName    string     `json:"displayName"`
	IsReadOnly     bool       `json:"isReadOnly"`
	AppID          string     `json:"appId,omitempty"`
	Tiles          []scanTile `json:"tiles,omitempty"`
	Classification string     `json:"dataClassification,omitempty"`
	Label          *label     `json:"sensitivityLabel,omitempty"`
	Users          *[]user    `json:"users,omitempty"`
}

type scanDataflow struct {
	ID                string       `json:"objectId"`
	Name              string       `json:"name"`
	Description       string       `json:"description,omitempty"`
	ConfiguredBy      string       `json:"configuredBy,omitempty"`
	ModifiedBy        string       `json:"modifiedBy,omitempty"`
	Modified          string       `json:"modifiedDateTime,omitempty"`
	Generation        int          `json:"generation,omitempty"`
	ModelURL          string       `json:"modelUrl,omitempty"`
	Schedule          *schedule    `json:"refreshSchedule,omitempty"`
	Endorsement       *endorsement `json:"endorsementDetails,omitempty"`
	Usages            []usage      `json:"datasourceUsages,omitempty"`
	Misconfigured     []usage      `json:"misconfiguredDatasourceUsages,omitempty"`
	UpstreamDataflows []upstream   `json:"upstreamDataflows,omitempty"`
	UpstreamDatamarts []upstream   `json:"upstreamDatamarts,omitempty"`
	Label             *label       `json:"sensitivityLabel,omitempty"`
	Users             *[]user      `json:"users,omitempty"`
}

// scanMart spells two keys in Pascal case, as Microsoft's own example of a
// datamart does.
type scanMart struct {
	ID                string       `json:"id"`
	Name              string       `json:"name"`
	Description       string       `json:"description,omitempty"`
	Type              string       `json:"type"`
	ConfiguredBy      string       `json:"configuredBy,omitempty"`
	ConfiguredByID    string       `json:"configuredById,omitempty"`
	ModifiedBy        string       `json:"modifiedBy,omitempty"`
	ModifiedByID      string       `json:"modifiedById,omitempty"`
	Modified          string       `json:"modifiedDateTime,omitempty"`
	Status            string       `json:"status,omitempty"`
	State             string       `json:"state,omitempty"`
	Suspended         string       `json:"suspendedBatchId,omitempty"`
	Endorsement       *endorsement `json:"endorsementDetails,omitempty"`
	Label             *label       `json:"sensitivityLabel,omitempty"`
	UpstreamDataflows []upstream   `json:"UpstreamDataflows,omitempty"`
	Usages            []usage      `json:"datasourceUsages,omitempty"`
	Users             *[]user      `json:"Users,omitempty"`
}

type scanFabric struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Description  string            `json:"description,omitempty"`
	State        string            `json:"state,omitempty"`
	Created      string            `json:"createdDate,omitempty"`
	Updated      string            `json:"lastUpdatedDate,omitempty"`
	CreatedBy    string            `json:"createdBy,omitempty"`
	CreatedByID  string            `json:"createdById,omitempty"`
	ModifiedBy   string            `json:"modifiedBy,omitempty"`
	ModifiedByID string            `json:"modifiedById,omitempty"`
	Endorsement  *endorsement      `json:"endorsementDetails,omitempty"`
	Label        *label            `json:"sensitivityLabel,omitempty"`
	Relations    []relation        `json:"relations,omitempty"`
	Extended     map[string]string `json:"extendedProperties,omitempty"`
	Users        *[]user           `json:"users,omitempty"`
}

// upstream names the target by the key of its kind.
type upstream struct {
	Dataflow string `json:"targetDataflowId,omitempty"`
	Dataset  string `json:"targetDatasetId,omitempty"`
	Datamart string `json:"targetDatamartId,omitempty"`
	GroupID  string `json:"groupId"`
}

func wireUpstream(kind world.UpstreamKind, all []world.Upstream) []upstream {
	var out []upstream
	for _, u := range all {
		if u.Kind != kind {
			continue
		}
		w := upstream{GroupID: u.WorkspaceID}
		switch kind {
		case world.UpstreamDataflow:
			w.Dataflow = u.ItemID
		case world.UpstreamModel:
			w.Dataset = u.ItemID
		default:
			w.Datamart = u.ItemID
		}
		out = append(out, w)
	}
	return out
}

func wireEndorsement(it *world.Item) *endorsement {
	if it.Endorsement == "" {
		return nil
	}
	return &endorsement{it.Endorsement, it.CertifiedBy}
}

func wireLabel(id string) *label {
	if id == "" {
		return nil
	}
	return &label{id}
}

func wireUsages(ids []string) []usage {
	var out []usage
	for _, id := range ids {
		out = append(out, usage{id})
	}
	return out
}

func wireRelations(all []world.Relation) []relation {
	var out []relation
	for _, r := range all {
		out = append(out, relation{r.DependsOnID, r.WorkspaceID, r.Type, r.Settings, r.Usage})
	}
	return out
}

// by gives the UPN and the object id of an author; both empty when unknown.
func by(p *world.Principal) (upn, id string) {
	if p == nil {
		return "", ""
	}
	return p.Identifier(), p.ID
}

// isAppCopy reports whether the item is the copy that an app made: nobody has
// rights of their own on it, so no users are told.
func isAppCopy(it *world.Item) bool {
	return it.Report != nil && it.Report.OriginalID != "" || it.Dashboard != nil && it.Dashboard.AppID != "" &&
		strings.HasPrefix(it.Name, "[App]")
}
