package scan

import (
	"context"
	"crypto/sha256"
	"slices"

	"golang.org/x/sync/errgroup"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/tenant"
)

// digestVersion goes into every digest: raise it when the same answer gives
// other rows than before, so that everything is compared anew.
const digestVersion = "1"

// groupRows is about how many rows are handed to the database at a time.
const groupRows = 1500

// readResult fetches the result of a batch, archives it and ingests it. It
// returns the ids that were asked for and are not in the answer.
//
// Reading and writing go on side by side, workspace by workspace, so memory
// does not grow with the answer. When the answer turns out to be broken, what
// was ingested stays, as each workspace in it was whole and nothing is visible
// yet; the batch is not done, and the next answer is compared with it.
func (r *run) readResult(ctx context.Context, b db.Batch) (missing []string, err error) {
	keep, err := r.archive(b)
	if err != nil {
		return nil, &storeError{err}
	}
	defer keep.discard()
	read := func(ctx context.Context, sink pbi.ScanSink) error { return r.cfg.PBI.ScanResult(ctx, b.Upstream, sink) }
	if keep.there() { // fetched whole before a stop: that call need not be made again
		read = func(_ context.Context, sink pbi.ScanSink) error { return readArchive(keep.path, sink) }
	}
	told, err := r.ingest(ctx, b.IDs, keep, read)
	if err != nil {
		keep.spoilt()
		return nil, err
	}
	if err := keep.commit(); err != nil {
		return nil, &storeError{err}
	}
	return slices.DeleteFunc(slices.Clone(b.IDs), func(id string) bool { return told[id] }), nil
}

// ingest runs read and writes what it hands over. It returns the ids of the
// workspaces that were told of, whatever was told.
func (r *run) ingest(ctx context.Context, ids []string, keep *archiveFile, read func(context.Context, pbi.ScanSink) error) (map[string]bool, error) {
	known, err := r.cfg.DB.Reader().Digests(ctx, r.tenant, ids)
	if err != nil {
		return nil, &storeError{err}
	}
	w := &resultReader{known: known, keep: keep, asked: setOf(ids), told: map[string]bool{}, groups: make(chan group, 2)}
	both, together := errgroup.WithContext(ctx)
	both.Go(func() error {
		defer close(w.groups)
		err := read(together, pbi.ScanSink{
			Workspace:  func(one *pbi.Workspace) error { return w.workspace(together, one) },
			Datasource: func(one *pbi.Datasource) error { return w.datasource(together, one) },
		})
		if err != nil {
			return err
		}
		return w.send(together)
	})
	both.Go(func() error { return r.store(together, w.groups) })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	for why, some := range w.gaps {
		if err := r.gaps(ctx, some, why); err != nil {
			return nil, &storeError{err}
		}
	}
	return w.told, nil
}

func (r *run) store(ctx context.Context, groups <-chan group) error {
	for g := range groups {
		if err := r.in.Workspaces(ctx, g.workspaces...); err != nil {
			return &storeError{err}
		}
		if err := r.in.Datasources(ctx, g.sources); err != nil {
			return &storeError{err}
		}
		r.itemsSeen(g.items)
	}
	return nil
}

// group is what is handed to the database at a time.
type group struct {
	workspaces []*db.SeenWorkspace
	sources    []tenant.Datasource
	rows       int
	items      int
}

// resultReader turns the pieces of an answer into groups.
type resultReader struct {
	known       map[string][]byte
	asked, told map[string]bool
	keep        *archiveFile
	groups      chan group
	now         group
	gaps        map[string][]string // ids by reason
}

// Reasons for gaps that an answer itself gives.
const (
	gapNotFound = "Microsoft lists this workspace, but its scan answers \"Not Found\". What was known is kept."
	gapEmpty    = "Microsoft's answer for this workspace was empty. What was known is kept."
)

func (w *resultReader) workspace(ctx context.Context, one *pbi.Workspace) error {
	if err := w.keep.workspace(one.Raw); err != nil {
		return &storeError{err}
	}
	if !w.asked[one.ID] {
		return nil // an answer tells only of what was asked for
	}
	w.told[one.ID] = true
	switch {
	case one.NotFound():
		w.gap(one.ID, gapNotFound)
		return nil
	case one.State == "" && one.Name == "" && one.Type == "":
		w.gap(one.ID, gapEmpty)
		return nil
	}
	w.now.items += len(one.Items)
	sum := sha256.New()
	sum.Write([]byte(digestVersion))
	sum.Write(one.Raw)
	digest := sum.Sum(nil)
	if string(w.known[one.ID]) == string(digest) {
		return nil
	}
	seen := convertWorkspace(one)
	seen.Digest = digest
	w.now.workspaces = append(w.now.workspaces, seen)
	w.now.rows += seen.Rows()
	return w.sendFull(ctx)
}

func (w *resultReader) gap(id, why string) {
	if w.gaps == nil {
		w.gaps = map[string][]string{}
	}
	w.gaps[why] = append(w.gaps[why], id)
}

func (w *resultReader) datasource(ctx context.Context, one *pbi.Datasource) error {
	if err := w.keep.datasource(one.Raw, one.Misconfigured); err != nil {
		return &storeError{err}
	}
	w.now.sources = append(w.now.sources, convertDatasource(one))
	w.now.rows++
	return w.sendFull(ctx)
}

func (w *resultReader) sendFull(ctx context.Context) error {
	if w.now.rows < groupRows {
		return nil
	}
	return w.send(ctx)
}

func (w *resultReader) send(ctx context.Context) error {
	g := w.now
	w.now = group{}
	select {
	case w.groups <- g:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
