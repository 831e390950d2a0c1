package db

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"steward/internal/tenant"
)

var workspaceHistory = &history{
	table: "workspace", scope: "ws", keys: []string{"ws"}, hashed: true,
	cols: []string{"name", "name_key", "kind", "state", "description", "dedicated",
		"capacity", "domain", "storage", "users_known"},
	counts: []string{"items", "grants", "admins", "guests"},
}

// SeenWorkspace is one workspace as one answer told it.
type SeenWorkspace struct {
	tenant.Workspace
	// Digest identifies the raw answer; equal digests mean equal content. Nil
	// when there is none to compare with next time.
	Digest []byte
	// ItemsKnown is false when the answer did not tell the items: those of
	// the last scan are kept.
	ItemsKnown bool
}

// Digests returns the digests of the answers that the current rows of the
// given workspaces were made from. Workspaces without one are left out. The
// ids are lower-case, at most some hundreds.
func (r *Reader) Digests(ctx context.Context, tenant int64, ids []string) (map[string][]byte, error) {
	found := make(map[string][]byte, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	args, marks := []any{tenant}, make([]string, len(ids))
	for i, id := range ids {
		args = append(args, id)
		marks[i] = fmt.Sprintf("$%d", i+2)
	}
	rows, err := r.Query(ctx, `SELECT i.guid, d.digest FROM ident i JOIN workspace_digest d ON d.ws = i.id
		WHERE i.tenant = $1 AND i.guid IN (`+strings.Join(marks, ",")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read digests: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var digest []byte
		if err := rows.Scan(&id, &digest); err != nil {
			return nil, fmt.Errorf("read digests: %w", classify(err))
		}
		found[id] = digest
	}
	return found, classify(rows.Err())
}

// Workspaces ingests workspaces: their own rows, items, grants, lineage and
// the principals they name. A workspace whose digest is the stored one is left
// alone. Ids must be lower-case. Give it some hundred rows at a time: it
// commits at the end.
func (in *Ingest) Workspaces(ctx context.Context, some ...*SeenWorkspace) error {
	for _, s := range some {
		if err := in.within(ctx, "workspace "+s.ID, func() error { return in.workspace(ctx, s) }); err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

// Rows estimates how many rows the workspace has, for grouping.
func (s *SeenWorkspace) Rows() int {
	n := 1 + len(s.Users)
	for i := range s.Items {
		n += 1 + len(s.Items[i].Users) + len(s.Items[i].Upstream)
	}
	return n
}

func (in *Ingest) workspace(ctx context.Context, s *SeenWorkspace) error {
	clear(in.local)
	ws, fresh, err := in.idents.number(&in.bulk, s.ID, false)
	if err != nil {
		return err
	}
	if !fresh && s.Digest != nil {
		same, err := in.sameDigest(ws, s.Digest)
		if err != nil || same {
			return err
		}
	}
	if err := in.internAll(s, fresh); err != nil {
		return err
	}
	for _, p := range principalsOf(s) {
		if err := in.principal(p); err != nil {
			return err
		}
	}
	in.touching, in.fresh = ws, fresh
	err = in.workspaceRows(ctx, ws, s, fresh)
	in.touching, in.fresh = 0, false
	if err != nil {
		return err
	}
	return in.keepDigest(ws, s.Digest)
}

func (in *Ingest) workspaceRows(ctx context.Context, ws int64, s *SeenWorkspace, fresh bool) error {
	tally, err := in.grants(ctx, ws, s, fresh)
	if err != nil {
		return err
	}
	items, err := in.items(ctx, ws, s, fresh, tally)
	if err != nil {
		return err
	}
	r, err := in.workspaceRow(ws, s, tally, items)
	if err != nil {
		return err
	}
	return in.sync(ctx, workspaceHistory, wish{rows: []row{r}, fresh: fresh, distinct: true}, ws)
}

func (in *Ingest) workspaceRow(ws int64, s *SeenWorkspace, g *grantTally, items int64) (row, error) {
	capacity, err := in.ident(s.CapacityID)
	if err != nil {
		return nil, err
	}
	domain, err := in.ident(s.DomainID)
	if err != nil {
		return nil, err
	}
	return row{
		ws, s.Name, tenant.Fold(s.Name), string(s.Kind), string(s.State), s.Description, bit(s.Dedicated),
		capacity, domain, s.StorageFormat, bit(s.UsersKnown),
		items, g.roles, g.admins, g.guests,
	}, nil
}

// internAll gives numbers to every id of the workspace at once. The items of a
// workspace that was never seen are taken to be new; people and what items are
// made from return again and again.
func (in *Ingest) internAll(s *SeenWorkspace, fresh bool) error {
	var items, others []string
	add := func(list *[]string, id string) {
		if id == "" {
			return
		}
		if _, ok := in.local[id]; !ok {
			in.local[id] = 0
			*list = append(*list, id)
		}
	}
	addUsers := func(gs []tenant.Grant) {
		for i := range gs {
			add(&others, gs[i].Principal.ID)
		}
	}
	for i := range s.Items {
		add(&items, s.Items[i].ID)
	}
	for _, id := range []string{s.ID, s.CapacityID, s.DomainID} {
		add(&others, id)
	}
	addUsers(s.Users)
	for i := range s.Items {
		it := &s.Items[i]
		add(&others, it.AppID)
		add(&others, it.OriginalID)
		addUsers(it.Users)
		for _, e := range it.Upstream {
			add(&others, e.UpstreamID)
			add(&others, e.UpstreamWorkspaceID)
		}
	}
	if err := in.idents.resolve(&in.bulk, items, fresh, in.local); err != nil {
		return err
	}
	return in.idents.resolve(&in.bulk, others, false, in.local)
}

func (in *Ingest) sameDigest(ws int64, digest []byte) (bool, error) {
	st, err := in.stmt(`SELECT digest FROM workspace_digest WHERE ws = $1`)
	if err != nil {
		return false, err
	}
	var have []byte
	if err := st.QueryRow(ws).Scan(&have); err != nil {
		return false, ignoreNoRows(err)
	}
	return bytes.Equal(have, digest), nil
}

func (in *Ingest) keepDigest(ws int64, digest []byte) error {
	if digest == nil {
		_, err := in.exec(`DELETE FROM workspace_digest WHERE ws = $1`, ws)
		return err
	}
	_, err := in.exec(`INSERT INTO workspace_digest (ws, digest, scan) VALUES ($1, $2, $3)
		ON CONFLICT (ws) DO UPDATE SET digest = excluded.digest, scan = excluded.scan`, ws, digest, in.scan)
	return err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
