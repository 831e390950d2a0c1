package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/rest"
)

// signInPage is what a proxy or a misdirected redirect answers instead of JSON.
const signInPage = "<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><h1>Sign in</h1></body></html>"

// foreignHost is where a foreign continuation link points: a name that can never
// exist (RFC 2606).
const foreignHost = "https://elsewhere.invalid"

// replaces reports whether the effect's answer stands in for the real one.
func (e Effect) replaces() bool {
	return e.Status != 0 || e.HTML || e.Empty || e.Huge > 0 || e.Deep > 0 || e.Throttle != "" || e.Drop != ""
}

// reshapes reports whether the effect changes the real answer, which then has to
// be held before it is sent.
func (e Effect) reshapes() bool {
	return e.Truncate > 0 || e.Cut > 0 || e.BytesPerSecond > 0 || e.ContentType != "" || e.Gzip != "" ||
		e.NextLink != "" || e.Duplicate
}

// replace answers in place of the operation.
func (e Effect) replace(c *rest.Call) {
	for k, v := range e.Headers {
		c.W.Header().Set(k, v)
	}
	switch {
	case e.Drop != "":
		panic(http.ErrAbortHandler)
	case e.Throttle != "":
		e.throttle(c)
	case e.HTML:
		e.write(c, 200, "text/html; charset=utf-8", signInPage)
	case e.Empty:
		c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.Empty(200)
	case e.Huge > 0:
		e.huge(c)
	case e.Deep > 0:
		e.write(c, 200, "application/json; charset=utf-8",
			`{"value":`+strings.Repeat("[", e.Deep)+strings.Repeat("]", e.Deep)+"}")
	case e.Body != "":
		kind := "application/json; charset=utf-8"
		if e.ContentType != "" {
			kind = e.ContentType
		}
		e.write(c, e.Status, kind, e.Body)
	case e.Status >= 500:
		c.Fail(rest.Failure{Status: e.Status, Code: "UnknownError"})
	case e.Status >= 400:
		c.Fail(rest.Failure{Status: e.Status, Code: "InjectedFault"})
	default:
		c.Empty(e.Status)
	}
}

func (e Effect) write(c *rest.Call, status int, kind, body string) {
	c.W.Header().Set("Content-Type", kind)
	c.W.WriteHeader(status)
	// A failed write means that the caller has gone.
	_, _ = io.WriteString(c.W, body)
}

func (e Effect) throttle(c *rest.Call) {
	switch e.Throttle {
	case "none":
	case "date":
		c.W.Header().Set("Retry-After", c.Now.Add(time.Minute).UTC().Format(http.TimeFormat))
	default:
		c.W.Header().Set("Retry-After", e.Throttle)
	}
	tooMany(c, 0)
}

// tooMany is the 429 of each service.
func tooMany(c *rest.Call, wait time.Duration) {
	f := rest.Failure{Status: http.StatusTooManyRequests, Code: "TooManyRequests", RetryAfter: wait}
	switch c.Service {
	case rest.Fabric:
		f.Code, f.Retriable = "RequestBlocked", true
		f.Message = "Request is blocked by the upstream service until: " +
			c.Now.Add(wait).UTC().Format("1/2/2006 3:04:05 PM") + " (UTC)"
	case rest.PowerBI:
		f.Older = "message"
		f.Message = "You have exceeded the amount of requests allowed in the current time frame and further requests will fail."
	default:
		f.Message = "Too many requests."
	}
	c.Fail(f)
}

// huge streams valid JSON of about the asked size without holding it.
func (e Effect) huge(c *rest.Call) {
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.W.WriteHeader(200)
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	if _, err := io.WriteString(c.W, `{"value":"`); err != nil {
		return
	}
	for left := e.Huge; left > 0; left -= int64(len(chunk)) {
		if _, err := c.W.Write(chunk[:min(left, int64(len(chunk)))]); err != nil {
			return
		}
	}
	_, _ = io.WriteString(c.W, `"}`)
}

// reshape sends a held answer, changed.
func (a *armed) reshape(ctx context.Context, c *rest.Call, h *held) {
	body := h.body.Bytes()
	if a.NextLink != "" || a.Duplicate {
		body = a.rewrite(c, body)
	}
	if a.ContentType != "" {
		h.header.Set("Content-Type", a.ContentType)
	}
	if a.Gzip == "broken" {
		h.header.Set("Content-Encoding", "gzip")
		// A gzip header, then text: the checksum can never be right.
		body = append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, body...)
	}
	if a.Truncate > 0 && len(body) > a.Truncate {
		body = body[:a.Truncate]
	}
	h.header.Del("Content-Length")
	cut := a.Cut > 0 && len(body) > a.Cut
	if cut {
		h.header.Set("Content-Length", strconv.Itoa(len(body)))
		body = body[:a.Cut]
	}
	for k, v := range h.header {
		c.W.Header()[k] = v
	}
	c.W.WriteHeader(h.status)
	trickle(ctx, c.W, body, a.BytesPerSecond)
	if cut {
		panic(http.ErrAbortHandler)
	}
}

// trickle writes a body, at so many bytes a second when asked to.
func trickle(ctx context.Context, w http.ResponseWriter, body []byte, perSecond int) {
	if perSecond <= 0 {
		_, _ = w.Write(body)
		return
	}
	flush := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(perSecond, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		_ = flush.Flush()
		body = body[n:]
		if len(body) > 0 && !pause(ctx, time.Second) {
			return
		}
	}
}

// rewrite changes links and lists inside the JSON of an answer; a body that is
// not JSON stays as it is.
func (a *armed) rewrite(c *rest.Call, body []byte) []byte {
	if a.NextLink == "endless" && len(*a.page) > 0 {
		return *a.page
	}
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		return body
	}
	if a.Duplicate {
		for k, v := range doc {
			if list, ok := v.([]any); ok {
				doc[k] = append(list, list...)
			}
		}
	}
	switch a.NextLink {
	case "foreign":
		setLinks(doc, c.Service, foreignHost+c.R.URL.RequestURI(), "Zm9yZWlnbg==")
	case "endless":
		setLinks(doc, c.Service, c.Base+strings.TrimPrefix(c.R.URL.RequestURI(), basePath(c.Base)), "ZW5kbGVzcw==")
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	if a.NextLink == "endless" {
		*a.page = out
	}
	return out
}

func setLinks(doc map[string]any, s rest.Service, uri, token string) {
	if s == rest.Graph {
		doc["@odata.nextLink"] = uri
		return
	}
	doc["continuationUri"], doc["continuationToken"] = uri, token
}

func basePath(base string) string {
	_, rest, _ := strings.Cut(base, "://")
	_, p, found := strings.Cut(rest, "/")
	if !found {
		return ""
	}
	return "/" + p
}

// held keeps an answer until it can be changed.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newHeld() *held { return &held{header: http.Header{}, status: 200} }

// Header implements http.ResponseWriter.
func (h *held) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }

// pause waits in real time; false means that the caller has gone.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
