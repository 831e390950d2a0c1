package powerbi

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
)

// pageSize is how many rows the lists with continuation tokens give at once. It
// is smaller than Microsoft's so that a modest tenant has pages, too.
const pageSize = 100

// unquote takes the single quotes off that Power BI wants around such values.
func unquote(text string) (string, bool) {
	if len(text) < 2 || text[0] != '\'' || text[len(text)-1] != '\'' {
		return "", false
	}
	return text[1 : len(text)-1], true
}

func decodeToken(text string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("read a continuation token: %w", err)
	}
	return string(raw), nil
}

// nextPage makes the token for the page at offset, and the address that asks for
// it: quoted, and escaped already, so that it is used as it stands.
func nextPage(c *rest.Call, offset int, keep ...string) (uri, token string) {
	raw := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, ",%d,%d,0", offset, pageSize))
	token = url.QueryEscape(raw)
	uri = c.Base + pathOf(c) + "?continuationToken='" + token + "'"
	for _, name := range keep {
		if c.Has(name) {
			uri += "&" + name + "=" + url.QueryEscape(c.Query(name))
		}
	}
	return uri, token
}

// pathOf is the call's path below the service's base, as it was written.
func pathOf(c *rest.Call) string {
	path := c.R.URL.EscapedPath()
	if _, after, ok := strings.Cut(path, "/v1.0/myorg/"); ok {
		return "/v1.0/myorg/" + after
	}
	return path
}

// page cuts the rows of one page out of a list and tells the next offset, 0 when
// this is the last.
func page[T any](rows []T, offset int) ([]T, int) {
	if offset >= len(rows) {
		return []T{}, 0
	}
	end := min(offset+pageSize, len(rows))
	if end == len(rows) {
		return rows[offset:end], 0
	}
	return rows[offset:end], end
}

// window reads $top and $skip.
func window(c *rest.Call, fallback, most int) (top, skip int, ok bool) {
	if top, ok = c.Int("$top", fallback, 1, most); !ok {
		return 0, 0, false
	}
	skip, ok = c.Int("$skip", 0, 0, 1<<31-1)
	return top, skip, ok
}

// needTop answers 400 when $top is missing, where it is required.
func needTop(c *rest.Call) bool {
	if c.Has("$top") {
		return true
	}
	c.Fail(rest.Failure{Status: 400, Code: "InvalidRequest",
		Message: "The query parameter '$top' is required."})
	return false
}

// expands reads $expand, of which only the allowed words may occur.
func expands(c *rest.Call, allowed ...string) (map[string]bool, bool) {
	out := map[string]bool{}
	for _, w := range strings.Split(c.Query("$expand"), ",") {
		w = strings.TrimSpace(w)
		if w == "" {
			continue
		}
		found := false
		for _, a := range allowed {
			if strings.EqualFold(a, w) {
				out[a], found = true, true
			}
		}
		if !found {
			c.BadRequest("The query parameter '$expand' does not allow '" + url.QueryEscape(w) + "'.")
			return nil, false
		}
	}
	return out, true
}

// readFilter compiles $filter or answers 400.
func readFilter(c *rest.Call) (*odata.Filter, bool) {
	f, err := odata.Parse(c.Query("$filter"))
	if err != nil {
		badFilter(c, err)
		return nil, false
	}
	return f, true
}

func badFilter(c *rest.Call, err error) {
	c.BadRequest("The query specified in the URI is not valid: " + url.QueryEscape(err.Error()))
}
