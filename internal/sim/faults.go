package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// FaultFile is the list of faults as a file holds it (docs/stand-in.md has
// examples). Unknown keys are refused.
type FaultFile struct {
	Faults []Fault `yaml:"faults"`
}

// Fault is one thing that goes wrong: which calls (Match, Caller, Contains),
// when (the counters and windows; all given ones must hold), and what happens
// (the Effect). The first fault of the list that strikes a call is the only one.
type Fault struct {
	// Name is shown in the journal; the match is used when it is empty.
	Name string `yaml:"name"`
	// Match is an operationId or "METHOD path", either with * for anything, for
	// example "Groups_*", "GET */admin/groups*" or "*".
	Match string `yaml:"match"`
	// Caller restricts the fault to one app, by name or client id.
	Caller string `yaml:"caller"`
	// Contains restricts it to calls whose URL or body holds this text, for
	// example a workspace id whose batch fails for ever.
	Contains string `yaml:"contains"`

	// Nth strikes only the nth matching call, First the first n, Every each nth.
	Nth   int `yaml:"nth"`
	First int `yaml:"first"`
	Every int `yaml:"every"`
	// Probability strikes by chance, 0..1, from the stand-in's seed.
	Probability float64 `yaml:"probability"`
	// From and To bound the time since the faults were set, on the stand-in's
	// clock.
	From Span `yaml:"from"`
	To   Span `yaml:"to"`
	// After and Within strike only when an operation matching After succeeded
	// less than Within ago: a permission or a list that lags behind a write.
	After  string `yaml:"after"`
	Within Span   `yaml:"within"`

	Effect `yaml:",inline"`
}

// Effect is what a fault does to a call. The effects that replace the answer
// (Status, HTML, Empty, Huge, Deep, Throttle, Drop) keep the call from being
// performed unless Perform is set; the others change a performed call's answer.
type Effect struct {
	// Delay is real time before anything else happens.
	Delay Span `yaml:"delay"`
	// Perform does what was asked and then loses or replaces the answer.
	Perform bool `yaml:"perform"`

	// Status answers with this status, Body and Headers instead.
	Status  int               `yaml:"status"`
	Body    string            `yaml:"body"`
	Headers map[string]string `yaml:"headers"`
	// Throttle answers 429 in the service's envelope with this Retry-After:
	// "none", a number of seconds, "date" (an HTTP date a minute ahead) or any
	// other text verbatim.
	Throttle string `yaml:"throttle"`
	// HTML answers 200 with a sign-in page, as a captive proxy does.
	HTML bool `yaml:"html"`
	// Empty answers 200 with no body.
	Empty bool `yaml:"empty"`
	// Huge answers 200 with a JSON text of this many bytes, streamed.
	Huge int64 `yaml:"huge"`
	// Deep answers 200 with JSON nested this deep.
	Deep int `yaml:"deep"`
	// Drop closes the connection without an answer: "before" the call is
	// performed or "after" it (a lost reply).
	Drop string `yaml:"drop"`

	// Truncate ends the body after this many bytes as if it were whole; Cut
	// breaks the connection there.
	Truncate int `yaml:"truncate"`
	Cut      int `yaml:"cut"`
	// BytesPerSecond slows the answer down.
	BytesPerSecond int `yaml:"bytesPerSecond"`
	// ContentType replaces the media type.
	ContentType string `yaml:"contentType"`
	// Gzip "broken" declares gzip and damages the stream.
	Gzip string `yaml:"gzip"`
	// NextLink "foreign" points continuation links to another host, "endless"
	// back to the same page.
	NextLink string `yaml:"nextLink"`
	// Duplicate lists every element of the answer's list twice.
	Duplicate bool `yaml:"duplicate"`
	// Lag answers from the tenant's state this long ago.
	Lag Span `yaml:"lag"`
}

// Span is a duration written as "90s" or "10m" in the file.
type Span time.Duration

// UnmarshalYAML reads Go's notation of durations.
func (s *Span) UnmarshalYAML(n *yaml.Node) error {
	d, err := time.ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %q is not a duration such as 90s or 10m", n.Line, n.Value)
	}
	*s = Span(d)
	return nil
}

// ParseFaults reads a fault file. Errors name the line or the fault at fault.
func ParseFaults(text []byte) ([]Fault, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var f FaultFile
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	for i, x := range f.Faults {
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("fault %d (%s): %w", i+1, x.name(), err)
		}
	}
	return f.Faults, nil
}

func (f Fault) check() error {
	if f.Match == "" {
		return errors.New("match is missing")
	}
	if f.Drop != "" && f.Drop != "before" && f.Drop != "after" {
		return fmt.Errorf("drop is %q, not before or after", f.Drop)
	}
	if f.NextLink != "" && f.NextLink != "foreign" && f.NextLink != "endless" {
		return fmt.Errorf("nextLink is %q, not foreign or endless", f.NextLink)
	}
	if f.Gzip != "" && f.Gzip != "broken" {
		return fmt.Errorf("gzip is %q, not broken", f.Gzip)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status %d is outside 200..599", f.Status)
	}
	if (f.After == "") != (f.Within == 0) {
		return errors.New("after and within go together")
	}
	return nil
}

func (f Fault) name() string {
	if f.Name != "" {
		return f.Name
	}
	return f.Match
}

// Faults decides which calls are struck. It is safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	list  []armed
	since time.Time
	rng   *rand.Rand
	done  map[string]time.Time
}

type armed struct {
	Fault
	seen int
	// page is the answer that an endless link keeps giving.
	page *[]byte
}

// NewFaults arms the list at time now; seed decides the chances.
func NewFaults(list []Fault, now time.Time, seed uint64) *Faults {
	f := &Faults{rng: rand.New(rand.NewPCG(seed, 0x5eed))}
	f.Set(list, now)
	return f
}

// Set replaces the faults and starts their counters and windows anew.
func (f *Faults) Set(list []Fault, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list, f.since, f.done = nil, now, map[string]time.Time{}
	for _, x := range list {
		f.list = append(f.list, armed{Fault: x, page: new([]byte)})
	}
}

// seen is what a fault is matched against.
type sighting struct {
	operation, method, path, url string
	caller, callerID             string
	body                         []byte
	now                          time.Time
}

// strike returns the fault that hits this call, or nil.
func (f *Faults) strike(s sighting) *armed {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.list {
		a := &f.list[i]
		if !a.concerns(s) {
			continue
		}
		a.seen++
		if f.due(a, s.now) {
			hit := *a
			return &hit
		}
	}
	return nil
}

// succeeded notes that an operation was done, for After.
func (f *Faults) succeeded(operation string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) > 0 {
		f.done[operation] = now
	}
}

func (a *armed) concerns(s sighting) bool {
	if a.Caller != "" && a.Caller != s.caller && a.Caller != s.callerID {
		return false
	}
	if a.Contains != "" && !strings.Contains(s.url, a.Contains) && !bytes.Contains(s.body, []byte(a.Contains)) {
		return false
	}
	return glob(a.Match, s.operation) || glob(a.Match, s.method+" "+s.path)
}

func (f *Faults) due(a *armed, now time.Time) bool {
	age := now.Sub(f.since)
	switch {
	case a.Nth > 0 && a.seen != a.Nth,
		a.First > 0 && a.seen > a.First,
		a.Every > 0 && a.seen%a.Every != 0,
		a.From > 0 && age < time.Duration(a.From),
		a.To > 0 && age >= time.Duration(a.To),
		a.Probability > 0 && f.rng.Float64() >= a.Probability,
		a.After != "" && !f.recently(a, now):
		return false
	}
	return true
}

func (f *Faults) recently(a *armed, now time.Time) bool {
	for op, at := range f.done {
		if glob(a.After, op) && now.Sub(at) < time.Duration(a.Within) {
			return true
		}
	}
	return false
}

// glob matches with * standing for anything, slashes included, without regard
// to case.
func glob(pattern, text string) bool {
	p := strings.ReplaceAll(strings.ToLower(pattern), "/", "\x00")
	t := strings.ReplaceAll(strings.ToLower(text), "/", "\x00")
	ok, err := path.Match(p, t)
	return err == nil && ok
}
