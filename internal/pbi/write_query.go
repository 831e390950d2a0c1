package pbi

import (
	"context"
	"errors"
	"net/http"

	"steward/internal/upstream"
)

// OpQuery asks a model; Microsoft allows 120 a minute for each user, 100,000 rows,
// 1,000,000 values and 15 MB.
var OpQuery = Operation{Name: "groups/{id}/datasets/{id}/executeQueries", Limits: []upstream.Limit{perMinute(120)}, Repeatable: true, MaxBytes: 16 << 20}

// Query asks a model one question in DAX and returns the rows of the first table:
// for each, the columns by name ([name] or Table[name]) and the values as JSON
// spells them, texts without their quotes. For a smoke test, not for data.
// POST groups/{id}/datasets/{id}/executeQueries.
func (x *Executor) Query(ctx context.Context, workspaceID, modelID, dax string) ([]map[string]string, error) {
	answer, err := x.c.powerBI.Do(ctx, upstream.Request{Operation: OpQuery, Method: http.MethodPost,
		Path: groupPath(workspaceID, "datasets", modelID) + "/executeQueries",
		Body: map[string]any{"queries": []map[string]string{{"query": dax}}, "serializerSettings": map[string]bool{"includeNulls": true}}})
	if err != nil {
		return nil, err
	}
	rows, found, code := readTables(answer.Body)
	switch {
	case code != "":
		return nil, x.c.powerBI.Broken(OpQuery, answer, errors.New("the query failed inside: "+code))
	case !found:
		return nil, x.c.powerBI.Broken(OpQuery, answer, errNoList)
	}
	return rows, nil
}

// readTables reads the first table of the first result; code is that of an error
// which came with status 200.
func readTables(answer []byte) (rows []map[string]string, found bool, code string) {
	failed := func(c *cursor) {
		c.object(func(key, _ string) {
			if key == "code" {
				code = c.text()
			}
		})
	}
	c := newCursor(answer, nil)
	table := func() {
		c.object(func(key, _ string) {
			switch {
			case key == "error":
				failed(c)
			case key == "rows" && !found:
				found = c.array(func() { rows = append(rows, readRow(c)) })
			}
		})
	}
	c.object(func(key, _ string) {
		switch key {
		case "error":
			failed(c)
		case "results":
			c.array(func() {
				c.object(func(key, _ string) {
					switch key {
					case "error":
						failed(c)
					case "tables":
						c.array(table)
					}
				})
			})
		}
	})
	return rows, found, code
}

func readRow(c *cursor) map[string]string {
	row := map[string]string{}
	c.object(func(_, spelt string) {
		if c.kind() == '"' {
			row[spelt] = c.text()
			return
		}
		c.blank()
		start := c.i
		c.skip()
		row[spelt] = string(c.b[start:c.i])
	})
	return row
}
