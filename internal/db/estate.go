package db

import (
	"context"
	"encoding/json"
	"fmt"

	"steward/internal/tenant"
)

// The tables below are small and are always told whole: each method takes
// everything there is and closes what is missing. Call them only with an
// answer that is known to be complete.

var capacityHistory = &history{
	table: "capacity", keys: []string{"capacity"}, hashed: true,
	cols: []string{"name", "name_key", "sku", "state", "region", "admins"},
}

// Capacities writes all capacities of the tenant.
func (in *Ingest) Capacities(ctx context.Context, all []tenant.Capacity) error {
	return in.whole(ctx, capacityHistory, len(all), func(i int) (row, error) {
		c := &all[i]
		id, err := in.ident(c.ID)
		return row{id, c.Name, tenant.Fold(c.Name), c.SKU, c.State, c.Region, jsonText(c.Admins)}, err
	})
}

var domainHistory = &history{
	table: "domain", keys: []string{"domain"}, hashed: true,
	cols: []string{"name", "name_key", "description", "parent"},
}

// Domains writes all domains of the tenant.
func (in *Ingest) Domains(ctx context.Context, all []tenant.Domain) error {
	return in.whole(ctx, domainHistory, len(all), func(i int) (row, error) {
		d := &all[i]
		ids, err := in.identsOf(d.ID, d.ParentID)
		if err != nil {
			return nil, err
		}
		return row{ids[0], d.Name, tenant.Fold(d.Name), d.Description, ids[1]}, nil
	})
}

var appHistory = &history{
	table: "app", keys: []string{"app"}, hashed: true,
	cols: []string{"name", "name_key", "description", "ws", "published_by", "updated"},
}

// Apps writes all published apps of the tenant.
func (in *Ingest) Apps(ctx context.Context, all []tenant.App) error {
	return in.whole(ctx, appHistory, len(all), func(i int) (row, error) {
		a := &all[i]
		ids, err := in.identsOf(a.ID, a.WorkspaceID)
		if err != nil {
			return nil, err
		}
		return row{ids[0], a.Name, tenant.Fold(a.Name), a.Description, ids[1], a.PublishedBy, millis(a.Updated)}, nil
	})
}

var refreshableHistory = &history{
	table: "refreshable", keys: []string{"item"}, hashed: true,
	cols: []string{"name", "name_key", "kind", "ws", "capacity", "window_start", "window_end",
		"refreshes", "failures", "average_s", "median_s", "per_day",
		"last_status", "last_type", "last_start", "last_end", "last_error", "configured_by", "schedule"},
}

// Refreshables writes the refresh summaries of all models on capacities.
func (in *Ingest) Refreshables(ctx context.Context, all []tenant.Refreshable) error {
	return in.whole(ctx, refreshableHistory, len(all), func(i int) (row, error) {
		r := &all[i]
		ids, err := in.identsOf(r.ID, r.WorkspaceID, r.CapacityID)
		if err != nil {
			return nil, err
		}
		var schedule any
		if r.Schedule != nil {
			schedule = jsonText(r.Schedule)
		}
		return row{ids[0], r.Name, tenant.Fold(r.Name), r.Kind, ids[1], ids[2],
			millis(r.WindowStart), millis(r.WindowEnd), int64(r.Refreshes), int64(r.Failures),
			r.AverageSeconds, r.MedianSeconds, int64(r.PerDay), r.LastStatus, r.LastType,
			millis(r.LastStart), millis(r.LastEnd), r.LastError, jsonText(r.ConfiguredBy), schedule}, nil
	})
}

var settingHistory = &history{
	table: "setting", scope: "override_of", words: true, keys: []string{"name", "override_of", "override_id"}, hashed: true,
	cols: []string{"title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated"},
}

// Settings writes all tenant settings (overrideOf empty), or all overrides by
// capacities, domains or workspaces.
func (in *Ingest) Settings(ctx context.Context, overrideOf string, all []tenant.Setting) error {
	return in.whole(ctx, settingHistory, len(all), func(i int) (row, error) {
		s := &all[i]
		if s.OverrideOf != overrideOf {
			return nil, fmt.Errorf("setting %s is an override of %q among those of %q", s.Name, s.OverrideOf, overrideOf)
		}
		return row{s.Name, s.OverrideOf, s.OverrideID, s.Title, s.Group, bit(s.Enabled), bit(s.ForGroups),
			jsonText(s.EnabledGroups), jsonText(s.ExcludedGroups), jsonText(s.Properties), jsonText(s.DelegatedTo)}, nil
	}, overrideOf)
}

var wideLinkHistory = &history{
	table: "wide_link", scope: "link", words: true, keys: []string{"link", "item", "role", "sharer_address"}, hashed: true,
	cols: []string{"item_name", "item_kind", "sharer", "sharer_name"},
}

// WideLinks writes all items shared with everybody in one way.
func (in *Ingest) WideLinks(ctx context.Context, kind tenant.LinkKind, all []tenant.WideLink) error {
	return in.whole(ctx, wideLinkHistory, len(all), func(i int) (row, error) {
		l := &all[i]
		ids, err := in.identsOf(l.ItemID, l.SharerID)
		if err != nil {
			return nil, err
		}
		return row{string(kind), ids[0], string(l.Right), l.SharerAddress, l.ItemName, l.ItemKind, ids[1], l.SharerName}, nil
	}, string(kind))
}

var unusedHistory = &history{
	table: "unused_item", scope: "ws", keys: []string{"ws", "item"}, hashed: true,
	cols: []string{"name", "kind", "size_mb", "created", "last_accessed"},
}

// Unused writes Microsoft's list of unused items of one workspace.
func (in *Ingest) Unused(ctx context.Context, workspaceID string, all []tenant.Unused) error {
	var ws any
	err := in.within(ctx, "workspace "+workspaceID, func() (err error) {
		ws, err = in.ident(workspaceID)
		return err
	})
	if err != nil {
		return err
	}
	return in.whole(ctx, unusedHistory, len(all), func(i int) (row, error) {
		u := &all[i]
		id, err := in.ident(u.ItemID)
		return row{ws, id, u.ItemName, u.ItemKind, u.SizeMB, millis(u.Created), millis(u.LastAccessed)}, err
	}, ws)
}

// whole makes the open versions of a scope be exactly the n rows that at
// gives.
func (in *Ingest) whole(ctx context.Context, h *history, n int, at func(i int) (row, error), scope ...any) error {
	return in.flushed(in.within(ctx, h.table, func() error {
		clear(in.local)
		rows := make([]row, n)
		for i := range rows {
			var err error
			if rows[i], err = at(i); err != nil {
				return err
			}
		}
		return in.sync(ctx, h, wish{rows: rows}, scope...)
	}))
}

// identsOf returns the numbers of several ids; nil for empty ones.
func (in *Ingest) identsOf(guids ...string) ([]any, error) {
	ids := make([]any, len(guids))
	for i, g := range guids {
		var err error
		if ids[i], err = in.ident(g); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// jsonText renders a list or struct of ours for a column; nil lists become [].
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("db: %T cannot be JSON: %v", v, err)) // only types of internal/tenant come here
	}
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}
