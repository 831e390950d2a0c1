package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxReply is the most that is read of any answer of the provider, in bytes.
const maxReply = 1 << 20

// replyTimeout bounds one call of the provider.
const replyTimeout = 10 * time.Second

// newClient takes the transport of the given client (nil for Go's own) and
// follows no redirects: discovery, keys and tokens are where the issuer says
// or nowhere.
func newClient(base *http.Client) *http.Client {
	next := http.DefaultTransport
	if base != nil && base.Transport != nil {
		next = base.Transport
	}
	return &http.Client{
		Timeout:       replyTimeout,
		Transport:     capped{next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// capped cuts answers off that are larger than any honest one.
type capped struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c capped) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &cappedBody{ReadCloser: resp.Body, left: maxReply}
	return resp, nil
}

type cappedBody struct {
	io.ReadCloser
	left int
}

var errTooLarge = errors.New("the provider's answer is larger than 1 MiB")

// Read fails, rather than ends, when the cap is reached: half an answer must
// not pass for a whole one.
func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// withClient hands the client to both libraries, which take it from the context.
func (s *Service) withClient(ctx context.Context) context.Context {
	return context.WithValue(oidc.ClientContext(ctx, s.http), oauth2.HTTPClient, s.http)
}
