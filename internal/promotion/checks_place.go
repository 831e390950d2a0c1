package promotion

import (
	"time"

	"steward/internal/tenant"
)

// The checks of this file are about the two places and who deploys.

func (fl *flight) stages() result {
	_, from := fl.f.Pipeline.Stage(fl.c.From)
	_, to := fl.f.Pipeline.Stage(fl.c.To)
	step := fl.c.To - fl.c.From
	switch {
	case !from || !to:
		return failed("The pipeline "+fl.f.Pipeline.Name+" has "+some(len(fl.f.Pipeline.Stages), "stage", "stages")+", and one that was chosen is not among them.", "Choose two stages of the pipeline.")
	case step != 1 && step != -1:
		return failed(fl.f.Source.Stage.Title()+" and "+fl.f.Target.Stage.Title()+" are not neighbours. A deployment goes from a stage to the one beside it.", "Promote one stage at a time.")
	}
	return passed("From " + fl.f.Source.Stage.Title() + " to " + fl.f.Target.Stage.Title() + ".")
}

func (fl *flight) workspaces() result {
	switch {
	case fl.f.Source.Stage.WorkspaceID == "":
		return failed("The stage "+fl.f.Source.Stage.Title()+" has no workspace.", "Assign a workspace to the stage first.")
	case fl.f.Target.Stage.WorkspaceID != "":
		return passed("Both stages have a workspace.")
	case fl.c.NewWorkspace != "":
		return passed("The deployment makes the workspace “" + fl.c.NewWorkspace + "” for the stage " + fl.f.Target.Stage.Title() + ".")
	}
	return failed("The stage "+fl.f.Target.Stage.Title()+" has no workspace.", "Assign a workspace to the stage, or name one that the deployment is to make.")
}

// sides are the ends that have a workspace.
func (fl *flight) sides() []*Side {
	if fl.f.Target.Stage.WorkspaceID == "" {
		return []*Side{&fl.f.Source}
	}
	return []*Side{&fl.f.Source, &fl.f.Target}
}

func (s *Side) place() string {
	if s.Stage.WorkspaceName != "" {
		return "“" + s.Stage.WorkspaceName + "”"
	}
	return "the workspace of " + s.Stage.Title()
}

// rights: an administrator of the pipeline who is a contributor at least on both
// sides (api guide, section 6.2).
func (fl *flight) rights() result {
	unsure := ""
	switch a := fl.f.Administers; {
	case a.Known && !a.Value:
		return failed("The portal's application is no user of the pipeline "+fl.f.Pipeline.Name+".", "Add the application to the users of the pipeline, as its administrator.")
	case !a.Known:
		unsure = "the users of the pipeline " + fl.f.Pipeline.Name
	}
	for _, s := range fl.sides() {
		switch {
		case !s.Right.Known:
			unsure = "the portal's role in " + s.place()
		case s.Right.Value == "" || s.Right.Value == tenant.RightNone:
			return failed("The portal's application has no role in "+s.place()+".", "Give it the role Contributor there, or Member.")
		case !s.Right.Value.CanWrite():
			return failed("The portal's application is only "+string(s.Right.Value)+" in "+s.place()+".", "Give it the role Contributor there, or Member.")
		}
	}
	if unsure != "" {
		return unknown("Not known: "+unsure+".", scanIt)
	}
	return passed("The portal's application administers the pipeline and may write on both sides.")
}

func (fl *flight) operation() result {
	switch r := fl.f.Running; {
	case !r.Known:
		return unknown("Whether a deployment is running is not known.", scanIt)
	case r.Value != "":
		return failed("Another deployment of this pipeline is running: "+r.Value+".", "Wait until it has ended. A deployment cannot be cancelled.")
	}
	return passed("No deployment of this pipeline is running.")
}

func (fl *flight) capacity() result {
	unsure := ""
	for _, s := range fl.sides() {
		switch {
		case !s.Capacity.Known:
			unsure = s.place()
		case s.Capacity.Value == "":
			return failed(upper(s.place())+" is on shared capacity, and deployments need a dedicated one on both sides.", "Assign the workspace to a capacity.")
		case !s.CapacityState.Known:
			unsure = s.place()
		case s.CapacityState.Value != "Active":
			return failed("The capacity of "+s.place()+" is not running: "+s.CapacityState.Value+".", "Start the capacity, or move the workspace to another one.")
		}
	}
	if unsure != "" {
		return unknown("The capacity of "+unsure+", or its state, is not known.", scanIt)
	}
	return passed("The capacities of both workspaces are active.")
}

func (fl *flight) migration() result {
	unsure := ""
	for _, s := range fl.sides() {
		switch {
		case !s.Moving.Known:
			unsure = s.place()
		case s.Moving.Value:
			return failed(upper(s.place())+" is moving to another capacity.", "Wait until the move is done; that takes about two minutes.")
		}
	}
	if unsure != "" {
		return unknown("Whether "+unsure+" is moving to another capacity is not known.", scanIt)
	}
	return passed("Neither workspace is moving.")
}

// settling is how long after an assignment the first deployment may be refused
// (api guide, section 6.3).
const settling = 2 * time.Minute

func (fl *flight) assigned() result {
	unsure := ""
	for _, s := range fl.sides() {
		switch {
		case !s.Assigned.Known:
			unsure = s.place()
		case fl.f.Now.Sub(s.Assigned.Value) < settling:
			return failed(upper(s.place())+" was assigned to its stage less than two minutes ago. Power BI refuses the first deployment until it is ready.", "Wait for two minutes.")
		}
	}
	if unsure != "" {
		return unknown("When "+unsure+" was assigned to its stage is not known.", scanIt)
	}
	return passed("Both workspaces have been on their stages for longer than two minutes.")
}

func (fl *flight) app() result {
	switch has := fl.f.Target.HasApp; {
	case !fl.c.UpdateApp && !fl.c.Mapping.UpdateApp:
		return passed("No app is to be updated.")
	case fl.makes(), has.Known && !has.Value:
		return failed("The target has no app, so that none can be updated.", "Publish the app once by hand, or promote without updating it.")
	case !has.Known:
		return unknown("Whether the target has an app is not known.", scanIt)
	}
	return passed("The target has an app.")
}

func upper(sentence string) string {
	if sentence != "" && sentence[0] >= 'a' && sentence[0] <= 'z' {
		return string(sentence[0]-'a'+'A') + sentence[1:]
	}
	return sentence
}
