package sim

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"steward/internal/sim/rest"
)

// maxKept is how much of a request's body faults and the journal look at.
const maxKept = 64 << 10

// visit is one request on its way through the gate.
type visit struct {
	cloud *Cloud
	call  *rest.Call
	w     *counting
	entry Entry
	// refused is set when a documented quota did not allow the call.
	refused bool
	ident   identity
}

// serve takes a request through the gate: route, identify, strike or perform,
// note in the journal.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	c.inflight.Add(1)
	defer c.inflight.Done()
	v := c.admit(w, r)
	defer v.leave()
	if !pause(r.Context(), c.cfg.Latency) {
		return
	}
	v.keepBody()
	hit := c.faults.strike(v.sighting())
	if hit == nil {
		v.perform(v.w)
		return
	}
	v.entry.Fault = hit.name()
	v.struck(hit)
}

// admit makes the call of a request; it decides nothing yet.
func (c *Cloud) admit(w http.ResponseWriter, r *http.Request) *visit {
	now := c.cfg.Clock.Now()
	service, base, path := locate(r)
	cw := &counting{ResponseWriter: w}
	call := &rest.Call{Service: service, W: cw, R: r, Now: now, At: now, RequestID: c.cfg.NewID(), Base: base}
	match := c.routers[service].Find(r.Method, path)
	call.Op, call.Params = match.Op, match.Params
	call.Dispatch = c.dispatcher(r)
	v := &visit{cloud: c, call: call, w: cw}
	v.ident = c.identify(call)
	call.Caller = v.ident.caller
	v.entry = Entry{Time: now, Wall: c.cfg.Wall(), Service: string(service), Method: r.Method, Path: r.URL.Path,
		Query: r.URL.RawQuery, Caller: call.Caller.Name, RequestID: call.RequestID}
	if call.Op != nil {
		v.entry.Operation = call.Op.ID
	}
	h := w.Header()
	h.Set("Date", now.Format(http.TimeFormat))
	stamp(h, service, call.RequestID)
	return v
}

// stamp writes the identifiers under the names each service uses; Power BI says
// its own in upper case.
func stamp(h http.Header, s rest.Service, id string) {
	switch s {
	case rest.PowerBI:
		h.Set("RequestId", strings.ToUpper(id))
		h.Set("x-ms-request-id", id)
	case rest.Fabric:
		h.Set("requestId", id)
		h.Set("x-ms-request-id", id)
	case rest.Graph:
		h.Set("request-id", id)
		h.Set("client-request-id", id)
	default:
		h.Set("x-ms-request-id", id)
	}
}

// keepBody reads the beginning of a write's body, for faults and the journal.
// What the token endpoint gets is never kept: it holds secrets.
func (v *visit) keepBody() {
	r := v.call.R
	if r.Body == nil || r.Method == http.MethodGet || v.call.Service == rest.Login {
		return
	}
	kept, _ := io.ReadAll(io.LimitReader(r.Body, maxKept))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(kept), r.Body), r.Body}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		kept = kept[:min(len(kept), 1<<10)] // the heads of the parts, not the file
	}
	v.entry.Body = strings.ToValidUTF8(string(kept), "·")
}

func (v *visit) sighting() sighting {
	r := v.call.R
	return sighting{operation: v.entry.Operation, method: r.Method, path: r.URL.Path, url: r.URL.String(),
		caller: v.call.Caller.Name, callerID: v.call.Caller.AppID, body: []byte(v.entry.Body), now: v.call.Now}
}

// struck answers a call that a fault hit.
func (v *visit) struck(hit *armed) {
	ctx := v.call.R.Context()
	if !pause(ctx, timeOf(hit.Delay)) {
		return
	}
	v.call.At = v.call.Now.Add(-timeOf(hit.Lag))
	switch {
	case hit.replaces():
		if hit.Perform || hit.Drop == "after" {
			v.perform(newHeld())
		}
		v.call.W = v.w
		hit.replace(v.call)
	case hit.reshapes():
		h := newHeld()
		v.perform(h)
		v.call.W = v.w
		hit.reshape(ctx, v.call, h)
	default:
		v.perform(v.w)
	}
}

// perform checks rights and quotas and lets the service answer into w.
func (v *visit) perform(w http.ResponseWriter) {
	call := v.call
	call.W = w
	if call.Op == nil {
		call.NoRoute(v.cloud.routers[call.Service].Find(call.R.Method, escaped(call)).Allow)
		return
	}
	if !v.allowed() || !v.within() {
		return
	}
	v.entry.Performed = true
	if w == http.ResponseWriter(v.w) && !v.cloud.cfg.Plain {
		if z := zipped(v.w, call.R); z != nil {
			call.W = z
			defer z.close()
		}
	}
	if v.cloud.stateName != "" {
		v.keep()
	} else {
		v.cloud.Acts.Settle(call.Now)
		call.Op.Handle(call)
	}
	v.entry.Outcome = v.status(w)
	if v.entry.Outcome < 300 {
		v.cloud.faults.succeeded(call.Op.ID, call.Now)
	}
}

func escaped(c *rest.Call) string {
	_, _, path := locate(c.R)
	return path
}

// status is what the operation answered into w.
func (v *visit) status(w http.ResponseWriter) int {
	if h, ok := w.(*held); ok {
		return h.status
	}
	return v.w.status
}

// within books the call against its quotas, or answers 429.
func (v *visit) within() bool {
	c := v.cloud
	wait, ok := c.limiter.Admit(v.call.Op, v.call.Caller, v.call.Now)
	if ok {
		return true
	}
	v.refused = true
	if c.cfg.Limits == Off {
		c.limiter.Force(v.call.Op, v.call.Caller, v.call.Now)
		return true
	}
	tooMany(v.call, wait)
	return false
}

// leave writes the journal, and turns a failure of our own into a 500.
func (v *visit) leave() {
	failure := recover()
	if failure != nil && failure != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
		v.cloud.journal.panicked()
		v.cloud.cfg.Logf("stand-in: %s failed: %v", v.entry.Operation, failure)
		if v.w.status == 0 {
			v.call.W = v.w
			v.call.Fail(rest.Failure{Status: 500, Code: "UnknownError"})
		}
	}
	v.entry.Status, v.entry.Bytes = v.w.status, v.w.bytes
	v.cloud.journal.add(v.entry, v.refused, v.call.Op.Writes())
	if failure == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
		panic(failure)
	}
}

// dispatcher performs requests inside a request.
func (c *Cloud) dispatcher(outer *http.Request) func(*http.Request) *rest.Answer {
	return func(r *http.Request) *rest.Answer {
		r.Host, r.TLS = outer.Host, outer.TLS
		r.Header.Set("Authorization", outer.Header.Get("Authorization"))
		h := newHeld()
		func() {
			// A dropped connection inside a batch is an answer of 502 to that part.
			defer func() {
				if recover() != nil {
					h.status = http.StatusBadGateway
				}
			}()
			c.serve(h, r.WithContext(outer.Context()))
		}()
		return &rest.Answer{Status: h.status, Header: h.header, Body: h.body.Bytes()}
	}
}

// counting notes the status and the bytes of an answer.
type counting struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (w *counting) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *counting) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	if err != nil {
		return n, fmt.Errorf("answer: %w", err)
	}
	return n, nil
}

// Unwrap lets http.ResponseController find the real writer.
func (w *counting) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// zipping compresses an answer for callers that accept gzip.
type zipping struct {
	*counting
	z       *gzip.Writer
	started bool
}

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant of the package
	}
	return z
}}

func zipped(w *counting, r *http.Request) *zipping {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return nil
	}
	return &zipping{counting: w}
}

// WriteHeader implements http.ResponseWriter. Answers of known length are the
// empty ones, which stay as they are.
func (z *zipping) WriteHeader(status int) {
	if z.Header().Get("Content-Length") == "" && status != http.StatusNoContent && z.Header().Get("Location") == "" {
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Add("Vary", "Accept-Encoding")
		z.z = zippers.Get().(*gzip.Writer)
		z.z.Reset(z.counting)
	}
	z.counting.WriteHeader(status)
	z.started = true
}

// Write implements http.ResponseWriter.
func (z *zipping) Write(p []byte) (int, error) {
	if !z.started {
		z.WriteHeader(http.StatusOK)
	}
	if z.z == nil {
		return z.counting.Write(p)
	}
	n, err := z.z.Write(p)
	if err != nil {
		return n, fmt.Errorf("compress the answer: %w", err)
	}
	return n, nil
}

func (z *zipping) close() {
	if z.z == nil {
		return
	}
	// A failed close means that the caller has gone.
	_ = z.z.Close()
	zippers.Put(z.z)
}
