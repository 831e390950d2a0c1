package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// killed is a cloud, and a real portal process over it that is killed.
type killed struct {
	t     *testing.T
	dir   string
	cloud *sim.Cloud
	world *world.World
	clock Clock
	orders

	calls atomic.Int64
	// at is the call at which the portal is killed, phase where in it.
	at    int64
	phase phase
	// on is asked about each call until it says yes: the portal is killed there.
	on    func(*http.Request) bool
	there sync.Once
	// seen adds to the estate what the requests need besides.
	seen func(*request.Estate)

	mu   sync.Mutex
	cmd  *exec.Cmd
	dead chan struct{}

	said *strings.Builder
	// born is when the portal that lives answered.
	born   time.Time
	kills  int
	asked  int
	hidden time.Duration // the longest that a lost write was not shown
}

// phase is a moment of a call from outside the portal.
type phase int

const (
	beforeCall phase = iota + 1 // it has arrived, and is not performed
	insideCall                  // it was performed, and not answered
	afterCall                   // it was answered
)

// pretendStart is the moment at which the pretend clock begins.
var pretendStart = time.Date(2026, 10, 20, 9, 30, 0, 0, time.UTC)

// speed is how much faster than the machine's the pretend clock runs.
const speed = 120

func newKilled(t *testing.T, w fulfiltest.Weather, ask func(*killed) []request.Params) *killed {
	t.Helper()
	k := &killed{t: t, dir: t.TempDir(), world: world.New(world.Config{Seed: 7, Workspaces: 8})}
	k.orders = orders{Config: filepath.Join(k.dir, "portal.yaml"), Began: time.Now(), Start: pretendStart, Speed: speed}
	k.clock = k.orders.clock()
	k.cloud = sim.New(sim.Config{World: k.world, Clock: sim.NewClock(k.clock.Now), SameNames: w.SameNames, Limits: sim.Off, Plain: true})
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	t.Cleanup(k.kill)
	if err := WriteConfig(k.Config, k.world, sim.EndpointsAt(server.URL, k.world), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	k.cloud.SetFaults(w.Faults())
	k.agree(ask(k))
	return k
}

// ServeHTTP lets the pretend cloud answer, and kills the portal where it was
// ordered to.
func (k *killed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, here := k.calls.Add(1), false
	if k.on != nil && k.on(r) {
		k.there.Do(func() { here = true })
	}
	if n != k.at && !here {
		k.cloud.Handler().ServeHTTP(w, r)
		return
	}
	switch k.phase {
	case beforeCall:
		k.kill()
		panic(http.ErrAbortHandler)
	case insideCall:
		k.cloud.Handler().ServeHTTP(httptest.NewRecorder(), r)
		k.kill()
		panic(http.ErrAbortHandler)
	default:
		k.cloud.Handler().ServeHTTP(w, r)
		_ = http.NewResponseController(w).Flush()
		k.kill()
	}
}

// live starts the portal and returns when it answers or has died.
func (k *killed) live(commit int64) {
	k.t.Helper()
	o := k.orders
	o.Commit, o.Count = commit, filepath.Join(k.dir, "count")
	text, err := json.Marshal(o)
	if err != nil {
		k.t.Fatal(err)
	}
	name := filepath.Join(k.dir, "orders.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		k.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this test
	cmd.Env = append(os.Environ(), killChild+"="+name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	said := &strings.Builder{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	dead := make(chan struct{})
	k.mu.Lock()
	k.cmd, k.dead, k.said = cmd, dead, said
	k.mu.Unlock()
	_, _ = bufio.NewReader(out).ReadString('\n')
	k.born = time.Now()
	go func() {
		err := cmd.Wait()
		if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); err != nil && (!ok || !s.Signaled()) {
			k.t.Errorf("the portal ended by itself: %v\n%s", err, said)
		}
		close(dead)
	}()
}

// kill ends the portal as a power cut would, and waits until it is gone.
func (k *killed) kill() { k.signal(syscall.SIGKILL) }

func (k *killed) signal(s syscall.Signal) {
	k.mu.Lock()
	cmd, dead := k.cmd, k.dead
	k.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(s)
	<-dead
}

func (k *killed) gone() bool {
	select {
	case <-k.dead:
		return true
	default:
		return false
	}
}

// reader reads the portal's database from outside.
func (k *killed) reader() (*db.Reader, func()) {
	k.t.Helper()
	r, closeFn, err := db.OpenReader(k.t.Context(), filepath.Join(k.dir, "data", "portal.db"))
	if err != nil {
		k.t.Fatal(err)
	}
	return r, func() { _ = closeFn() }
}

// stepsIn returns the steps of all runs that are in a state.
func stepsIn(t *testing.T, r *db.Reader, state db.StepState) (out []db.RunStep) {
	t.Helper()
	runs, err := r.OpenRuns(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		steps, err := r.RunSteps(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if s.State == state {
				out = append(out, s)
			}
		}
	}
	return out
}

// toTheEnd lets the portal live again as often as it dies, until every request
// has ended. again is called after each life that was ended.
func (k *killed) toTheEnd(commit int64, most time.Duration, tick func()) {
	k.t.Helper()
	r, closeReader := k.reader()
	defer closeReader()
	k.live(commit)
	var lost []db.RunStep
	var since time.Time
	for end := time.Now().Add(most); ; {
		if time.Now().After(end) {
			k.t.Fatalf("stuck: %s", k.story(r))
		}
		if k.gone() {
			k.kills++
			if lost = stepsIn(k.t, r, db.StepIntent); len(lost) > 0 {
				since = time.Now()
			}
			k.live(0)
		}
		if !since.IsZero() && !stillIntended(stepsIn(k.t, r, db.StepIntent), lost) {
			k.hidden, since = max(k.hidden, time.Since(since)), time.Time{}
		}
		if ended(k.t, r) {
			return
		}
		if s, ok := forOperator(stepsIn(k.t, r, db.StepInDoubt)); ok {
			k.operate(s)
		}
		if tick != nil {
			tick()
		}
		time.Sleep(20 * time.Millisecond) // another process: there is no signal to wait on
	}
}

// stillIntended reports whether one of the lost writes still looks as if it
// were under way.
func stillIntended(now, lost []db.RunStep) bool {
	for _, a := range now {
		for _, b := range lost {
			if a.Run == b.Run && a.ID == b.ID && a.Attempt == b.Attempt {
				return true
			}
		}
	}
	return false
}

func ended(t *testing.T, r *db.Reader) bool {
	t.Helper()
	var open int
	if err := r.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM request WHERE state NOT IN ('done', 'failed', 'cancelled'))
		+ (SELECT count(*) FROM run WHERE state = 'running')`).Scan(&open); err != nil {
		t.Fatal(err)
	}
	return open == 0
}

func forOperator(doubts []db.RunStep) (db.RunStep, bool) {
	for _, s := range doubts {
		if s.Operator && s.Choice == "" {
			return s, true
		}
	}
	return db.RunStep{}, false
}

// operate stops the portal as systemd would, and says what became of a step as
// an operator would who has looked into the tenant.
func (k *killed) operate(s db.RunStep) {
	k.t.Helper()
	k.signal(syscall.SIGTERM)
	d, err := db.Open(k.t.Context(), db.Config{Path: filepath.Join(k.dir, "data", "portal.db"), Now: k.clock.Now})
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	choice, found := db.ChooseRedo, ""
	for p := range k.world.Pipelines(k.clock.Now()) {
		if s.Marker != "" && strings.Contains(p.Description, s.Marker) {
			choice, found = db.ChooseAdopt, p.ID
		}
	}
	for ws := range k.world.All(k.clock.Now()) {
		if s.Marker != "" && strings.Contains(ws.Description, s.Marker) {
			choice, found = db.ChooseAdopt, ws.ID
		}
	}
	by := ledger.Entry{Actor: ledger.Actor{Kind: ledger.Person, Tenant: "t", ID: "operator", Name: "Olga"}, Reason: "I looked."}
	if err := d.ResolveStep(k.t.Context(), s.Run, s.ID, choice, found, by); err != nil {
		k.t.Fatal(err)
	}
	k.asked++
}

// story says where everything is, for a failure.
func (k *killed) story(r *db.Reader) string {
	var b strings.Builder
	for _, state := range []db.StepState{db.StepReady, db.StepIntent, db.StepInDoubt, db.StepSettling, db.StepFailed} {
		for _, s := range stepsIn(k.t, r, state) {
			fmt.Fprintf(&b, "\n  %s %s %s: %s | %s", s.Run, s.ID, s.State, s.Says, s.Note)
		}
	}
	var states string
	_ = r.QueryRow(k.t.Context(), `SELECT (SELECT group_concat(id || ' ' || state || ' ' || note) FROM request) || '; ' || coalesce((SELECT group_concat(id || ' ' || state || ' ' || waits) FROM run), 'no run')`).Scan(&states)
	k.kill()
	return states + b.String() + "\n" + k.said.String()
}

// agree writes requests down as two people have agreed to them.
func (k *killed) agree(all []request.Params) {
	k.t.Helper()
	d, err := db.Open(k.t.Context(), db.Config{Path: filepath.Join(k.dir, "data", "portal.db"), Now: k.clock.Now})
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	name := strings.ToLower(k.world.Config().TenantName)
	tid, err := d.EnsureTenant(k.t.Context(), name, k.world.Config().TenantID)
	if err != nil {
		k.t.Fatal(err)
	}
	rules := policy.NewKeeper(nil, k.clock.Now)
	if problems := rules.Reload(nil); len(problems) > 0 {
		k.t.Fatal(problems)
	}
	s := &site{Portal: &Portal{DB: d, clock: k.clock, rules: rules}, t: k.t}
	for i, p := range all {
		e := fulfiltest.Estate(k.t, k.world, name, k.clock.Now())
		if k.seen != nil {
			k.seen(e)
		}
		s.agreedAs(fmt.Sprintf("request-kill-%03d", i), p, e, name, k.world.Config().TenantID, tid)
	}
}
