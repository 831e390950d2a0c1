package powerbi

import (
	"encoding/json"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// refresh is one run in a model's history. serviceExceptionJson is JSON inside a
// text; refreshAttempts is null for some runs.
type refresh struct {
	ID        int64      `json:"id,omitempty"`
	Type      string     `json:"refreshType"`
	Start     string     `json:"startTime"`
	End       string     `json:"endTime,omitempty"`
	Exception *string    `json:"serviceExceptionJson,omitempty"`
	Status    string     `json:"status"`
	Extended  string     `json:"extendedStatus,omitempty"`
	RequestID string     `json:"requestId"`
	Attempts  *[]attempt `json:"refreshAttempts"`
}

type attempt struct {
	ID        int     `json:"attemptId"`
	Start     string  `json:"startTime"`
	End       string  `json:"endTime,omitempty"`
	Exception *string `json:"serviceExceptionJson,omitempty"`
	Type      string  `json:"type"`
}

func wireRefresh(r world.Refresh) refresh {
	w := refresh{ID: r.Start.Unix(), Type: r.Type, Start: zulu(r.Start), End: zulu(r.End), Status: string(r.Status),
		Exception: exception(r.ErrorCode, r.ErrorText), Extended: string(r.Status), RequestID: r.RequestID}
	if r.Status == world.RefreshRunning {
		w.Extended = "InProgress"
	}
	if len(r.Attempts) == 0 {
		return w
	}
	all := []attempt{}
	for _, a := range r.Attempts {
		all = append(all, attempt{a.ID, zulu(a.Start), zulu(a.End), exception(a.ErrorCode, ""), a.Type})
	}
	w.Attempts = &all
	return w
}

func exception(code, text string) *string {
	if code == "" {
		return nil
	}
	body := map[string]string{"errorCode": code}
	if text != "" {
		body["errorDescription"] = text
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil
	}
	out := string(raw)
	return &out
}

// refreshes is the history of a model that the caller may see, newest first.
func (s *Service) refreshes(c *rest.Call) {
	it, ok := s.readable(c)
	if !ok {
		return
	}
	top, ok := c.Int("$top", 60, 1, 1<<31-1)
	if !ok {
		return
	}
	rows := []refresh{}
	for _, r := range s.world.Refreshes(it.ID, c.At, min(top, 60)) {
		rows = append(rows, wireRefresh(r))
	}
	answerList(c, "refreshes", rows)
}

// transaction is one refresh of a dataflow. Its id holds the moment it began.
type transaction struct {
	ID     string `json:"id"`
	Type   string `json:"refreshType"`
	Start  string `json:"startTime"`
	End    string `json:"endTime,omitempty"`
	Status string `json:"status"`
}

// transactions is the history of a dataflow, newest first, without causes.
func (s *Service) transactions(c *rest.Call) {
	ws, ok := s.member(c, world.RightViewer)
	if !ok {
		return
	}
	home, it, ok := s.world.Item(c.Param("dataflowId"), c.At)
	if !ok || it.Dataflow == nil || home.ID != ws.ID {
		c.NotFound()
		return
	}
	rows := []transaction{}
	for _, r := range s.world.Refreshes(it.ID, c.At, 60) {
		row := transaction{ID: r.Start.UTC().Format("2006-01-02T15:04:05.0000000Z") + "@" + r.RequestID + "$1", Type: r.Type, Start: zulu(r.Start), End: zulu(r.End), Status: string(r.Status)}
		switch r.Status {
		case world.RefreshRunning:
			row.Status = "InProgress"
		case world.RefreshCompleted:
			row.Status = "Success"
		}
		rows = append(rows, row)
	}
	answerList(c, "transactions", rows)
}

// refreshSchedule has no wrapper when read, although it needs one when written.
func (s *Service) refreshSchedule(c *rest.Call) {
	it, ok := s.readable(c)
	if !ok {
		return
	}
	if it.Model.Schedule == nil {
		c.JSON(200, schedule{[]string{}, []string{}, false, "UTC", "NoNotification"})
		return
	}
	c.JSON(200, wireSchedule(it.Model.Schedule))
}

// readable finds the model of an ordinary call, in its workspace, and checks that
// the caller has a role there.
func (s *Service) readable(c *rest.Call) (*world.Item, bool) {
	if g := c.Param("groupId"); g != "" {
		if _, ok := s.member(c, world.RightViewer); !ok {
			return nil, false
		}
	}
	ws, it, ok := s.world.Item(c.Param("datasetId"), c.At)
	g := c.Param("groupId")
	if !ok || it.Model == nil || g != "" && !sameID(g, ws.ID) || s.role(c, ws) == "" {
		c.NotFound()
		return nil, false
	}
	return it, true
}
