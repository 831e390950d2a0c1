package scan

import "time"

// pace learns how long Microsoft takes for a batch, so that most batches need
// one question for their state and one for their result: asking too early
// costs a call, too late costs time, and of time there is plenty as long as
// the hourly limit of getInfo holds the scan back and not its sixteen places.
type pace struct {
	usual time.Duration
}

const (
	paceStart = 3 * time.Second
	paceLeast = time.Second
	// paceMost keeps sixteen places turning 500 times an hour.
	paceMost = 100 * time.Second
)

func newPace() pace { return pace{usual: paceStart} }

// first is how long after a batch was asked for to look for the first time.
func (p *pace) first() time.Duration { return p.usual }

// ready notes that a batch was ready when it was looked at. When that was the
// first look, the usual time may well be shorter.
func (p *pace) ready(took time.Duration, looks int) {
	if looks == 1 {
		p.usual = max(p.usual*197/200, paceLeast)
		return
	}
	p.usual = min(max(p.usual, took), paceMost)
}

// notReady notes that a batch was looked at too early, after so long, and
// returns how long after it was asked for to look again. many says that the
// scan is long, and calls dearer than seconds.
func (p *pace) notReady(after time.Duration, many bool) time.Duration {
	p.usual = min(max(p.usual, after*5/4), paceMost)
	if many {
		return max(p.usual, after+min(after, paceMost))
	}
	return after + min(max(after/2, paceLeast), 30*time.Second)
}
