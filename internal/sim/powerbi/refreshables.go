package powerbi

import (
	"math"
	"time"

	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// yearOne is what live rows carry for "no time at all".
const yearOne = "0001-01-01T00:00:00Z"

type refreshable struct {
	ID            string           `json:"id"`
	Name          string           `json:"name"`
	Kind          string           `json:"kind"`
	Start         *string          `json:"startTime"`
	End           string           `json:"endTime"`
	Count         int              `json:"refreshCount"`
	Failures      int              `json:"refreshFailures"`
	Average       float64          `json:"averageDuration"`
	Median        float64          `json:"medianDuration"`
	PerDay        int              `json:"refreshesPerDay"`
	Last          *lastRefresh     `json:"lastRefresh,omitempty"`
	Schedule      *schedule        `json:"refreshSchedule,omitempty"`
	ConfiguredBy  []string         `json:"configuredBy"`
	Capacity      *shortCapacity   `json:"capacity,omitempty"`
	Group         *refreshableHome `json:"group,omitempty"`
	workspace     string
	workspaceName string
	capacity      string
}

// lastRefresh says less than the history does.
type lastRefresh struct {
	Type      string  `json:"refreshType"`
	Start     string  `json:"startTime"`
	End       string  `json:"endTime,omitempty"`
	Exception *string `json:"serviceExceptionJson,omitempty"`
	Status    string  `json:"status"`
	RequestID string  `json:"requestId"`
}

// shortCapacity is what $expand=capacity gives: less than a capacity.
type shortCapacity struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	SKU         string `json:"sku"`
}

type refreshableHome struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func wireRefreshable(r world.Refreshable) refreshable {
	w := refreshable{ID: r.ModelID, Name: r.Name, Kind: "Dataset", End: yearOne, Count: r.Count, Failures: r.Failures,
		Average: seconds(r.Average), Median: seconds(r.Median), PerDay: r.PerDay, Schedule: wireSchedule(r.Schedule),
		ConfiguredBy: r.ConfiguredBy, workspace: r.WorkspaceID, workspaceName: r.WorkspaceName, capacity: r.CapacityID}
	if w.ConfiguredBy == nil {
		w.ConfiguredBy = []string{}
	}
	if !r.WindowStart.IsZero() {
		start := zulu(r.WindowStart)
		w.Start = &start
	}
	if !r.WindowEnd.IsZero() {
		w.End = zulu(r.WindowEnd)
	}
	if r.Last != nil {
		last := wireRefresh(*r.Last)
		w.Last = &lastRefresh{last.Type, last.Start, last.End, last.Exception, last.Status, last.RequestID}
	}
	return w
}

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e4) / 1e4 }

// refreshables lists the seven-day figures of the models on capacities. As seen
// live, some rows come twice (here every fiftieth) and some have a null startTime
// and an endTime in year 1 (those that never ran, and here every fiftieth, too).
func (s *Service) refreshables(c *rest.Call) {
	if !needTop(c) {
		return
	}
	top, skip, ok := window(c, 0, 1<<31-1)
	if !ok {
		return
	}
	want, ok := expands(c, "capacity", "group")
	if !ok {
		return
	}
	f, ok := readFilter(c)
	if !ok {
		return
	}
	rows := []refreshable{}
	figures := s.figures.get("", c.At, skip > 0, func() []world.Refreshable { return s.world.Refreshables(c.At) })
	for i, r := range figures {
		if id := c.Param("capacityId"); id != "" && !sameID(id, r.CapacityID) {
			continue
		}
		w := wireRefreshable(r)
		if i%50 == 7 {
			w.Start, w.End = nil, yearOne
		}
		ok, err := f.Match(w.fields())
		if err != nil {
			badFilter(c, err)
			return
		}
		if ok {
			rows = append(rows, s.expand(c, w, want))
			if i%50 == 49 {
				rows = append(rows, rows[len(rows)-1])
			}
		}
	}
	rows = rows[min(skip, len(rows)):]
	answerList(c, "refreshables", rows[:min(top, len(rows))])
}

// refreshableOf is one model of one capacity; the answer is a list all the same.
func (s *Service) refreshableOf(c *rest.Call) {
	want, ok := expands(c, "capacity", "group")
	if !ok {
		return
	}
	for _, r := range s.world.Refreshables(c.At) {
		if sameID(r.ModelID, c.Param("refreshableId")) && sameID(r.CapacityID, c.Param("capacityId")) {
			answerList(c, "refreshables", []refreshable{s.expand(c, wireRefreshable(r), want)})
			return
		}
	}
	c.NotFound()
}

func (r refreshable) fields() odata.Row {
	return odata.Fields{"id": r.ID, "name": r.Name, "kind": r.Kind, "averageDuration": r.Average, "medianDuration": r.Median,
		"refreshCount": float64(r.Count), "refreshFailures": float64(r.Failures), "refreshesPerDay": float64(r.PerDay)}
}

func (s *Service) expand(c *rest.Call, r refreshable, want map[string]bool) refreshable {
	if want["group"] {
		r.Group = &refreshableHome{r.workspace, r.workspaceName}
	}
	if want["capacity"] {
		if k, ok := s.world.Capacity(r.capacity, c.At); ok {
			r.Capacity = &shortCapacity{upper(k.ID), k.DisplayName, k.SKU}
		}
	}
	return r
}
