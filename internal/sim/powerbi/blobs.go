package powerbi

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"steward/internal/sim/rest"
)

// maxFile is the largest file that the stand-in keeps. Microsoft takes 1 GB
// directly and 10 GB through an upload location; the stand-in has less memory.
const maxFile = 256 << 20

// blobs is the storage beside the service: upload locations, and downloads for
// callers that prefer to be routed there. It asks for no token, the key is the
// permission; and it forgets when the process ends.
type blobs struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (b *blobs) keep(key string, file []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.files == nil {
		b.files = map[string][]byte{}
	}
	b.files[key] = file
}

func (b *blobs) find(key string) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	file, ok := b.files[key]
	return file, ok
}

func (b *blobs) get(c *rest.Call) {
	file, ok := b.find(c.Param("key"))
	if !ok {
		c.NotFound()
		return
	}
	answerFile(c, file, "download")
}

func (b *blobs) put(c *rest.Call) {
	if _, ok := b.find(c.Param("key")); !ok {
		c.NotFound()
		return
	}
	file, err := io.ReadAll(io.LimitReader(c.R.Body, maxFile+1))
	switch {
	case err != nil:
		c.BadRequest("The file could not be read.")
	case len(file) > maxFile:
		c.Fail(rest.Failure{Status: http.StatusRequestEntityTooLarge, Code: "RequestBodyTooLarge"})
	default:
		b.keep(c.Param("key"), file)
		c.Empty(http.StatusCreated)
	}
}

// answerFile sends a file; the name is safe in a header.
func answerFile(c *rest.Call, file []byte, name string) {
	kind := "application/zip"
	if strings.HasSuffix(name, ".rdl") {
		kind = "application/octet-stream"
	}
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/;`, r) {
			return '_'
		}
		return r
	}, name)
	c.W.Header().Set("Content-Type", kind)
	c.W.Header().Set("Content-Disposition", `attachment; filename="`+safe+`"`)
	c.W.WriteHeader(http.StatusOK)
	// A failed write means that the caller has gone.
	_, _ = c.W.Write(file)
}
