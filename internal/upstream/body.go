package upstream

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errTooLarge = errors.New("the answer is larger than its cap")
	errStalled  = errors.New("the answer stood still")
)

// body reads an answer up to its cap and gives it up when it stands still.
type body struct {
	res     *http.Response
	left    int64
	read    int64
	stall   time.Duration
	watch   *time.Timer
	stalled chan struct{} // closed when the watch fired
	failed  error         // the first error of reading
}

// newBody wraps an answer's body; cancel ends the try.
func newBody(res *http.Response, limit int64, stall time.Duration, cancel context.CancelFunc) *body {
	b := &body{res: res, left: limit, stall: stall, stalled: make(chan struct{})}
	b.watch = time.AfterFunc(stall, func() { close(b.stalled); cancel() })
	return b
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	if b.failed != nil {
		return 0, b.failed
	}
	if b.left <= 0 {
		// One byte more tells an answer of exactly the cap from a longer one.
		var one [1]byte
		if n, _ := io.ReadFull(b.res.Body, one[:]); n > 0 {
			b.failed = errTooLarge
			return 0, b.failed
		}
		return 0, io.EOF
	}
	n, err := b.res.Body.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.read += int64(n)
	if n > 0 && b.watch.Stop() {
		b.watch.Reset(b.stall)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		select {
		case <-b.stalled:
			err = errStalled
		default:
		}
		b.failed = err
	}
	return n, err
}

// close lets the connection be used again if little is left, and drops it
// otherwise.
func (b *body) close() {
	if b.failed == nil {
		_, _ = io.CopyN(io.Discard, b.res.Body, 4<<10)
	}
	b.watch.Stop()
	_ = b.res.Body.Close() // nothing is lost that was not read
}

// notJSON refuses an answer that says itself that it is not JSON: most often
// the page of a proxy or a sign-in form, with status 200.
func notJSON(header http.Header) error {
	ct := header.Get("Content-Type")
	if ct == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(ct)
	if err != nil {
		media, _, _ = strings.Cut(ct, ";")
	}
	if strings.HasPrefix(media, "text/html") || strings.HasSuffix(media, "xml") || strings.HasPrefix(media, "image/") {
		return fmt.Errorf("the answer is %q, not JSON", excerpt(media))
	}
	return nil
}

// checkJSON says whether an answer in memory is JSON, not deeper than the
// decoder's limit of 10,000. Nothing at all is left to the caller to judge.
func checkJSON(a *Answer) error {
	if len(a.Body) == 0 {
		return nil
	}
	if !jsontext.Value(a.Body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return errNotJSON
	}
	return nil
}

var errNotJSON = errors.New("the answer is not JSON, or was cut off")

// damaged reports an error of unpacking gzip.
func damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
