package powerbi

import (
	"net/http"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
)

// exportReport answers with the file; a caller that prefers it is sent to the
// storage beside, where no token belongs.
func (s *Service) exportReport(c *rest.Call) {
	kind := c.Query("downloadType")
	if kind != "" && kind != "IncludeModel" && kind != "LiveConnect" {
		c.BadRequest("downloadType must be IncludeModel or LiveConnect.")
		return
	}
	file, name, err := s.acts.Export(actor(c), c.Param("groupId"), c.Param("reportId"), kind == "LiveConnect", c.Now)
	if refused(c, err) {
		return
	}
	if !strings.EqualFold(c.Query("preferClientRouting"), "true") {
		answerFile(c, file, name)
		return
	}
	key := s.cfg.NewID()
	s.blobs.keep(key, file)
	c.W.Header().Set("Location", c.Base+"/blobs/"+key)
	c.Empty(http.StatusTemporaryRedirect)
}

func (s *Service) cloneReport(c *rest.Call) {
	var body struct {
		Name            string `json:"name"`
		TargetWorkspace string `json:"targetWorkspaceId"`
		TargetModel     string `json:"targetModelId"`
	}
	if !c.Decode(&body) {
		return
	}
	ws, it, err := s.acts.CloneReport(actor(c), c.Param("groupId"), c.Param("reportId"), body.Name, body.TargetWorkspace, body.TargetModel, c.Now)
	if !refused(c, err) {
		answerReport(c, ws, it)
	}
}

func (s *Service) rebind(c *rest.Call) {
	var body struct {
		DatasetID string `json:"datasetId"`
	}
	if !c.Decode(&body) {
		return
	}
	if body.DatasetID == "" {
		c.BadRequest("datasetId is required.")
		return
	}
	if !refused(c, s.acts.Rebind(actor(c), c.Param("groupId"), c.Param("reportId"), body.DatasetID, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) updateContent(c *rest.Call) {
	var body struct {
		SourceType   string `json:"sourceType"`
		SourceReport struct {
			ID          string `json:"sourceReportId"`
			WorkspaceID string `json:"sourceWorkspaceId"`
		} `json:"sourceReport"`
	}
	if !c.Decode(&body) {
		return
	}
	if body.SourceType != "ExistingReport" || body.SourceReport.ID == "" {
		c.BadRequest("sourceType must be ExistingReport, and sourceReport must name a report.")
		return
	}
	ws, it, err := s.acts.UpdateReportContent(actor(c), c.Param("groupId"), c.Param("reportId"), body.SourceReport.ID, body.SourceReport.WorkspaceID, c.Now)
	if !refused(c, err) {
		answerReport(c, ws, it)
	}
}

func (s *Service) addDashboard(c *rest.Call) {
	var body struct {
		Name string `json:"name"`
	}
	if !c.Decode(&body) {
		return
	}
	ws, it, err := s.acts.AddDashboard(actor(c), c.Param("groupId"), body.Name, c.Now)
	if refused(c, err) {
		return
	}
	row, _ := wireDashboard(ws, it)
	c.JSON(http.StatusOK, row)
}

func (s *Service) myTiles(c *rest.Call) {
	_, it, err := s.acts.Dashboard(actor(c), c.Param("groupId"), c.Param("dashboardId"), c.At)
	if refused(c, err) {
		return
	}
	var rows []tile
	for _, t := range it.Dashboard.Tiles {
		rows = append(rows, tile{t.ID, t.Title, 1, 1, t.ReportID, t.ModelID})
	}
	answerList(c, "tiles", rows)
}

func (s *Service) cloneTile(c *rest.Call) {
	var body struct {
		Dashboard string `json:"targetDashboardId"`
		Workspace string `json:"targetWorkspaceId"`
		Report    string `json:"targetReportId"`
		Model     string `json:"targetModelId"`
		Position  string `json:"positionConflictAction"`
	}
	if !c.Decode(&body) {
		return
	}
	if body.Dashboard == "" || body.Position != "" && body.Position != "Tail" && body.Position != "Abort" {
		c.BadRequest("targetDashboardId is required, and positionConflictAction must be Tail or Abort.")
		return
	}
	t, err := s.acts.Clone(actor(c), c.Param("groupId"), acts.CloneTile{Dashboard: c.Param("dashboardId"), Tile: c.Param("tileId"),
		TargetDashboard: body.Dashboard, TargetWorkspace: body.Workspace, TargetReport: body.Report, TargetModel: body.Model,
		Position: body.Position}, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, tile{t.ID, t.Title, 1, 1, t.ReportID, t.ModelID})
	}
}
