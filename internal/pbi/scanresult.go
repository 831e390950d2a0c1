package pbi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"steward/internal/upstream"
)

// MaxWorkspaceBytes bounds one workspace of a scan result, which is held in
// memory whole.
const MaxWorkspaceBytes = 256 << 20

// ScanSink takes a scan result piece by piece. When reading fails, everything
// that was handed over so far must be thrown away: half a result looks like a
// whole one with things deleted.
type ScanSink struct {
	// Workspace is called for every workspace. Its Raw and the Raw of its
	// items are valid until it returns.
	Workspace func(*Workspace) error
	// Datasource is called for every data source, misconfigured ones too; nil
	// ignores them. Sources may come before or after the workspaces.
	Datasource func(*Datasource) error
}

// ScanResult streams the result of a succeeded scan into sink, holding no more
// than one workspace in memory. An error of sink ends it and is returned.
// GET admin/workspaces/scanResult/{scanId}, 500 an hour; kept for 24 hours.
func (c *Client) ScanResult(ctx context.Context, scanID string, sink ScanSink) error {
	req := upstream.Request{Operation: OpScanResult, Method: http.MethodGet,
		Path: "admin/workspaces/scanResult/" + upstream.Segment(scanID)}
	return c.powerBI.Stream(ctx, req, func(answer *upstream.Answer, body io.Reader) error {
		err := DecodeScanResult(body, sink)
		var broken *brokenResult
		switch {
		case errors.Is(err, errBigWorkspace):
			return c.powerBI.TooLarge(OpScanResult, answer, err)
		case errors.As(err, &broken):
			return c.powerBI.Broken(OpScanResult, answer, err)
		}
		return err
	})
}

// brokenResult is a scan result that is not what it should be.
type brokenResult struct{ err error }

func (b *brokenResult) Error() string { return "scan result: " + b.err.Error() }
func (b *brokenResult) Unwrap() error { return b.err }

var errBigWorkspace = fmt.Errorf("a workspace of more than %d MiB", MaxWorkspaceBytes>>20)

// DecodeScanResult decodes a scan result from r into sink; r may be an
// archived one. An error that is not sink's says that the result is broken.
func DecodeScanResult(r io.Reader, sink ScanSink) error {
	in := &metered{r: bufio.NewReaderSize(r, 1<<16)}
	if head, _ := in.r.Peek(len(utf8BOM)); bytes.Equal(head, utf8BOM) {
		_, _ = in.r.Discard(len(utf8BOM)) // cannot fail: it was peeked
	}
	d := &resultDecoder{in: in, sink: sink, seen: &seen{},
		dec: jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	return d.decode()
}

var utf8BOM = []byte("\xef\xbb\xbf")

// metered is a reader that gives up when one value takes too much.
type metered struct {
	r    *bufio.Reader
	left int
}

// Read reads on, up to what is left for the value.
func (m *metered) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errBigWorkspace
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

type resultDecoder struct {
	in   *metered
	dec  *jsontext.Decoder
	sink ScanSink
	seen *seen
}

func (d *resultDecoder) decode() error {
	d.in.left = MaxWorkspaceBytes
	if t, err := d.dec.ReadToken(); err != nil {
		return d.broken(err)
	} else if t.Kind() != '{' {
		return d.broken(errors.New("not an object"))
	}
	workspaces := false
	for d.dec.PeekKind() == '"' {
		name, err := d.dec.ReadToken()
		if err != nil {
			return d.broken(err)
		}
		switch strings.ToLower(strings.TrimSpace(name.String())) {
		case "workspaces":
			if d.dec.PeekKind() != '[' {
				return d.broken(errNoList)
			}
			workspaces = true
			err = d.each(d.workspace)
		case "datasourceinstances":
			err = d.each(func(raw []byte) error { return d.datasource(raw, false) })
		case "misconfigureddatasourceinstances":
			err = d.each(func(raw []byte) error { return d.datasource(raw, true) })
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.dec.ReadToken(); err != nil { // the closing brace
		return d.broken(err)
	}
	if !workspaces {
		return d.broken(errNoList)
	}
	if _, err := d.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return d.broken(errors.New("something follows the result"))
	}
	return nil
}

// each calls f with every element of the array that follows; anything else is
// passed over.
func (d *resultDecoder) each(f func(raw []byte) error) error {
	if d.dec.PeekKind() != '[' {
		return d.skip()
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return d.broken(err)
	}
	for d.dec.PeekKind() != ']' {
		d.in.left = MaxWorkspaceBytes
		raw, err := d.dec.ReadValue()
		if err != nil {
			return d.broken(err)
		}
		if err := f(raw); err != nil {
			return err
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return d.broken(err)
	}
	return nil
}

func (d *resultDecoder) skip() error {
	d.in.left = MaxWorkspaceBytes
	if err := d.dec.SkipValue(); err != nil {
		return d.broken(err)
	}
	return nil
}

func (d *resultDecoder) workspace(raw []byte) error {
	w, err := readWorkspace(raw, d.seen)
	if err != nil {
		return d.broken(err)
	}
	return d.sink.Workspace(w)
}

func (d *resultDecoder) datasource(raw []byte, misconfigured bool) error {
	if d.sink.Datasource == nil {
		return nil
	}
	s := readDatasource(newCursor(raw, d.seen))
	s.Misconfigured = misconfigured
	if s.ID == "" {
		return nil // nothing can refer to it
	}
	return d.sink.Datasource(&s)
}

// broken wraps an error of reading, without the piece of the answer that the
// decoder's own text quotes.
func (d *resultDecoder) broken(err error) error {
	if errors.Is(err, errBigWorkspace) {
		return &brokenResult{errBigWorkspace}
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.ErrUnexpectedEOF
		} else {
			err = fmt.Errorf("not JSON at byte %d", syntax.ByteOffset)
		}
	}
	return &brokenResult{err}
}

// valid reports whether raw is one JSON value, not deeper than 10,000.
func valid(raw []byte) bool {
	return jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
