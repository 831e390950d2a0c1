package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// loadRefreshes makes the refresh facts of a part: of every item that has a
// schedule, or of which Microsoft reports refreshes.
func (f *Facts) loadRefreshes(ctx context.Context, ids []int64, p *FactPart) error {
	at := map[int64]int{}
	for i := range p.items {
		if s := p.extras[i].schedule; s != nil {
			at[p.items[i].Num] = len(p.refreshes)
			p.refreshes = append(p.refreshes, policy.Refresh{Item: &p.items[i], Scheduled: policy.Known(true), Enabled: policy.Known(s.Enabled),
				NotifyOwner: answer(s.NotifyOption != "NoNotification", s.NotifyOption != "")})
		}
	}
	in, args := inChunk(1, ids)
	return f.rows(ctx, `SELECT r.item, r.window_start, r.refreshes, r.failures, r.median_s, r.per_day, r.last_status, r.last_end, r.last_error
		FROM refreshable r WHERE r.ws `+in+` AND `+f.view.Visible("r"), func(rows *sql.Rows) error {
		var item, refreshes, failures, perDay int64
		var window, end sql.NullInt64
		var median float64
		var status, code string
		if err := rows.Scan(&item, &window, &refreshes, &failures, &median, &perDay, &status, &end, &code); err != nil {
			return err
		}
		i, ok := p.ofItem[item]
		if !ok {
			return nil
		}
		j, ok := at[item]
		if !ok {
			j = len(p.refreshes)
			p.refreshes = append(p.refreshes, policy.Refresh{Item: &p.items[i], Scheduled: policy.Known(false), Enabled: policy.Known(false)})
		}
		r := &p.refreshes[j]
		r.Refreshes, r.Failures, r.PerDay = policy.Known(refreshes), policy.Known(failures), policy.Known(perDay)
		r.MedianSecs, r.LastStatus, r.LastError = policy.Known(int64(median)), answer(status, status != ""), policy.Known(code)
		if status == "Disabled" {
			r.Enabled = policy.Known(false)
		}
		switch {
		case status == "Completed" && end.Valid:
			r.Fresh.LastDays = policy.Known(f.daysSince(end.Int64))
		case refreshes > 0 && refreshes == failures && window.Valid: // nothing succeeded since then
			r.Fresh.SeenDays = f.daysSince(window.Int64)
		}
		r.Derive()
		return nil
	}, args...)
}

func (f *Facts) readCapacities(ctx context.Context) error {
	seen := map[int64]bool{}
	err := f.rows(ctx, `SELECT c.capacity, c.name, c.sku, c.state, c.region, c.admins FROM capacity c WHERE c.tenant = $1 AND `+f.view.Visible("c"), func(rows *sql.Rows) error {
		var num int64
		var admins string
		var got policy.Capacity
		if err := rows.Scan(&num, &got.Name, &got.SKU, &got.State, &got.Region, &admins); err != nil {
			return err
		}
		c := f.capacities[num]
		if c == nil {
			c = &policy.Capacity{}
			f.capacities[num] = c
		}
		got.Num, got.Workspaces, got.Production = num, c.Workspaces, c.Production
		var list []string
		if json.Unmarshal([]byte(admins), &list) == nil {
			got.Admins = int64(len(list))
			got.Leavers = f.leavers(list)
		}
		got.Derive()
		*c = got
		seen[num] = true
		return nil
	}, f.view.Tenant)
	for num := range f.capacities { // named by workspaces only: nothing to judge
		if !seen[num] {
			delete(f.capacities, num)
		}
	}
	return err
}

// leavers counts who of the people named has left; unknown when one of them
// cannot be found.
func (f *Facts) leavers(people []string) policy.Answer[int64] {
	var n int64
	for _, told := range people {
		p := f.person(told)
		if p == nil || !p.Leaver.Known {
			return policy.Answer[int64]{}
		}
		n += bit(p.Leaver.Value)
	}
	return policy.Known(n)
}

// Capacities calls fn with the facts of every capacity, by number.
func (f *Facts) Capacities(fn func(policy.Object)) {
	for _, num := range sortedKeys(f.capacities) {
		fn(f.capacities[num])
	}
}

func sortedKeys[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Pipelines calls fn with the facts of every deployment pipeline.
func (f *Facts) Pipelines(ctx context.Context, fn func(policy.Object)) error {
	all := map[int64]*policy.Pipeline{}
	err := f.rows(ctx, `SELECT p.pipeline, p.name, p.description, p.users_known FROM pipeline p WHERE p.tenant = $1 AND `+f.view.Visible("p"), func(rows *sql.Rows) error {
		p := &policy.Pipeline{Misordered: policy.Known([]string{}), LastEnv: policy.Known("")}
		var known bool
		if err := rows.Scan(&p.Num, &p.Name, &p.Description, &known); err != nil {
			return err
		}
		if known {
			p.Users, p.Admins, p.Guests = policy.Known[int64](0), policy.Known[int64](0), policy.Known[int64](0)
		}
		all[p.Num] = p
		return nil
	}, f.view.Tenant)
	if err == nil {
		err = f.pipelineStages(ctx, all)
	}
	if err == nil {
		err = f.pipelineUsers(ctx, all)
	}
	if err != nil {
		return fmt.Errorf("pipelines of %s: %w", f.view.TenantName, classify(err))
	}
	for _, num := range sortedKeys(all) {
		fn(all[num])
	}
	return nil
}

func (f *Facts) pipelineStages(ctx context.Context, all map[int64]*policy.Pipeline) error {
	return f.rows(ctx, `SELECT s.pipeline, s.name, s.ws, coalesce(w.name, '') FROM pipeline_stage s
		LEFT JOIN workspace w ON w.ws = s.ws AND `+f.view.Visible("w")+`
		WHERE s.tenant = $1 AND `+f.view.Visible("s")+` ORDER BY s.pipeline, s.ord`, func(rows *sql.Rows) error {
		var pipeline int64
		var stage, name string
		var ws sql.NullInt64
		if err := rows.Scan(&pipeline, &stage, &ws, &name); err != nil {
			return err
		}
		p := all[pipeline]
		if p == nil {
			return nil
		}
		p.Stages++
		p.LastStage, p.LastEnv = stage, policy.Known("")
		if !ws.Valid {
			return nil
		}
		p.Assigned++
		_, is := policy.SplitName(name)
		_, should := policy.SplitName(stage)
		p.LastEnv = policy.Known(is)
		if is != "" && should != "" && is != should {
			p.Misordered.Value = append(p.Misordered.Value, stage+": "+name)
		}
		return nil
	}, f.view.Tenant)
}

func (f *Facts) pipelineUsers(ctx context.Context, all map[int64]*policy.Pipeline) error {
	return f.rows(ctx, `SELECT u.pipeline, u.principal, u.role FROM pipeline_user u WHERE u.tenant = $1 AND `+f.view.Visible("u"), func(rows *sql.Rows) error {
		var pipeline, who int64
		var role string
		if err := rows.Scan(&pipeline, &who, &role); err != nil {
			return err
		}
		p := all[pipeline]
		if p == nil || !p.Users.Known {
			return nil
		}
		p.Users.Value++
		p.Admins.Value += bit(role == string(tenant.RightAdmin))
		if u := f.principals[who]; u != nil {
			p.Guests.Value += bit(u.Guest)
		}
		return nil
	}, f.view.Tenant)
}

// Settings calls fn with the facts of every tenant setting and override, and
// with an unknown one for each wanted name that Microsoft did not tell.
func (f *Facts) Settings(ctx context.Context, wanted []string, fn func(policy.Object)) error {
	missing := map[string]bool{}
	for _, name := range wanted {
		missing[name] = true
	}
	err := f.rows(ctx, `SELECT s.name, s.override_of, s.override_id, s.title, s.enabled, s.enabled_groups, s.excluded_groups, s.properties, s.delegated
		FROM setting s WHERE s.tenant = $1 AND `+f.view.Visible("s")+` ORDER BY s.name, s.override_of, s.override_id`, func(rows *sql.Rows) error {
		var s policy.Setting
		var title, groups, excluded, properties, delegated string
		var enabled bool
		if err := rows.Scan(&s.Name, &s.Override, &s.OverrideID, &title, &enabled, &groups, &excluded, &properties, &delegated); err != nil {
			return err
		}
		s.Title, s.Enabled = policy.Known(title), policy.Known(enabled)
		s.Groups, s.Excluded = groupNames(groups), groupNames(excluded)
		s.Properties, s.Delegated = settingProperties(properties), textList(delegated)
		s.Derive()
		if s.Override == "" {
			delete(missing, s.Name)
		}
		fn(&s)
		return nil
	}, f.view.Tenant)
	if err != nil {
		return fmt.Errorf("settings of %s: %w", f.view.TenantName, classify(err))
	}
	for _, name := range wanted {
		if missing[name] {
			missing[name] = false
			fn(&policy.Setting{Name: name})
		}
	}
	return nil
}

func groupNames(text string) policy.Answer[[]string] {
	var groups []tenant.SettingGroup
	if json.Unmarshal([]byte(text), &groups) != nil {
		return policy.Answer[[]string]{}
	}
	names := make([]string, 0, len(groups))
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return policy.Known(names)
}

func settingProperties(text string) policy.Answer[map[string]string] {
	var list []tenant.SettingProperty
	if json.Unmarshal([]byte(text), &list) != nil {
		return policy.Answer[map[string]string]{}
	}
	out := make(map[string]string, len(list))
	for _, p := range list {
		out[p.Name] = strings.ToLower(p.Value)
	}
	return policy.Known(out)
}

func textList(text string) policy.Answer[[]string] {
	var list []string
	if json.Unmarshal([]byte(text), &list) != nil {
		return policy.Answer[[]string]{}
	}
	return policy.Known(list)
}

// Principals calls fn with the facts of every principal that holds anything;
// holdings are those of the whole tenant, or nil to count those of the given
// principals one by one.
func (f *Facts) Principals(ctx context.Context, nums []int64, holdings map[int64]Holding, fn func(policy.Object)) error {
	for _, num := range nums {
		p := f.principals[num]
		if p == nil {
			continue
		}
		h, ok := holdings[num]
		if !ok && holdings == nil {
			err := f.rows(ctx, `SELECT count(CASE WHEN g.object = g.ws THEN 1 END), count(CASE WHEN g.object = g.ws AND g.role = 'Admin' THEN 1 END),
				count(CASE WHEN g.object <> g.ws THEN 1 END) FROM access_grant g WHERE g.principal = $1 AND `+f.view.Visible("g"),
				func(rows *sql.Rows) error { return rows.Scan(&h.Roles, &h.Admin, &h.Items) }, num)
			if err != nil {
				return fmt.Errorf("holdings of principal %d: %w", num, classify(err))
			}
		}
		held := *p
		held.Roles, held.AdminOf, held.ItemRights = policy.Known(h.Roles), policy.Known(h.Admin), policy.Known(h.Items)
		fn(&held)
	}
	return nil
}

// PrincipalNumbers returns the principals the view shows, in order.
func (f *Facts) PrincipalNumbers() []int64 { return sortedKeys(f.principals) }
