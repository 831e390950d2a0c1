package pbi

import (
	"errors"
	"strings"
)

// errNoID is the cause when a single object comes without its id.
var errNoID = errors.New("the object has no id or no status")

func readDeployment(c *cursor) Deployment {
	var d Deployment
	c.object(func(key, _ string) {
		switch key {
		case "id":
			d.ID = c.id()
		case "type":
			d.Type = c.word()
		case "status":
			d.Status = c.word()
		case "lastupdatedtime":
			d.Updated = c.time()
		case "executionstarttime":
			d.Started = c.time()
		case "executionendtime":
			d.Ended = c.time()
		case "sourcestageorder":
			d.SourceStage = c.integer()
		case "targetstageorder":
			d.TargetStage = c.integer()
		default:
			d.details(c, key)
		}
	})
	return d
}

// details reads the nested objects of an operation.
func (d *Deployment) details(c *cursor, key string) {
	switch key {
	case "note":
		c.object(func(key, _ string) {
			switch key {
			case "content":
				d.Note = c.text()
			case "istruncated":
				d.NoteCut = c.boolean()
			}
		})
	case "performedby":
		c.object(func(key, _ string) {
			if key == "userprincipalname" || key == "principalobjectid" {
				d.By = c.word()
			}
		})
	case "predeploymentdiffinformation":
		c.object(func(key, _ string) {
			switch key {
			case "newartifactscount":
				d.NewItems = c.integer()
			case "differentartifactscount":
				d.DifferentItems = c.integer()
			case "nodifferenceartifactscount":
				d.EqualItems = c.integer()
			}
		})
	case "executionplan":
		// The official example spells the key Steps.
		c.object(func(key, _ string) {
			if key == "steps" {
				c.array(func() { d.Steps = append(d.Steps, readDeploymentStep(c)) })
			}
		})
	}
}

func readDeploymentStep(c *cursor) DeploymentStep {
	var s DeploymentStep
	c.object(func(key, _ string) {
		switch key {
		case "index":
			s.Index = c.integer()
		case "type":
			s.Type = c.word()
		case "status":
			s.Status = c.word()
		case "predeploymentdiffstate":
			s.Difference = c.word()
		case "sourceandtarget":
			s.readPair(c)
		case "error":
			c.object(func(key, _ string) {
				switch key {
				case "errorcode":
					s.ErrorCode = c.text()
				case "errordetails":
					s.ErrorDetail = c.text()
				}
			})
		}
	})
	return s
}

func (s *DeploymentStep) readPair(c *cursor) {
	c.object(func(key, _ string) {
		switch key {
		case "source":
			s.SourceID = c.id()
		case "sourcedisplayname":
			s.SourceName = c.text()
		case "target":
			s.TargetID = c.id()
		case "targetdisplayname":
			s.TargetName = c.text()
		}
	})
}

// DeployFailure says in a sentence why the deployment of an item failed, with
// Microsoft's code; empty when it did not.
func DeployFailure(s DeploymentStep) string {
	if s.ErrorCode == "" && s.ErrorDetail == "" {
		return ""
	}
	says := s.ErrorDetail
	if m, ok := meanings[strings.ToLower(s.ErrorCode)]; ok {
		says = m.sentence
	}
	return strings.TrimSpace(says + " (" + s.ErrorCode + ")")
}
