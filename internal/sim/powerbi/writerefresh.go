package powerbi

import (
	"net/http"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// refreshBody is a refresh asked for. Any key beyond notifyOption makes it an
// enhanced one.
type refreshBody struct {
	Notify      string        `json:"notifyOption"`
	Type        *string       `json:"type"`
	Commit      *string       `json:"commitMode"`
	Parallelism *int          `json:"maxParallelism"`
	Retry       *int          `json:"retryCount"`
	Timeout     *string       `json:"timeout"`
	Objects     []acts.Object `json:"objects"`
	Policy      *bool         `json:"applyRefreshPolicy"`
	Effective   *string       `json:"effectiveDate"`
}

var refreshTypes = map[string]string{"full": "Full", "clearvalues": "ClearValues", "calculate": "Calculate",
	"dataonly": "DataOnly", "automatic": "Automatic", "defragment": "Defragment"}

// enhanced reads what an enhanced refresh shall do; nil for a standard one, and
// a sentence when it cannot be done.
func (b refreshBody) enhanced() (*acts.Enhanced, string) {
	if b.Type == nil && b.Commit == nil && b.Parallelism == nil && b.Retry == nil && b.Timeout == nil && b.Objects == nil &&
		b.Policy == nil && b.Effective == nil {
		return nil, ""
	}
	e := &acts.Enhanced{Type: "Automatic", CommitMode: "Transactional", Objects: b.Objects}
	if b.Type != nil {
		if e.Type = refreshTypes[strings.ToLower(*b.Type)]; e.Type == "" {
			return nil, "The type of the refresh is not known."
		}
	}
	if b.Commit != nil {
		switch strings.ToLower(*b.Commit) {
		case "transactional":
		case "partialbatch":
			e.CommitMode = "PartialBatch"
			if b.Policy == nil || *b.Policy {
				return nil, "applyRefreshPolicy must be false when commitMode is partialBatch."
			}
		default:
			return nil, "The commitMode is not known."
		}
	}
	if b.Parallelism != nil && *b.Parallelism < 1 || b.Retry != nil && *b.Retry < 0 {
		return nil, "maxParallelism and retryCount must not be negative."
	}
	return e, ""
}

// startRefresh accepts a refresh with an empty body. A standard one is known by
// the RequestId header, an enhanced one by Location as well.
func (s *Service) startRefresh(c *rest.Call) {
	var body refreshBody
	if c.R.ContentLength != 0 && !c.Decode(&body) {
		return
	}
	e, why := body.enhanced()
	if why != "" {
		c.BadRequest(why)
		return
	}
	r := acts.Refresh{ID: c.RequestID, Notify: body.Notify, Enhanced: e}
	if refused(c, s.acts.StartRefresh(actor(c), c.Param("groupId"), c.Param("datasetId"), r, c.Now)) {
		return
	}
	if e != nil {
		c.W.Header().Set("Location", c.Base+pathOf(c)+"/"+c.RequestID)
	}
	c.Empty(http.StatusAccepted)
}

// refreshDetail is an enhanced refresh; its times have no zone.
type refreshDetail struct {
	Start    string        `json:"startTime"`
	End      string        `json:"endTime,omitempty"`
	Type     string        `json:"type"`
	Commit   string        `json:"commitMode"`
	Status   string        `json:"status"`
	Extended string        `json:"extendedStatus"`
	Current  string        `json:"currentRefreshType"`
	Attempts int           `json:"numberOfAttempts"`
	Objects  []acts.Object `json:"objects,omitempty"`
	Messages []message     `json:"messages,omitempty"`
	Tries    []attempt     `json:"refreshAttempts,omitempty"`
}

type message struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Type    string `json:"type"`
}

// refreshDetails answers 202 while the refresh runs and 200 when it is over.
func (s *Service) refreshDetails(c *rest.Call) {
	e, r, err := s.acts.EnhancedRefresh(actor(c), c.Param("groupId"), c.Param("datasetId"), c.Param("refreshId"), c.Now)
	if refused(c, err) {
		return
	}
	d := refreshDetail{Start: zoneless(r.Start), End: zoneless(r.End), Type: e.Type, Commit: e.CommitMode, Status: string(r.Status),
		Extended: string(r.Status), Current: e.Type, Attempts: len(r.Attempts)}
	objectState := "Completed"
	switch r.Status {
	case world.RefreshRunning:
		d.Extended, objectState = "InProgress", "InProgress"
	case world.RefreshFailed:
		objectState = "Failed"
		d.Messages = []message{{r.ErrorCode, r.ErrorText, "Error"}}
	case world.RefreshCancelled:
		objectState = "Cancelled"
	}
	for _, o := range e.Objects {
		o.Status = objectState
		d.Objects = append(d.Objects, o)
	}
	for _, a := range r.Attempts {
		d.Tries = append(d.Tries, attempt{a.ID, zulu(a.Start), zulu(a.End), exception(a.ErrorCode, ""), a.Type})
	}
	if r.Status == world.RefreshRunning {
		c.JSON(http.StatusAccepted, d)
		return
	}
	c.JSON(http.StatusOK, d)
}

func (s *Service) cancelRefresh(c *rest.Call) {
	if !refused(c, s.acts.CancelRefresh(actor(c), c.Param("groupId"), c.Param("datasetId"), c.Param("refreshId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// startDataflow answers 200 with nothing: the refresh is the newest transaction
// afterwards.
func (s *Service) startDataflow(c *rest.Call) {
	var body struct {
		Notify string `json:"notifyOption"`
	}
	if c.R.ContentLength != 0 && !c.Decode(&body) {
		return
	}
	r := acts.Refresh{ID: c.RequestID, Notify: body.Notify}
	if !refused(c, s.acts.StartDataflow(actor(c), c.Param("groupId"), c.Param("dataflowId"), r, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) cancelDataflow(c *rest.Call) {
	id := c.Param("transactionId")
	state, err := s.acts.CancelDataflow(actor(c), c.Param("groupId"), transactionKey(id), c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, map[string]string{"transactionId": id, "status": state})
	}
}

// transactionKey is the refresh's own id within that of its transaction.
func transactionKey(id string) string {
	_, key, _ := strings.Cut(id, "@")
	key, _, _ = strings.Cut(key, "$")
	return strings.ToLower(key)
}

func (s *Service) takeOver(c *rest.Call) {
	if !refused(c, s.acts.TakeOver(actor(c), c.Param("groupId"), c.Param("datasetId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// setSchedule needs the wrapper "value" that reading does not have.
func (s *Service) setSchedule(c *rest.Call) {
	var body struct {
		Value *acts.Schedule `json:"value"`
	}
	if !c.Decode(&body) {
		return
	}
	if body.Value == nil {
		c.BadRequest("The schedule must be inside \"value\".")
		return
	}
	if !refused(c, s.acts.SetSchedule(actor(c), c.Param("groupId"), c.Param("datasetId"), *body.Value, c.Now)) {
		c.Empty(http.StatusOK)
	}
}
