package powerbi

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// executeQueries answers a very small part of DAX, enough for a smoke test:
//
//	EVALUATE ROW("a", COUNTROWS('Table'), "b", [Measure], "c", 1)
//	EVALUATE { [Measure] }     EVALUATE { COUNTROWS(Table) }
//
// Figures follow from what is in the model, so the same content always answers
// the same. Everything else is refused in words that say so.
func (s *Service) executeQueries(c *rest.Call) {
	it, ok := s.readable(c)
	if !ok {
		return
	}
	var body struct {
		Queries []struct {
			Query string `json:"query"`
		} `json:"queries"`
	}
	if !c.Decode(&body) {
		return
	}
	if len(body.Queries) != 1 {
		c.BadRequest("One query is expected.")
		return
	}
	if it.Model.Schema == nil {
		c.Fail(rest.Failure{Status: 400, Code: "DatasetExecuteQueriesError", Message: "Failed to execute the DAX query."})
		return
	}
	row, err := evaluate(it, body.Queries[0].Query)
	if err != nil {
		c.JSON(http.StatusBadRequest, map[string]any{"error": map[string]any{"code": "DatasetExecuteQueriesError",
			"message": "Failed to execute the DAX query: " + err.Error()}})
		return
	}
	c.JSON(http.StatusOK, map[string]any{"results": []any{map[string]any{"tables": []any{map[string]any{"rows": []any{row}}}}}})
}

var (
	daxRow   = regexp.MustCompile(`(?is)^\s*EVALUATE\s+ROW\s*\((.*)\)\s*;?\s*$`)
	daxOne   = regexp.MustCompile(`(?is)^\s*EVALUATE\s*\{\s*(.*?)\s*\}\s*;?\s*$`)
	daxCount = regexp.MustCompile(`(?is)^COUNTROWS\s*\(\s*(?:'((?:[^']|'')+)'|([^'()\[\]]+?))\s*\)$`)
	daxName  = regexp.MustCompile(`^"((?:[^"]|"")*)"$`)
)

func evaluate(it *world.Item, query string) (map[string]any, error) {
	if m := daxOne.FindStringSubmatch(query); m != nil {
		v, err := value(it, m[1])
		return map[string]any{"[Value]": v}, err
	}
	m := daxRow.FindStringSubmatch(query)
	if m == nil {
		return nil, errors.New("the stand-in understands EVALUATE ROW(...) and EVALUATE {...} only")
	}
	args := split(m[1])
	if len(args)%2 != 0 {
		return nil, errors.New("ROW takes pairs of a name and an expression")
	}
	out := map[string]any{}
	for i := 0; i < len(args); i += 2 {
		name := daxName.FindStringSubmatch(strings.TrimSpace(args[i]))
		if name == nil {
			return nil, errors.New("the name of a column must be a text")
		}
		v, err := value(it, strings.TrimSpace(args[i+1]))
		if err != nil {
			return nil, err
		}
		out["["+strings.ReplaceAll(name[1], `""`, `"`)+"]"] = v
	}
	return out, nil
}

// split cuts arguments at commas outside of quotes, brackets and parentheses.
func split(text string) []string {
	var out []string
	var quote rune
	depth, from := 0, 0
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(' || r == '[' || r == '{':
			depth++
		case r == ')' || r == ']' || r == '}':
			depth--
		case r == ',' && depth == 0:
			out = append(out, text[from:i])
			from = i + 1
		}
	}
	return append(out, text[from:])
}

// value is a number, the rows of a table or a measure.
func value(it *world.Item, text string) (any, error) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return json.Number(strconv.FormatFloat(n, 'f', -1, 64)), nil
	}
	if m := daxCount.FindStringSubmatch(text); m != nil {
		name := strings.ReplaceAll(m[1], "''", "'") + m[2]
		for _, t := range it.Model.Schema.Tables {
			if strings.EqualFold(t.Name, name) {
				return figure(it, t.Name) % 100_000, nil
			}
		}
		return nil, errors.New("cannot find table '" + name + "'")
	}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		name := text[1 : len(text)-1]
		for _, t := range it.Model.Schema.Tables {
			for _, me := range t.Measures {
				if strings.EqualFold(me.Name, name) {
					return float64(figure(it, me.Name+me.Expression)%10_000_000) / 100, nil
				}
			}
		}
		return nil, errors.New("the value for '" + name + "' cannot be determined: the model has no such measure")
	}
	return nil, errors.New("the stand-in understands numbers, COUNTROWS(table) and [measure] only")
}

// figure is a number that follows from the content of the model.
func figure(it *world.Item, of string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(it.ContentMark() + "|" + of))
	return int64(h.Sum32())
}
