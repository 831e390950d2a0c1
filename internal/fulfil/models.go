package fulfil

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/tenant"
)

// lookModel finds out whether a model is as a step was to make it.
func (e *Engine) lookModel(ctx context.Context, kind request.LookKind, arg map[string]string) (sight, error) {
	x, ws, model := e.cfg.Executor, arg["workspace"], arg["model"]
	switch kind {
	case request.LookOwner:
		all, err := x.Models(ctx, ws)
		i := slices.IndexFunc(all, func(m pbi.OwnModel) bool { return m.ID == model })
		return yes(i >= 0 && arg["owner"] != "" && strings.EqualFold(all[i].Owner, arg["owner"])), err
	case request.LookParameters:
		amiss, err := e.otherValues(ctx, ws, model, arg["values"])
		return yes(len(amiss) == 0), err
	case request.LookSources:
		return e.hasSources(ctx, ws, model, arg["sources"])
	case request.LookGateway:
		all, err := x.BoundSources(ctx, ws, model)
		return yes(slices.ContainsFunc(all, func(s pbi.GatewaySource) bool { return strings.EqualFold(s.GatewayID, arg["gateway"]) })), err
	case request.LookSchedule:
		return e.hasSchedule(ctx, ws, model, arg)
	}
	return sight{}, fmt.Errorf("no way to look for %s", kind)
}

// wanted is a value that a parameter was to get.
type wanted struct {
	Name  string `json:"name"`
	Value string `json:"newValue"`
}

// otherValues says of each parameter that has not the wanted value what it has.
func (e *Engine) otherValues(ctx context.Context, workspace, model, values string) ([]string, error) {
	var want []wanted
	if err := json.Unmarshal([]byte(values), &want); err != nil {
		return nil, fmt.Errorf("values of parameters: %w", err)
	}
	have, err := e.cfg.Executor.Parameters(ctx, workspace, model)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, w := range want {
		i := slices.IndexFunc(have, func(p pbi.Parameter) bool { return p.Name == w.Name })
		switch {
		case i < 0:
			out = append(out, "there is no parameter “"+w.Name+"”")
		case have[i].Value != w.Value:
			out = append(out, "“"+w.Name+"” is “"+have[i].Value+"” and not “"+w.Value+"”")
		}
	}
	return out, nil
}

// hasSources reports whether a model reads every one of the connections.
func (e *Engine) hasSources(ctx context.Context, workspace, model, sources string) (sight, error) {
	var want []map[string]string
	if err := json.Unmarshal([]byte(sources), &want); err != nil {
		return sight{}, fmt.Errorf("connections: %w", err)
	}
	have, err := e.cfg.Executor.Sources(ctx, workspace, model)
	if err != nil {
		return sight{}, err
	}
	for _, w := range want {
		if !slices.ContainsFunc(have, func(d pbi.Datasource) bool {
			for key, v := range w {
				if !strings.EqualFold(d.Connection[key], v) {
					return false
				}
			}
			return true
		}) {
			return sight{}, nil
		}
	}
	return sight{one: true}, nil
}

func (e *Engine) hasSchedule(ctx context.Context, workspace, model string, arg map[string]string) (sight, error) {
	have, err := e.cfg.Executor.Schedule(ctx, workspace, model)
	if err != nil {
		return sight{}, err
	}
	if arg["enabled"] == "no" {
		return yes(have == nil || !have.Enabled), nil
	}
	if have == nil {
		return sight{}, nil
	}
	same := func(have []string, want string) bool {
		var list []string
		if json.Unmarshal([]byte(want), &list) != nil || len(list) != len(have) {
			return false
		}
		return !slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(have, v) })
	}
	return yes(have.Enabled && same(have.Days, arg["days"]) && same(have.Times, arg["times"]) && have.TimeZone == arg["zone"]), nil
}

// scheduleOf is the schedule of a model as a plan writes it.
func (e *Engine) scheduleOf(ctx context.Context, workspace, model string) (string, error) {
	s, err := e.cfg.Executor.Schedule(ctx, workspace, model)
	if err != nil || s == nil {
		return request.ScheduleText(nil), err
	}
	return request.ScheduleText(&tenant.RefreshSchedule{Enabled: s.Enabled, Days: s.Days, Times: s.Times, TimeZone: s.TimeZone}), nil
}
