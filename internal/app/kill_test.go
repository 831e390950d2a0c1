package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fulfil/fulfiltest"
	"steward/internal/request"
)

// capacity and groups are what the tests' requests name.
func (k *killed) capacity() request.ID { return fulfiltest.Capacity(k.t, k.world, k.clock.Now()) }

func (k *killed) groups(n int) []request.ID { return fulfiltest.Groups(k.t, k.world, k.clock.Now(), n) }

// smallProject is two workspaces on a capacity with a group and a pipeline: writes
// of each kind.
func smallProject(k *killed) []request.Params {
	return []request.Params{&request.ProjectParams{Department: "Zebra", Project: "Stripes", Description: "About stripes.", Pipeline: true,
		Environments: []request.EnvironmentParams{{Name: "DEV", Capacity: k.capacity(), Members: []request.Member{{Who: k.groups(1)[0], Right: "Viewer"}}},
			{Name: "PROD", Capacity: k.capacity()}}}}
}

// smallWrites is how many writes that takes.
const smallWrites = 2 + 2 + 1 + 1 + 2

// once checks that each write was done once, as the stand-in's journal has it,
// and that there are so many different ones.
func (k *killed) once(want int) {
	k.t.Helper()
	fulfiltest.Once(k.t, k.cloud.Journal().Writes(), want)
	r, closeReader := k.reader()
	defer closeReader()
	var undone int
	if err := r.QueryRow(k.t.Context(), `SELECT count(*) FROM request WHERE state <> 'done'`).Scan(&undone); err != nil || undone > 0 {
		k.t.Errorf("%d requests are not done (%v)", undone, err)
	}
	var twice int
	if err := r.QueryRow(k.t.Context(), `SELECT count(*) FROM (SELECT 1 FROM ledger WHERE action = 'run.finish' AND outcome = 'done' GROUP BY object_id HAVING count(*) <> 1)`).Scan(&twice); err != nil || twice > 0 {
		k.t.Errorf("%d requests were finished more than once in the ledger (%v)", twice, err)
	}
}

// killPoint is where a portal is killed: at a commit, or at a call.
type killPoint struct {
	commit, call int64
	phase        phase
}

// killedWork is what a portal is killed over: the requests, how many writes
// they take, and the fewest points there must be.
type killedWork struct {
	ask           func(*killed) []request.Params
	writes, least int
}

// killPoints runs a request without a kill and returns every point there was.
func killPoints(t *testing.T, w fulfiltest.Weather, work killedWork) (out []killPoint) {
	t.Helper()
	k := newKilled(t, w, work.ask)
	k.toTheEnd(0, 2*time.Minute, nil)
	k.signal(15)
	k.once(work.writes)
	text, err := os.ReadFile(k.dir + "/count")
	if err != nil {
		t.Fatal(err)
	}
	var commits int64
	if _, err := fmt.Sscan(string(text), &commits); err != nil {
		t.Fatal(err)
	}
	for n := int64(1); n <= commits; n++ {
		out = append(out, killPoint{commit: n})
	}
	for n := int64(1); n <= k.calls.Load(); n++ {
		for _, p := range []phase{beforeCall, insideCall, afterCall} {
			out = append(out, killPoint{call: n, phase: p})
		}
	}
	return out
}

// TestKilledAnywhere kills a real portal process with SIGKILL at its database
// commits and before, inside and after its calls. Whatever happens, each write
// is done once by the stand-in's journal, none is lost, none is stuck, and a
// write that may have been under way is shown as in doubt.
//
// By default three points are taken, with STEWARD_LONG=1 twenty in each
// weather, different ones each time; STEWARD_KILL_ALL=1 takes every point in
// every weather, which is a night's work. What every point of the engine does
// in every weather is tried by internal/fulfil, in one process.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	killedAnywhere(t, killedWork{smallProject, smallWrites, 60})
}

func killedAnywhere(t *testing.T, work killedWork) {
	t.Helper()
	long, every := os.Getenv("STEWARD_LONG") != "", os.Getenv("STEWARD_KILL_ALL") != ""
	var cases, kills, asked atomic.Int64
	var worst atomic.Int64
	slots := make(chan struct{}, 4)
	var wg sync.WaitGroup
	for i, w := range fulfiltest.Weathers() {
		if !long && !every && i != 8 { // lost replies and lists that lag a little, names unique
			continue
		}
		points := killPoints(t, w, work)
		if len(points) < work.least {
			t.Errorf("%v: only %d points", w, len(points))
		}
		t.Logf("%v: %d points", w, len(points))
		step := len(points) / 3
		switch {
		case every:
			step = 1
		case long:
			step = len(points) / 20
		}
		for n := (i*step/12 + 7) % step; n < len(points); n += step {
			p := points[n]
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				t.Run(fmt.Sprintf("%v/%+v", w, p), func(t *testing.T) {
					k := newKilled(t, w, work.ask)
					k.at, k.phase = p.call, p.phase
					k.toTheEnd(p.commit, 4*time.Minute, nil)
					k.once(work.writes)
					cases.Add(1)
					kills.Add(int64(k.kills))
					asked.Add(int64(k.asked))
					longest(&worst, k.hidden)
				})
			})
		}
	}
	wg.Wait()
	t.Logf("%d cases, %d kills, an operator was asked %d times, a lost write was shown after at most %v", cases.Load(), kills.Load(), asked.Load(), time.Duration(worst.Load()))
}

// mixed are requests of several kinds.
func mixed(k *killed) []request.Params {
	who := k.groups(3)
	var out []request.Params
	out = append(out, smallProject(k)...)
	for i := range 4 {
		out = append(out, &request.WorkspaceCreateParams{Name: fmt.Sprintf("Okapi %d", i), Capacity: k.capacity(), Members: []request.Member{{Who: who[i%3], Right: "Member"}}})
	}
	return out
}

// TestKilledAtRandom kills the portal again and again at random moments while
// it carries out requests of several kinds.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	want := 3
	if os.Getenv("STEWARD_LONG") != "" {
		want = 500
	}
	var all, rounds, asked, worst atomic.Int64
	slots := make(chan struct{}, 3)
	var wg sync.WaitGroup
	for seed := uint64(1); all.Load() < int64(want) && !t.Failed(); seed++ {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				k := killedAtRandom(t, seed)
				all.Add(int64(k.kills))
				rounds.Add(1)
				asked.Add(int64(k.asked))
				longest(&worst, k.hidden)
			})
		})
		if want < 10 {
			wg.Wait()
		}
	}
	wg.Wait()
	t.Logf("%d kills in %d rounds of 5 requests, an operator was asked %d times, a lost write was shown after at most %v", all.Load(), rounds.Load(), asked.Load(), time.Duration(worst.Load()))
}

// killedAtRandom is one round: up to forty kills, each a moment after the
// portal answers.
func killedAtRandom(t *testing.T, seed uint64) *killed {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test that can be repeated
	k := newKilled(t, fulfiltest.Weathers()[int(seed%12)], mixed)
	moment := func() time.Duration { return time.Duration(20+random.IntN(2000)) * time.Millisecond }
	next := moment()
	k.toTheEnd(0, 5*time.Minute, func() {
		if time.Since(k.born) > next && !k.gone() && k.kills < 40 {
			k.kill()
			next = moment()
		}
	})
	k.kill()
	k.once(smallWrites + 4*3)
	return k
}

func longest(worst *atomic.Int64, d time.Duration) {
	for old := worst.Load(); int64(d) > old && !worst.CompareAndSwap(old, int64(d)); old = worst.Load() {
	}
}
