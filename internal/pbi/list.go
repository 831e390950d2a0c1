package pbi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"steward/internal/upstream"
)

// maxPages is where a list that goes on by token is given up as endless. The
// longest real one, a busy day's activity, has a few hundred pages.
const maxPages = 10_000

// get makes a GET and returns its answer; nothing at all is an error, as every
// read promises a body.
func (c *Client) get(ctx context.Context, api *upstream.Client, op Operation, path string, query url.Values, raw string) (*upstream.Answer, error) {
	if api == nil {
		return nil, fmt.Errorf("%s: %w", op.Name, errNoFabric)
	}
	op = c.capped(op)
	answer, err := api.Do(ctx, upstream.Request{Operation: op, Method: http.MethodGet, Path: path, Query: query, RawQuery: raw})
	if err != nil {
		return nil, err
	}
	if len(answer.Body) == 0 {
		return nil, api.Broken(op, answer, errors.New("an empty answer where a body is promised"))
	}
	return answer, nil
}

// page is what the members of a list's answer besides its rows say.
type page struct {
	token, uri string
	rows       bool // the list was there
}

// readPage reads one answer: rows are the objects of the array under one of
// the given keys (lower case).
func readPage(body []byte, keys []string, row func(c *cursor)) page {
	var p page
	c := newCursor(body, nil)
	c.object(func(key, _ string) {
		switch key {
		case "continuationtoken":
			p.token = c.text()
			return
		case "continuationuri":
			p.uri = c.text()
			return
		}
		for _, k := range keys {
			if key == k && c.kind() == '[' {
				p.rows = true
				c.array(func() { row(c) })
			}
		}
	})
	return p
}

// errNoList is the cause when an answer has no list. It is never read as an
// empty one: that would say that everything is gone.
var errNoList = errors.New("the list is missing from the answer")

// whole reads a list that comes in one piece.
func (c *Client) whole(ctx context.Context, api *upstream.Client, op Operation, path string, query url.Values, row func(c *cursor), keys ...string) error {
	answer, err := c.get(ctx, api, op, path, query, "")
	if err != nil {
		return err
	}
	if p := readPage(answer.Body, keys, row); !p.rows {
		return api.Broken(op, answer, errNoList)
	}
	return nil
}

// tokens reads a list that goes on by continuation token. done is called after
// each page. quoted says that the service wants the token in single quotes.
func (c *Client) tokens(ctx context.Context, api *upstream.Client, op Operation, path string, query url.Values, quoted bool, row func(c *cursor), done func() error, keys ...string) error {
	raw := ""
	seen := map[string]bool{}
	for range maxPages {
		answer, err := c.get(ctx, api, op, path, query, raw)
		if err != nil {
			return err
		}
		p := readPage(answer.Body, keys, row)
		if !p.rows {
			return api.Broken(op, answer, errNoList)
		}
		if err := done(); err != nil {
			return err
		}
		next, err := c.next(api, p, quoted)
		switch {
		case err != nil:
			return api.Foreign(op, answer, err)
		case next == "":
			return nil
		case seen[next]:
			return api.Endless(op, answer, errors.New("a continuation token came back"))
		}
		seen[next] = true
		raw = next
	}
	return api.Endless(op, nil, fmt.Errorf("more than %d pages", maxPages))
}

// next returns the query that asks for the following page, "" after the last.
// Only the token is taken from the answer's address, spelt as it is there; the
// call goes to our own base. The address's host is looked at because a foreign
// one shows that somebody changed the answer.
func (c *Client) next(api *upstream.Client, p page, quoted bool) (string, error) {
	if p.uri != "" {
		if err := api.Known(p.uri); err != nil {
			return "", err
		}
	}
	if spelt := tokenOf(p.uri); spelt != "" {
		return "continuationToken=" + spelt, nil
	}
	token := strings.Trim(p.token, "'")
	if token == "" {
		return "", nil
	}
	// Tokens come escaped already in every sample (%2B…); one that is not is
	// escaped here. Base64 has no percent sign, so the two cannot be mixed up.
	if plain, err := url.QueryUnescape(strings.ReplaceAll(token, "+", "%2B")); err == nil {
		token = plain
	}
	token = url.QueryEscape(token)
	if quoted {
		token = "'" + token + "'"
	}
	return "continuationToken=" + token, nil
}

// tokenOf returns the continuation token in an address as it is spelt there,
// escaped and quoted; "" when there is none or it would not be one parameter.
func tokenOf(uri string) string {
	_, query, _ := strings.Cut(uri, "?")
	for part := range strings.SplitSeq(query, "&") {
		v, ok := strings.CutPrefix(part, "continuationToken=")
		if ok && !strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r == '#' || r > '~' || r == '"' || r == '<' || r == '>' }) {
			return v
		}
	}
	return ""
}

// skips reads a list that goes on by $top and $skip. row returns the id of the
// row it read, by which rows that come twice are told: a service that ignores
// $skip would else be read for ever. done gets the number of new rows.
func (c *Client) skips(ctx context.Context, api *upstream.Client, op Operation, path string, query url.Values, size int, row func(c *cursor) (id string), done func() error) error {
	seen := map[string]bool{}
	query.Set("$top", strconv.Itoa(size))
	for skip := 0; ; skip += size {
		if skip > 0 {
			query.Set("$skip", strconv.Itoa(skip))
		}
		answer, err := c.get(ctx, api, op, path, query, "")
		if err != nil {
			return err
		}
		rows, fresh := 0, 0
		p := readPage(answer.Body, []string{"value"}, func(c *cursor) {
			rows++
			if id := row(c); !seen[id] {
				seen[id] = true
				fresh++
			}
		})
		if !p.rows {
			return api.Broken(op, answer, errNoList)
		}
		if err := done(); err != nil {
			return err
		}
		if rows < size {
			return nil
		}
		if fresh == 0 {
			return api.Endless(op, answer, errors.New("a page holds nothing new"))
		}
	}
}
