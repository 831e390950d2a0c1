package contract

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
)

//go:embed samples/*.json
var sampleFiles embed.FS

// Sample returns one of Microsoft's example payloads (samples/SOURCES.md says
// where each comes from). It panics when there is none of that name: the name
// is a constant of a test.
func Sample(name string) []byte {
	b, err := sampleFiles.ReadFile("samples/" + name)
	if err != nil {
		panic(fmt.Sprintf("contract: no sample %s", name))
	}
	return b
}

// Samples returns the names of all samples that begin with prefix, sorted.
func Samples(prefix string) []string {
	entries, err := sampleFiles.ReadDir("samples")
	if err != nil {
		panic(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names
}

// ErrorSample is an error answer as it was seen: the error_*.json samples.
type ErrorSample struct {
	Status int               `json:"status"`
	Header map[string]string `json:"headers"`
	Body   json.RawMessage   `json:"body"`
}

// Error returns an error_*.json sample. A null body becomes an empty one.
func Error(name string) ErrorSample {
	var e ErrorSample
	if err := json.Unmarshal(Sample(name), &e); err != nil {
		panic(fmt.Sprintf("contract: sample %s: %v", name, err))
	}
	if string(e.Body) == "null" {
		e.Body = nil
	}
	return e
}

// ServeHTTP answers with the sample, whatever is asked.
func (e ErrorSample) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for k, v := range e.Header {
		w.Header().Set(k, v)
	}
	if len(e.Body) > 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(e.Status)
	_, _ = w.Write(e.Body)
}
