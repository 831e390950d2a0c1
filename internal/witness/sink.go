package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"steward/internal/fault"
	"steward/internal/secret"
)

// Sink is the second place. Write returns only when the place has the note.
type Sink interface {
	Write(ctx context.Context, note string) error
	// String names the place for people; it holds no secret.
	String() string
}

// Readable is a Sink whose notes can be read back: a file.
type Readable interface {
	Read() (string, error)
}

// timeout bounds one write to a second place over the network.
const timeout = 10 * time.Second

// ParseSink reads file:PATH, syslog:HOST:PORT (TCP, RFC 6587; there is no UDP:
// nobody would notice that the collector is gone) or an https address. token, where it is not zero, is shown to the https
// address as a bearer token, read anew each time. Invalid when it is none of
// these, or when a token is given to a place that takes none.
func ParseSink(text string, token secret.Ref) (Sink, error) {
	s, err := parseSink(text)
	if err != nil || token.IsZero() {
		return s, err
	}
	h, ok := s.(*HTTPS)
	if !ok {
		return nil, fault.New(fault.Invalid, "ledger.second_sink_token is for https places only; %s takes none.", s)
	}
	h.token = token
	return h, nil
}

func parseSink(text string) (Sink, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch {
	case rest == "":
	case scheme == "file":
		return File{Path: rest}, nil
	case scheme == "syslog":
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "tcp:"), "//")
		if _, _, err := net.SplitHostPort(rest); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The second place %q needs a host and a port, and is reached over TCP: syslog:HOST:PORT.", text)
		}
		return Syslog{Address: rest}, nil
	case scheme == "https" || scheme == "http":
		if scheme == "https" && !strings.HasPrefix(rest, "//") {
			text = rest // https:https://… and https:host/… are both written by people
			if !strings.Contains(rest, "://") {
				text = "https://" + rest
			}
		}
		return newHTTPS(text)
	}
	return nil, fault.New(fault.Invalid, "%q is not a second place for checkpoints. Give file:PATH, syslog:HOST:PORT or an https address.", text)
}

// File appends notes to a file, which belongs on another volume than the
// database, best one that is append-only (chattr +a) or backed up elsewhere.
type File struct{ Path string }

// String names the file.
func (f File) String() string { return "file:" + f.Path }

// Write appends the note and returns when the disk has it. The file is opened
// each time: a volume that went away is then noticed.
func (f File) Write(_ context.Context, note string) (err error) {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
		return fmt.Errorf("directory of %s: %w", f.Path, err)
	}
	_, statErr := os.Stat(f.Path)
	file, err := os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open %s: %w", f.Path, err)
	}
	defer func() {
		if cerr := file.Close(); err == nil {
			err = cerr
		}
	}()
	// Blank lines first: the note before may have been cut short by a crash.
	if _, err := io.WriteString(file, "\n\n"+note); err != nil {
		return fmt.Errorf("write %s: %w", f.Path, err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", f.Path, err)
	}
	if os.IsNotExist(statErr) {
		return syncDir(filepath.Dir(f.Path))
	}
	return nil
}

// Read returns everything in the file; empty when it does not exist yet.
func (f File) Read() (string, error) {
	raw, err := os.ReadFile(f.Path)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read checkpoints: %w", err)
	}
	return string(raw), nil
}

func syncDir(path string) error {
	dir, err := os.Open(path) //nolint:gosec // the directory of the operator's own path
	if err != nil {
		return fmt.Errorf("open directory %s: %w", path, err)
	}
	defer func() { _ = dir.Close() }()
	return dir.Sync()
}

// Syslog sends notes as RFC 5424 messages over TCP. Each message has its own
// connection, so that a collector that went away or hangs up is noticed.
type Syslog struct{ Address string }

// String names the collector.
func (s Syslog) String() string { return "syslog:tcp:" + s.Address }

// Write sends one message with the note on one line, line ends as \n.
func (s Syslog) Write(ctx context.Context, note string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", s, err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "-"
	}
	// Facility 13 (log audit), severity 6 (informational).
	msg := fmt.Sprintf("<110>1 - %s steward - checkpoint - %s", host, strings.ReplaceAll(note, "\n", `\n`))
	if _, err := io.WriteString(conn, fmt.Sprintf("%d %s", len(msg), msg)); err != nil {
		return fmt.Errorf("send to %s: %w", s, err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := leave(tcp); err != nil {
			return fmt.Errorf("send to %s: %w", s, err)
		}
	}
	return nil
}

// parting is how long a collector may take to close the connection after us.
const parting = 2 * time.Second

// leave says that nothing more comes and waits for the other side to close.
// Syslog acknowledges nothing, but a collector that was gone, or gave up, resets
// the connection, and only reading shows it. One that keeps it open is believed.
func leave(conn *net.TCPConn) error {
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(parting)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, io.LimitReader(conn, 4096))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// HTTPS posts notes to one address. It follows no redirect and uses no proxy
// from the environment: the one host that the operator wrote is the only one
// that is ever asked.
type HTTPS struct {
	url    string
	shown  string
	token  secret.Ref
	client *http.Client
}

func newHTTPS(text string) (*HTTPS, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "The second place is not an https address without user and fragment.")
	}
	if u.Scheme != "https" && !loopback(u.Hostname()) {
		return nil, fault.New(fault.Invalid, "The second place %s is not protected. Write https://; http is accepted for loopback only.", u.Host)
	}
	dialer := &net.Dialer{Timeout: timeout, Control: refuseLinkLocal}
	return &HTTPS{
		url:   text,
		shown: u.Scheme + "://" + u.Host + u.Path, // a query may carry a key
		client: &http.Client{
			Timeout:       timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, DisableKeepAlives: true},
		},
	}, nil
}

// refuseLinkLocal looks at the address that is really dialled. 169.254.0.0/16
// is where clouds keep the credentials of the machine; nothing collects
// checkpoints there.
func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return fmt.Errorf("%s is not an address to send checkpoints to", address)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String names the address without its query.
func (h *HTTPS) String() string { return h.shown }

// Write posts the note as text and wants a 2xx.
func (h *HTTPS) Write(ctx context.Context, note string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, strings.NewReader(note))
	if err != nil {
		return fmt.Errorf("post to %s: %w", h, err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if !h.token.IsZero() {
		token, err := h.token.Read()
		if err != nil {
			return fmt.Errorf("token for %s: %w", h, err)
		}
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	resp, err := h.client.Do(req)
	if err != nil {
		// url.Error repeats the address, whose query may be a secret.
		if ue, ok := err.(*url.Error); ok { //nolint:errorlint // Do returns it unwrapped
			err = ue.Err
		}
		return fmt.Errorf("post to %s: %w", h, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("post to %s: status %d", h, resp.StatusCode)
	}
	return nil
}
