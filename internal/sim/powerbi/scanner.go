package powerbi

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Limits of the scanner.
const (
	maxScanIDs    = 100
	maxUnfinished = 16
	scanKept      = 24 * time.Hour
	sinceLatest   = 30 * time.Minute
	sinceEarliest = 30 * 24 * time.Hour
)

// scan is one metadata scan. Its result shows the tenant as of its creation.
type scan struct {
	id      string
	created time.Time
	at      time.Time
	done    time.Time
	running time.Time
	ids     []string
	flags   flags
	failed  bool
}

// status at a moment, in the scanner's words.
func (sc *scan) status(now time.Time) string {
	switch {
	case now.Before(sc.running):
		return "NotStarted"
	case now.Before(sc.done):
		return "Running"
	case sc.failed:
		return "Failed"
	}
	return "Succeeded"
}

type scanState struct {
	ID      string     `json:"id"`
	Created string     `json:"createdDateTime"`
	Status  string     `json:"status"`
	Error   *scanError `json:"error,omitempty"`
}

type scanError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

// modified streams a bare array of ids. It has no paging: all of a large tenant
// comes in one answer.
func (s *Service) modified(c *rest.Call) {
	since, ok := modifiedSince(c)
	if !ok {
		return
	}
	noPersonal, ok := c.Bool("excludePersonalWorkspaces")
	if !ok {
		return
	}
	noInactive, ok := c.Bool("excludeInActiveWorkspaces")
	if !ok {
		return
	}
	heads := s.world.ModifiedSince(since, c.At)
	c.Stream(func(w *bufio.Writer) error {
		_ = w.WriteByte('[')
		first := true
		for _, h := range heads {
			if noPersonal && h.Type == world.TypePersonal || noInactive && h.State != world.StateActive {
				continue
			}
			if !first {
				_ = w.WriteByte(',')
			}
			first = false
			_, _ = w.WriteString(`{"id":"` + h.ID + `"}`)
		}
		_, err := w.WriteString("]\n")
		return err
	})
}

func modifiedSince(c *rest.Call) (time.Time, bool) {
	if !c.Has("modifiedSince") {
		return time.Time{}, true
	}
	since, err := time.Parse(time.RFC3339Nano, c.Query("modifiedSince"))
	switch {
	case err != nil:
		c.BadRequest("modifiedSince must be a date and time in ISO 8601 format, in UTC.")
	case c.Now.Sub(since) < sinceLatest:
		c.BadRequest("modifiedSince must be at least 30 minutes ago.")
	case c.Now.Sub(since) > sinceEarliest:
		c.BadRequest("modifiedSince must be within the last 30 days.")
	default:
		return since, true
	}
	return time.Time{}, false
}

// getInfo accepts a scan of up to a hundred workspaces. Ids that the tenant does
// not have are accepted as well; the result says "Not Found" for them.
func (s *Service) getInfo(c *rest.Call) {
	f, ok := scanFlags(c)
	if !ok {
		return
	}
	var body struct {
		Workspaces []string `json:"workspaces"`
	}
	if !c.Decode(&body) {
		return
	}
	if n := len(body.Workspaces); n == 0 || n > maxScanIDs {
		c.BadRequest("The number of workspaces must be between 1 and 100.")
		return
	}
	for _, id := range body.Workspaces {
		if !isGUID(id) {
			c.BadRequest("The workspace ids must be GUIDs.")
			return
		}
	}
	sc, ok := s.submit(c, body.Workspaces, f)
	if !ok {
		c.Fail(rest.Failure{Status: http.StatusTooManyRequests, Code: "TooManyRequests",
			Message: "There are too many workspace info requests being processed. Limit is 16."})
		return
	}
	c.W.Header().Set("Location", c.Base+"/v1.0/myorg/admin/workspaces/scanStatus/"+sc.id)
	c.JSON(http.StatusAccepted, scanState{ID: sc.id, Created: ticks(sc.created), Status: "NotStarted"})
}

// scanFlags reads the five flags. Sub-items need the tenant's settings, too:
// without them the flags are accepted and do nothing.
func scanFlags(c *rest.Call) (f flags, ok bool) {
	for name, to := range map[string]*bool{"lineage": &f.lineage, "datasourceDetails": &f.datasources,
		"datasetSchema": &f.schema, "datasetExpressions": &f.expressions, "getArtifactUsers": &f.users} {
		if *to, ok = c.Bool(name); !ok {
			return f, false
		}
	}
	if f.expressions && !f.schema {
		c.BadRequest("datasetExpressions requires datasetSchema.")
		return f, false
	}
	f.schema = f.schema && c.Caller.Detailed
	f.expressions = f.expressions && f.schema && c.Caller.Expressions
	return f, true
}

// submit books a scan unless sixteen are unfinished.
func (s *Service) submit(c *rest.Call, ids []string, f flags) (*scan, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unfinished := 0
	for id, sc := range s.scans {
		switch {
		case c.Now.Sub(sc.created) >= scanKept:
			delete(s.scans, id)
		case c.Now.Before(sc.done) && !sc.created.After(c.Now):
			unfinished++
		}
	}
	if unfinished >= maxUnfinished {
		s.refused++
		if s.cfg.Enforce {
			return nil, false
		}
	}
	s.asked++
	sc := &scan{id: s.cfg.NewID(), created: c.Now, at: c.At, ids: ids, flags: f}
	sc.running = c.Now.Add(s.cfg.Scans.Queued)
	sc.done = sc.running.Add(s.cfg.Scans.Running)
	sc.failed = s.cfg.Scans.FailEvery > 0 && s.asked%s.cfg.Scans.FailEvery == 0
	for _, id := range ids {
		if s.cfg.Scans.FailWith != "" && strings.EqualFold(id, s.cfg.Scans.FailWith) {
			sc.failed = true
		}
	}
	s.scans[sc.id] = sc
	s.max = max(s.max, unfinished+1)
	return sc, true
}

// find returns a scan that has not expired, or answers 404.
func (s *Service) find(c *rest.Call) (*scan, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := s.scans[strings.ToLower(c.Param("scanId"))]
	if sc == nil || c.Now.Sub(sc.created) >= scanKept {
		c.NotFound()
		return nil, false
	}
	return sc, true
}

func (s *Service) scanStatus(c *rest.Call) {
	sc, ok := s.find(c)
	if !ok {
		return
	}
	st := scanState{ID: sc.id, Created: ticks(sc.created), Status: sc.status(c.Now)}
	switch st.Status {
	case "Succeeded":
		c.W.Header().Set("Location", c.Base+"/v1.0/myorg/admin/workspaces/scanResult/"+sc.id)
	case "Failed":
		st.Error = &scanError{"InternalServerError", "The scan request failed.", sc.id}
	}
	c.JSON(http.StatusOK, st)
}

func (s *Service) scanResult(c *rest.Call) {
	sc, ok := s.find(c)
	if !ok {
		return
	}
	if st := sc.status(c.Now); st != "Succeeded" {
		c.BadRequest("The scan " + sc.id + " has no result: its status is " + st + ".")
		return
	}
	c.Stream(func(w *bufio.Writer) error {
		rw := &resultWriter{world: s.world, at: sc.at, flags: sc.flags, out: w}
		return rw.write(sc.ids)
	})
}

// ScanCounters tells the most scans that were unfinished at one moment, and how
// many were asked for beyond sixteen.
func (s *Service) ScanCounters() (most int, refused int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.max, s.refused
}

// ResetScanCounters starts the two counters anew.
func (s *Service) ResetScanCounters() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.max, s.refused = 0, 0
}

// SetScans changes how scans behave from now on.
func (s *Service) SetScans(sc Scans) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Scans = sc
	if sc.Instant {
		s.cfg.Scans.Queued, s.cfg.Scans.Running = 0, 0
	}
}

// continued reads a page's place out of a quoted continuation token; the first
// page has none. Tokens are ",offset,size,0" in base64, escaped once, like
// Microsoft's.
func continued(c *rest.Call) (offset int, ok bool) {
	if !c.Has("continuationToken") {
		return 0, true
	}
	text, quoted := unquote(c.Query("continuationToken"))
	if quoted {
		raw, err := decodeToken(text)
		parts := strings.Split(raw, ",")
		if err == nil && len(parts) == 4 {
			if n, err := strconv.Atoi(parts[1]); err == nil && n >= 0 {
				return n, true
			}
		}
	}
	c.BadRequest("The continuation token is not valid.")
	return 0, false
}
