package sim

import (
	"encoding/json"
	"io"
	"sort"
	"sync"
	"time"
)

// Entry is one request as the stand-in saw it.
type Entry struct {
	Seq int64 `json:"seq"`
	// Time is the stand-in's, Wall the machine's.
	Time time.Time `json:"time"`
	Wall time.Time `json:"wall"`
	// Operation is Microsoft's operationId, or empty for an unknown path.
	Operation string `json:"operation,omitempty"`
	Service   string `json:"service"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query,omitempty"`
	// Caller is the app's name; empty when nobody was identified.
	Caller    string `json:"caller,omitempty"`
	Status    int    `json:"status"`
	Bytes     int64  `json:"bytes"`
	RequestID string `json:"requestId"`
	// Fault names the injected fault, if one struck.
	Fault string `json:"fault,omitempty"`
	// Performed is false when the request was refused or lost before it was done.
	Performed bool `json:"performed"`
	// Outcome is the status that the operation itself answered, whatever a fault
	// made of its reply afterwards; 0 when it was not performed. A write was done
	// when it is below 300, also if the caller never heard of it.
	Outcome int `json:"outcome,omitempty"`
	// Body is what a write carried, at most 64 KiB; never for the token endpoint.
	Body string `json:"body,omitempty"`
}

// Count is what the counters hold for one operation.
type Count struct {
	Calls int64 `json:"calls"`
	// Refused counts calls beyond a documented quota: answered 429 when limits
	// are on, served when they are off. A client that keeps the limits has none.
	Refused int64 `json:"refused"`
	// Faults counts the calls that an injected fault struck.
	Faults int64 `json:"faults"`
	// Status counts the answers by status; 0 is a dropped connection.
	Status map[int]int64 `json:"status"`
}

// Counters is everything counted since the start or the last reset.
type Counters struct {
	Operations map[string]Count `json:"operations"`
	// Refused is the sum over all operations, without the unfinished scans.
	Refused int64 `json:"refused"`
	// MaxUnfinishedScans is the most scans that were unfinished at one moment;
	// RefusedScans counts those beyond Microsoft's sixteen.
	MaxUnfinishedScans int   `json:"maxUnfinishedScans"`
	RefusedScans       int64 `json:"refusedScans"`
	// Panics counts handlers that failed in a way nobody foresaw: always 0.
	Panics int64 `json:"panics"`
}

// Journal remembers the last requests in a ring, all writes without bound, and
// counts everything. It can copy each entry to a writer as one line of JSON.
type Journal struct {
	mu     sync.Mutex
	ring   []Entry
	seq    int64
	writes []Entry
	counts map[string]*Count
	panics int64
	copyTo io.Writer
}

// NewJournal keeps size entries and copies each to w unless w is nil.
func NewJournal(size int, w io.Writer) *Journal {
	return &Journal{ring: make([]Entry, size), counts: map[string]*Count{}, copyTo: w}
}

func (j *Journal) add(e Entry, refused, write bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.Seq == 0 {
		j.seq++
		e.Seq = j.seq
	}
	j.ring[int((e.Seq-1)%int64(len(j.ring)))] = e
	if write {
		j.writes = append(j.writes, e)
	}
	name := e.Operation
	if name == "" {
		name = "unknown"
	}
	c := j.counts[name]
	if c == nil {
		c = &Count{Status: map[int]int64{}}
		j.counts[name] = c
	}
	c.Calls++
	c.Status[e.Status]++
	if refused {
		c.Refused++
	}
	if e.Fault != "" {
		c.Faults++
	}
	if j.copyTo != nil {
		// The copy is a convenience; a full disk must not stop the stand-in.
		_ = json.NewEncoder(j.copyTo).Encode(e)
	}
}

// number takes the next sequence number, for an entry that is added later.
func (j *Journal) number() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	return j.seq
}

func (j *Journal) panicked() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.panics++
}

// Since returns the remembered entries with a sequence number above seq, oldest
// first.
func (j *Journal) Since(seq int64) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := []Entry{}
	for _, e := range j.ring {
		if e.Seq > seq {
			out = append(out, e)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Seq < out[b].Seq })
	return out
}

// goOn puts the writes of an earlier process before those of this one.
func (j *Journal) goOn(writes []Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writes = append([]Entry(nil), writes...)
	for _, e := range writes {
		j.seq = max(j.seq, e.Seq)
	}
}

// Writes returns every call that may have changed the tenant, refused or not,
// with its body, oldest first. Sign-in, tokens and POSTs that only ask (scans,
// batches, queries) are not among them.
func (j *Journal) Writes() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Entry{}, j.writes...)
}

func (j *Journal) counters() Counters {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := Counters{Operations: map[string]Count{}, Panics: j.panics}
	for name, c := range j.counts {
		status := map[int]int64{}
		for k, v := range c.Status {
			status[k] = v
		}
		out.Operations[name] = Count{c.Calls, c.Refused, c.Faults, status}
		out.Refused += c.Refused
	}
	return out
}

func (j *Journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.counts, j.writes, j.panics = map[string]*Count{}, nil, 0
}
