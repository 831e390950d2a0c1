package scan

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/pbi"
	"steward/internal/tenant"
)

// keep archives a list and stores it.
func keep[T any](r *run, name string, list []T, store func([]T) error) (extent, error) {
	if err := r.keepPart(name, list); err != nil {
		return extent{}, stored(err)
	}
	return whole(len(list)), stored(store(list))
}

func readCapacities(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.Capacities(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(c *pbi.Capacity) tenant.Capacity {
		return tenant.Capacity{ID: c.ID, Name: c.Name, SKU: c.SKU, State: c.State, Region: c.Region, Admins: c.Admins}
	})
	return keep(r, "capacities", list, func(l []tenant.Capacity) error { return r.in.Capacities(ctx, l) })
}

func readDomains(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.Domains(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(d *pbi.Domain) tenant.Domain {
		return tenant.Domain{ID: d.ID, Name: d.Name, Description: d.Description, ParentID: d.ParentID}
	})
	return keep(r, "domains", list, func(l []tenant.Domain) error { return r.in.Domains(ctx, l) })
}

func readApps(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.Apps(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(a *pbi.App) tenant.App {
		return tenant.App{ID: a.ID, Name: a.Name, Description: a.Description, WorkspaceID: a.WorkspaceID, PublishedBy: a.PublishedBy, Updated: a.LastUpdate}
	})
	return keep(r, "apps", list, func(l []tenant.App) error { return r.in.Apps(ctx, l) })
}

func readRefreshables(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.Refreshables(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(w *pbi.Refreshable) tenant.Refreshable {
		t := tenant.Refreshable{ID: w.ID, Name: w.Name, Kind: w.Kind, WorkspaceID: w.WorkspaceID, CapacityID: w.CapacityID,
			WindowStart: w.Start, WindowEnd: w.End, Refreshes: w.Refreshes, Failures: w.Failures,
			AverageSeconds: w.AverageDuration.Seconds(), MedianSeconds: w.MedianDuration.Seconds(), PerDay: w.RefreshesPerDay,
			ConfiguredBy: w.ConfiguredBy, Schedule: convertSchedule(w.Schedule)}
		if l := w.LastRefresh; l != nil {
			t.LastStatus, t.LastType, t.LastStart, t.LastEnd, t.LastError = l.Status, l.Type, l.Start, l.End, l.ErrorCode
		}
		return t
	})
	return keep(r, "refreshables", list, func(l []tenant.Refreshable) error { return r.in.Refreshables(ctx, l) })
}

func readSettings(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.TenantSettings(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(w *pbi.TenantSetting) tenant.Setting { return convertSetting(w, "", "") })
	return keep(r, "tenant-settings", list, func(l []tenant.Setting) error { return r.in.Settings(ctx, "", l) })
}

// readOverrides reads what capacities, domains or workspaces have set
// otherwise than the tenant.
func readOverrides(by string) func(context.Context, *run) (extent, error) {
	return func(ctx context.Context, r *run) (extent, error) {
		ask := map[string]func(context.Context) ([]pbi.Overrides, error){
			"capacity": r.cfg.PBI.CapacityOverrides, "domain": r.cfg.PBI.DomainOverrides, "workspace": r.cfg.PBI.WorkspaceOverrides,
		}[by]
		all, err := ask(ctx)
		if err != nil {
			return extent{}, err
		}
		list := []tenant.Setting{}
		for i := range all {
			for j := range all[i].Settings {
				list = append(list, convertSetting(&all[i].Settings[j], by, all[i].ID))
			}
		}
		return keep(r, by+"-overrides", list, func(l []tenant.Setting) error { return r.in.Settings(ctx, by, l) })
	}
}

func convertSetting(w *pbi.TenantSetting, by, id string) tenant.Setting {
	s := tenant.Setting{Name: w.Name, Title: w.Title, Group: w.Group, Enabled: w.Enabled, ForGroups: w.CanSpecifyGroups,
		EnabledGroups: convertGroups(w.EnabledGroups), ExcludedGroups: convertGroups(w.ExcludedGroups), OverrideOf: by, OverrideID: id}
	for _, p := range w.Properties {
		s.Properties = append(s.Properties, tenant.SettingProperty{Name: p.Name, Value: p.Value, Type: p.Type})
	}
	for _, d := range []struct {
		on   bool
		name string
	}{{w.DelegateToCapacity, "capacity"}, {w.DelegateToDomain, "domain"}, {w.DelegateToWorkspace, "workspace"}} {
		if d.on {
			s.DelegatedTo = append(s.DelegatedTo, d.name)
		}
	}
	return s
}

func convertGroups(w []pbi.SettingGroup) []tenant.SettingGroup {
	return each(w, func(g *pbi.SettingGroup) tenant.SettingGroup { return tenant.SettingGroup{ID: g.ID, Name: g.Name} })
}

func readPipelines(ctx context.Context, r *run) (extent, error) {
	all, err := r.cfg.PBI.Pipelines(ctx)
	if err != nil {
		return extent{}, err
	}
	list := each(all, func(w *pbi.Pipeline) tenant.Pipeline {
		p := tenant.Pipeline{ID: w.ID, Name: w.Name, Description: w.Description, UsersKnown: w.Users.Known(), Users: convertUsers(w.ID, w.Users)}
		for _, s := range w.Stages {
			p.Stages = append(p.Stages, tenant.Stage{Order: s.Order, WorkspaceID: s.WorkspaceID})
		}
		return p
	})
	for i := range list {
		for j := range list[i].Users {
			if err := r.recognise(ctx, &list[i].Users[j].Principal); err != nil {
				return extent{}, stored(err)
			}
		}
	}
	return keep(r, "pipelines", list, func(l []tenant.Pipeline) error { return r.in.Pipelines(ctx, l) })
}

func readOrganisationLinks(ctx context.Context, r *run) (extent, error) {
	return readLinks(ctx, r, tenant.LinkOrganisation, "organisation-links", r.cfg.PBI.OrganisationLinks)
}

func readPublishedToWeb(ctx context.Context, r *run) (extent, error) {
	return readLinks(ctx, r, tenant.LinkPublic, "published-to-web", r.cfg.PBI.PublishedToWeb)
}

func readLinks(ctx context.Context, r *run, kind tenant.LinkKind, name string, ask func(context.Context) ([]pbi.ArtifactAccess, error)) (extent, error) {
	all, err := ask(ctx)
	if err != nil {
		return extent{}, err
	}
	list := make([]tenant.WideLink, 0, len(all))
	for i := range all {
		w := &all[i]
		l := tenant.WideLink{Kind: kind, ItemID: strings.ToLower(w.ID), ItemName: w.Name, ItemKind: normalKind(w.Type), Right: tenant.Right(w.Right)}
		if w.Sharer != nil {
			p := convertPrincipal(w.Sharer)
			if err := r.recognise(ctx, &p); err != nil {
				return extent{}, stored(err)
			}
			l.SharerID, l.SharerName, l.SharerAddress = p.ID, p.Name, p.Address
		}
		list = append(list, l)
	}
	return keep(r, name, list, func(l []tenant.WideLink) error { return r.in.WideLinks(ctx, kind, l) })
}

// normalKind gives the kinds that other APIs spell with a capital the
// scanner's spelling.
func normalKind(wire string) string {
	for _, known := range itemKinds {
		if strings.EqualFold(wire, known) {
			return known
		}
	}
	return wire
}

// recognise replaces the address that some answers give instead of an object
// id by the id: that of the one known principal with this address, or the one
// that the directory knows.
func (r *run) recognise(ctx context.Context, p *tenant.Principal) error {
	if !strings.Contains(p.ID, "@") {
		return nil
	}
	id, err := r.cfg.DB.Reader().PrincipalByAddress(ctx, r.tenant, first(p.Address, p.ID))
	if err != nil {
		return fmt.Errorf("recognise %s: %w", p.ID, err)
	}
	if id == "" && r.cfg.Graph != nil {
		if o, err := r.cfg.Graph.User(ctx, p.ID); err == nil {
			id = o.ID // an address that the directory does not know, or not now, stays one
		}
	}
	if id != "" {
		p.ID = id
	}
	return nil
}

// each converts a list; an empty one stays a list.
func each[W, T any](list []W, convert func(*W) T) []T {
	out := make([]T, 0, len(list))
	for i := range list {
		out = append(out, convert(&list[i]))
	}
	return out
}
