package world

import "time"

// Pipeline is a deployment pipeline at one moment.
type Pipeline struct {
	ID          string
	DisplayName string
	Description string
	Stages      []Stage // always in order, 3 in the Power BI API
	Grants      []Grant // right is always Admin; an empty slice = orphaned pipeline
	Created     time.Time
	// HistorySince is when a stage was last unassigned: deployments before are
	// forgotten. Zero = never.
	HistorySince time.Time
}

// Stage of a pipeline.
type Stage struct {
	ID            string
	Order         int
	Name          string // Development, Test, Production
	WorkspaceID   string // "" = nothing assigned
	WorkspaceName string
	Public        bool
}

// Deployment is one operation of a pipeline.
type Deployment struct {
	ID          string
	PipelineID  string
	Status      string // NotStarted, Executing, Succeeded, Failed
	SourceStage int
	TargetStage int
	Start, End  time.Time // End zero while executing
	Note        string
	By          Principal
	New         int
	Different   int
	Same        int
	Steps       []DeployStep
}

// DeployStep is one item of a deployment.
type DeployStep struct {
	Index                  int
	Kind                   ItemKind
	Status                 string
	DiffState              string // New, Different, NoDifference
	SourceID, SourceName   string
	TargetID, TargetName   string // "" = created by this step
	ErrorCode, ErrorDetail string
}

// Pairing of an item of a stage with its neighbours, as stages/{n}/artifacts
// tells it.
type Pairing struct {
	Item         *Item
	SourceID     string // "" = nothing behind it
	TargetID     string // "" = unpaired forward
	LastDeployed time.Time
}
