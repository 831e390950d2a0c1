package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// cursor is a place between two rows of a list: the order's values of the row
// beside it. It is opaque outside and carries a digest of the list it belongs
// to, so that one from another report, order or filter is refused instead of
// answering nonsense. It needs no secret: it only says where to begin reading,
// its values travel as arguments, and view and scope are applied whatever it
// says.
type cursor struct {
	Part   int   `json:"p"`
	Back   bool  `json:"b,omitempty"`
	Offset int64 `json:"o"` // rows before the page, as counted on the way here
	Keys   []any `json:"k"`
}

// maxCursor bounds what is decoded: names are long at times, sort keys few.
const maxCursor = 8192

func (r *Report) listDigest(q Query) []byte {
	body, _ := json.Marshal([]any{r.Name, q.Sort, q.Desc, q.Where, q.View.Tenant, q.CompareView.Scan})
	sum := sha256.Sum256(body)
	return sum[:8]
}

func (r *Report) encodeCursor(q Query, c cursor) string {
	body, _ := json.Marshal(c)
	sum := sha256.Sum256(append(r.listDigest(q), body...))
	return base64.RawURLEncoding.EncodeToString(append(sum[:8:8], body...))
}

func (r *Report) decodeCursor(q Query) (cursor, error) {
	var c cursor
	bad := func() (cursor, error) {
		return cursor{}, invalid("cursor", "This page address does not belong to this list any more. Begin at its first page.")
	}
	if len(q.Cursor) > maxCursor {
		return bad()
	}
	raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil || len(raw) < 9 {
		return bad()
	}
	sum := sha256.Sum256(append(r.listDigest(q), raw[8:]...))
	if !bytes.Equal(sum[:8], raw[:8]) {
		return bad()
	}
	dec := json.NewDecoder(bytes.NewReader(raw[8:]))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil || c.Part < 0 || c.Part >= len(r.parts) || c.Offset < 0 {
		return bad()
	}
	p := &r.parts[c.Part]
	if len(c.Keys) != len(p.path(q).order) {
		return bad()
	}
	for i, k := range c.Keys {
		if c.Keys[i], err = cursorKey(k); err != nil {
			return bad()
		}
	}
	return c, nil
}

func cursorKey(k any) (any, error) {
	switch k := k.(type) {
	case string:
		return k, nil
	case json.Number:
		if n, err := k.Int64(); err == nil {
			return n, nil
		}
		return k.Float64()
	}
	return nil, fmt.Errorf("a sort key is a text or a number")
}
