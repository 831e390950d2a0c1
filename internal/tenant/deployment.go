package tenant

import "time"

// StageItem is an item of a pipeline's stage, as only the users of the pipeline
// are told (api guide, section 6.1).
type StageItem struct {
	// Order is the stage's, Kind one of the item kinds.
	Order          int
	ID, Kind, Name string
	// SourceID and TargetID are its pairs in the stages before and after; empty
	// when it has none.
	SourceID, TargetID string
	// Deployed is the last deployment into this stage; zero when there was none.
	Deployed time.Time
}

// Deployment is one operation of a pipeline.
type Deployment struct {
	// Operation is Microsoft's id, Status NotStarted, Executing, Succeeded or
	// Failed.
	Operation, Status string
	// Started, Ended and Updated are zero when not told.
	Started, Ended, Updated time.Time
	SourceOrder             int
	TargetOrder             int
	// Note is what the deployer wrote; NoteCut says that it is not whole.
	Note    string
	NoteCut bool
	// By is the deployer: a user principal name, or an app's object id.
	By string
	// New, Changed and Equal count the items before the deployment.
	New, Changed, Equal int
	// Steps are known only where StepsKnown says so. A failure is told by the
	// steps alone and may be partial.
	Steps      []DeploymentStep
	StepsKnown bool
}

// DeploymentStep is what a deployment did with one item.
type DeploymentStep struct {
	Index int
	// Kind is one of the item kinds, Status as on the Deployment, Difference New,
	// Different or NoDifference.
	Kind, Status, Difference string
	SourceID, SourceName     string
	// TargetID is empty for an item that was not created.
	TargetID, TargetName string
	ErrorCode, ErrorText string
}
