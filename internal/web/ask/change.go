package ask

import (
	"net/url"
	"strconv"
	"strings"

	"steward/internal/request"
)

// Add puts an empty entry at the end of a list of the form.
func Add(v url.Values, list string) {
	b := binder{values: v}
	if n := b.length(list); n < mostRows {
		v.Set(Item(list, n)+".", "") // counts, and is no input
	}
}

// Drop takes an entry out of a list of the form; those behind it move up.
func Drop(v url.Values, entry string) {
	list, rest, ok := cutLast(entry)
	gone, err := strconv.Atoi(rest)
	if !ok || err != nil || gone < 0 {
		return
	}
	moved := url.Values{}
	for key, val := range v {
		tail, ok := strings.CutPrefix(key, list+"[")
		digits, after, closed := strings.Cut(tail, "]")
		i, err := strconv.Atoi(digits)
		switch {
		case !ok || !closed || err != nil || i < gone:
			moved[key] = val
		case i > gone:
			moved[Item(list, i-1)+after] = val
		}
	}
	clear(v)
	for key, val := range moved {
		v[key] = val
	}
}

// cutLast parts list[3] into list and 3.
func cutLast(entry string) (list, index string, ok bool) {
	at := strings.LastIndexByte(entry, '[')
	if at < 0 || !strings.HasSuffix(entry, "]") {
		return "", "", false
	}
	return entry[:at], entry[at+1 : len(entry)-1], true
}

// Tidy leaves out the entries of lists that nobody filled in. The places of a
// pipeline's stages are kept: an empty one leaves a stage open.
func Tidy(p request.Params) {
	switch p := p.(type) {
	case *request.ProjectParams:
		for i := range p.Environments {
			p.Environments[i].Members = filled(p.Environments[i].Members)
		}
		p.Everywhere = filled(p.Everywhere)
		p.PipelineUsers = named(p.PipelineUsers)
	case *request.WorkspaceCreateParams:
		p.Members = filled(p.Members)
	case *request.AccessAddParams:
		p.Members = filled(p.Members)
	case *request.AccessRemoveParams:
		rows := p.Rows[:0]
		for _, r := range p.Rows {
			if r.Workspace != "" || r.Who != "" {
				rows = append(rows, r)
			}
		}
		p.Rows = rows
	case *request.ScheduleParams:
		rows := p.Rows[:0]
		for _, r := range p.Rows {
			if r != (request.ScheduleRow{}) {
				rows = append(rows, r)
			}
		}
		p.Rows = rows
	case *request.PromotionParams:
		tidyRoutes(p)
	case *request.RefreshPlanParams:
		p.People = named(p.People)
		p.Settle()
	case *request.PipelineCreateParams:
		p.Users = named(p.Users)
		for len(p.Stages) > 0 && p.Stages[len(p.Stages)-1] == "" {
			p.Stages = p.Stages[:len(p.Stages)-1]
		}
	}
}

func filled(members []request.Member) []request.Member {
	out := members[:0]
	for _, m := range members {
		if m.Who != "" {
			out = append(out, m)
		}
	}
	return out
}

func named(ids []request.ID) []request.ID {
	out := ids[:0]
	for _, id := range ids {
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}
