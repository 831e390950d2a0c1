package powerbi

import (
	"strconv"

	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type pipeline struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Description string          `json:"description,omitempty"`
	Stages      *[]stage        `json:"stages,omitempty"`
	Users       *[]pipelineUser `json:"users,omitempty"`
}

// stage has its order as a text in the admin's list and as a number elsewhere.
type stage struct {
	Order         any    `json:"order"`
	WorkspaceID   string `json:"workspaceId,omitempty"`
	WorkspaceName string `json:"workspaceName,omitempty"`
}

type pipelineUser struct {
	Identifier    string `json:"identifier"`
	Right         string `json:"accessRight"`
	PrincipalType string `json:"principalType"`
}

func pipelineUsers(p world.Pipeline) []pipelineUser {
	rows := []pipelineUser{}
	for _, g := range p.Grants {
		rows = append(rows, pipelineUser{g.Principal.Identifier(), "Admin", string(g.Principal.Kind)})
	}
	return rows
}

func adminStages(p world.Pipeline) []stage {
	rows := []stage{}
	for _, st := range p.Stages {
		rows = append(rows, stage{strconv.Itoa(st.Order), st.WorkspaceID, st.WorkspaceName})
	}
	return rows
}

// adminPipelines lists all pipelines of the tenant.
func (s *Service) adminPipelines(c *rest.Call) {
	top, skip, ok := window(c, 5000, 5000)
	if !ok {
		return
	}
	want, ok := expands(c, "users", "stages")
	if !ok {
		return
	}
	f, ok := readFilter(c)
	if !ok {
		return
	}
	rows := []pipeline{}
	for p := range s.world.Pipelines(c.At) {
		ok, err := f.Match(odata.Fields{"id": p.ID, "displayName": p.DisplayName, "users": pipelineRows(p)})
		if err != nil {
			badFilter(c, err)
			return
		}
		if !ok {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		w := pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description}
		if want["users"] {
			us := pipelineUsers(p)
			w.Users = &us
		}
		if want["stages"] {
			sts := adminStages(p)
			w.Stages = &sts
		}
		if rows = append(rows, w); len(rows) == top {
			break
		}
	}
	answerList(c, "pipelines", rows)
}

func (s *Service) adminPipelineUsers(c *rest.Call) {
	p, ok := s.world.Pipeline(c.Param("pipelineId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	answerList(c, "pipelineUsers", pipelineUsers(p))
}

// myPipeline finds the pipeline of an ordinary call; who is not its admin is told
// that it does not exist.
func (s *Service) myPipeline(c *rest.Call) (world.Pipeline, bool) {
	p, ok := s.world.Pipeline(c.Param("pipelineId"), c.At)
	if ok && s.runs(c, p) {
		return p, true
	}
	c.NotFound()
	return p, false
}

func (s *Service) runs(c *rest.Call, p world.Pipeline) bool {
	return s.acts.Runs(c.Caller.ObjectID, p, c.At)
}

// myStages leaves out the names of workspaces that the caller cannot see.
func (s *Service) myStages(c *rest.Call, p world.Pipeline) []stage {
	rows := []stage{}
	for _, st := range p.Stages {
		w := stage{Order: st.Order, WorkspaceID: st.WorkspaceID}
		if ws, ok := s.world.Workspace(st.WorkspaceID, c.At); ok && s.role(c, ws) != "" {
			w.WorkspaceName = ws.Name
		}
		rows = append(rows, w)
	}
	return rows
}

func (s *Service) pipelines(c *rest.Call) {
	rows := []pipeline{}
	for p := range s.world.Pipelines(c.At) {
		if s.runs(c, p) {
			rows = append(rows, pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description})
		}
	}
	answerList(c, "pipelines", rows)
}

func (s *Service) pipeline(c *rest.Call) {
	want, ok := expands(c, "stages")
	if !ok {
		return
	}
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	w := pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description}
	if want["stages"] {
		sts := s.myStages(c, p)
		w.Stages = &sts
	}
	c.JSON(200, w)
}

func (s *Service) pipelineStages(c *rest.Call) {
	if p, ok := s.myPipeline(c); ok {
		answerList(c, "stages", s.myStages(c, p))
	}
}

func (s *Service) pipelineUsersOf(c *rest.Call) {
	if p, ok := s.myPipeline(c); ok {
		answerList(c, "pipelineUsers", pipelineUsers(p))
	}
}

// stageItem says artifactName instead of artifactDisplayName for some kinds, as
// Microsoft's example does.
type stageItem struct {
	ID          string `json:"artifactId"`
	DisplayName string `json:"artifactDisplayName,omitempty"`
	Name        string `json:"artifactName,omitempty"`
	SourceID    string `json:"sourceArtifactId,omitempty"`
	TargetID    string `json:"targetArtifactId,omitempty"`
	Deployed    string `json:"lastDeploymentTime,omitempty"`
}

func (s *Service) stageArtifacts(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	order, err := strconv.Atoi(c.Param("stageOrder"))
	if err != nil {
		c.BadRequest("The stage order must be a whole number.")
		return
	}
	pairs, ok := s.world.StageItems(p.ID, order, c.At)
	if !ok {
		c.NotFound()
		return
	}
	out := map[world.ItemKind][]stageItem{world.KindModel: {}, world.KindReport: {}, world.KindDashboard: {},
		world.KindDataflow: {}, world.KindDatamart: {}}
	for _, pr := range pairs {
		rows, known := out[pr.Item.Kind]
		if !known {
			continue
		}
		w := stageItem{ID: pr.Item.ID, SourceID: pr.SourceID, TargetID: pr.TargetID, Deployed: zulu(pr.LastDeployed)}
		if order > 0 && pr.Item.Kind != world.KindDataflow && pr.Item.Kind != world.KindDatamart {
			w.Name = pr.Item.Name
		} else {
			w.DisplayName = pr.Item.Name
		}
		out[pr.Item.Kind] = append(rows, w)
	}
	c.JSON(200, out)
}

// pipelineRows are a pipeline's users as a filter sees them.
func pipelineRows(p world.Pipeline) []odata.Row {
	rows := []odata.Row{}
	for _, u := range pipelineUsers(p) {
		rows = append(rows, odata.Fields{"identifier": u.Identifier, "accessRight": u.Right, "principalType": u.PrincipalType})
	}
	return rows
}
