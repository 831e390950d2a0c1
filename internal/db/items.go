package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"steward/internal/tenant"
)

// One thing is an id and a kind: some kinds of items share the id of the one
// they were made for.
var itemHistory = &history{
	table: "item", scope: "ws", keys: []string{"ws", "item", "kind"}, hashed: true,
	cols: []string{"name", "name_key", "description", "state", "created", "modified",
		"created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original",
		"report_type", "endorsement", "certified_by", "label", "storage_mode", "provider",
		"refresh", "schema_error", "tables", "roles", "users_known", "extra"},
	counts: []string{"shares"},
}

var edgeHistory = &history{
	table: "edge", scope: "ws", keys: []string{"ws", "downstream", "upstream", "kind"},
	cols: []string{"upstream_ws"},
}

// items writes the items of a workspace and what they are made from, and
// returns how many there are, copies held by apps left out.
func (in *Ingest) items(ctx context.Context, ws int64, s *SeenWorkspace, fresh bool, t *grantTally) (int64, error) {
	rows := make([]row, 0, len(s.Items))
	var edges []row
	for i := range s.Items {
		it := &s.Items[i]
		r, err := in.itemRow(ws, it, t)
		if err != nil {
			return 0, fmt.Errorf("item %s: %w", it.ID, err)
		}
		rows = append(rows, r)
		for _, e := range it.Upstream {
			if e.UpstreamID != "" {
				edges = append(edges, row{ws, in.local[it.ID], in.local[e.UpstreamID], string(e.Kind), in.localOrNil(e.UpstreamWorkspaceID)})
			}
		}
	}
	if err := in.sync(ctx, itemHistory, wish{rows: rows, fresh: fresh, partial: !s.ItemsKnown}, ws); err != nil {
		return 0, err
	}
	if err := in.sync(ctx, edgeHistory, wish{rows: edges, fresh: fresh, partial: !s.ItemsKnown}, ws); err != nil {
		return 0, err
	}
	if s.ItemsKnown || fresh {
		return countItems(s.Items), nil
	}
	return in.openItems(ws)
}

// countItems counts different items without app copies.
func countItems(items []tenant.Item) int64 {
	type key struct{ id, kind string }
	seen := make(map[key]bool, len(items))
	for i := range items {
		if !items[i].IsAppCopy() {
			seen[key{items[i].ID, items[i].Kind}] = true
		}
	}
	return int64(len(seen))
}

func (in *Ingest) openItems(ws int64) (n int64, err error) {
	if err := in.flush(itemHistory); err != nil {
		return 0, err
	}
	st, err := in.stmt(`SELECT count(*) FROM item WHERE ws = $1 AND to_scan IS NULL AND (app IS NULL OR original IS NULL)`)
	if err != nil {
		return 0, err
	}
	return n, st.QueryRow(ws).Scan(&n)
}

func (in *Ingest) itemRow(ws int64, it *tenant.Item, t *grantTally) (row, error) {
	var model, modelWS any
	for _, e := range it.Upstream {
		if e.Kind == tenant.EdgeReportModel {
			model, modelWS = in.localOrNil(e.UpstreamID), in.localOrNil(e.UpstreamWorkspaceID)
		}
	}
	var refresh, extra any
	if it.Refresh != nil {
		b, err := json.Marshal(it.Refresh)
		if err != nil {
			return nil, err
		}
		refresh = string(b)
	}
	if len(it.Extra) > 0 {
		extra = it.Extra
	}
	id := in.local[it.ID]
	return row{
		ws, id, it.Kind,
		it.Name, tenant.Fold(it.Name), it.Description, it.State, millis(it.Created), millis(it.Modified),
		it.CreatedBy, it.ModifiedBy, it.ConfiguredBy, model, modelWS, in.localOrNil(it.AppID), in.localOrNil(it.OriginalID),
		it.ReportType, it.Endorsement, it.CertifiedBy, it.LabelID, it.StorageMode, it.ContentProvider,
		refresh, it.SchemaError, int64(it.Tables), int64(it.Roles), bit(it.UsersKnown), extra,
		t.shares[id],
	}, nil
}

// localOrNil returns the number of an id of the workspace in hand, nil for an
// empty id.
func (in *Ingest) localOrNil(guid string) any {
	if guid == "" {
		return nil
	}
	return in.local[guid]
}

// millis is MillisOrNull as a history value.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return Millis(t)
}
