package scan

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/tenant"
)

// Replay ingests the archived scans of the tenant, oldest first, each as a
// scan of its own: into an empty database, to rebuild what was lost or to see
// what a newer version of the program makes of the same answers. Nothing is
// asked upstream.
func (s *Scanner) Replay(ctx context.Context, archiveDir string) error {
	if !s.busy.TryLock() {
		return fault.New(fault.Conflict, "The tenant %s is being scanned already.", s.cfg.Tenant)
	}
	defer s.busy.Unlock()
	dir := filepath.Join(archiveDir, s.cfg.Tenant)
	scans, err := archivedScans(dir)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if len(scans) == 0 {
		return fault.New(fault.NotFound, "There is no archived scan of the tenant %s in %s.", s.cfg.Tenant, archiveDir)
	}
	for _, one := range scans {
		if err := s.replay(ctx, filepath.Join(dir, one)); err != nil {
			return fmt.Errorf("replay scan %s: %w", one, err)
		}
	}
	return nil
}

// archivedScans lists the directories of published scans in their order.
func archivedScans(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var numbers []int
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, e.Name(), "manifest.json")); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = strconv.Itoa(n)
	}
	return names, nil
}

func (s *Scanner) replay(ctx context.Context, dir string) error {
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	record, err := s.cfg.DB.StartScan(ctx, db.Scan{Tenant: s.tenant, Kind: m.Kind, Cause: "replay"})
	if err != nil {
		return err
	}
	// Without an archive: the replay itself is not archived again.
	r := &run{Scanner: s, record: record, in: s.cfg.DB.Ingest(s.tenant, record.ID), gone: m.Gone}
	defer r.in.Close()
	if err := r.replayAll(ctx, dir, m); err != nil {
		record.State, record.Error = db.ScanFailed, "The archive could not be replayed."
		return errors.Join(err, s.end(ctx, record), s.cfg.DB.SweepScans(ctx, s.tenant))
	}
	return nil
}

func (r *run) replayAll(ctx context.Context, dir string, m manifest) error {
	for _, b := range m.Batches {
		_, err := r.ingest(ctx, b.IDs, nil, func(_ context.Context, sink pbi.ScanSink) error {
			return readArchive(filepath.Join(dir, b.File), sink)
		})
		if err != nil {
			return err
		}
	}
	for _, id := range m.Gone {
		if err := r.in.EndWorkspace(ctx, id); err != nil {
			return err
		}
	}
	for _, p := range replayParts {
		if err := p(ctx, r, dir); err != nil {
			return err
		}
	}
	if err := r.replayActivity(ctx, dir, m); err != nil {
		return err
	}
	if m.Kind == db.ScanTargeted {
		if err := r.cfg.DB.KeepParts(ctx, r.record.ID); err != nil {
			return err
		}
	}
	if m.Kind == db.ScanFull {
		if err := r.in.EndUnreferenced(ctx); err != nil {
			return err
		}
	}
	if err := r.cfg.DB.AddGaps(ctx, r.tenant, r.record.ID, m.Gaps); err != nil {
		return err
	}
	return r.publish(ctx)
}

// replayParts store the archived lists, in the order in which a scan does.
var replayParts = []func(context.Context, *run, string) error{
	replayPart("capacities", func(ctx context.Context, r *run, l []tenant.Capacity) error { return r.in.Capacities(ctx, l) }),
	replayPart("domains", func(ctx context.Context, r *run, l []tenant.Domain) error { return r.in.Domains(ctx, l) }),
	replayPart("tenant-settings", replaySettings("")),
	replayPart("capacity-overrides", replaySettings("capacity")),
	replayPart("domain-overrides", replaySettings("domain")),
	replayPart("workspace-overrides", replaySettings("workspace")),
	replayPart("apps", func(ctx context.Context, r *run, l []tenant.App) error { return r.in.Apps(ctx, l) }),
	replayPart("pipelines", func(ctx context.Context, r *run, l []tenant.Pipeline) error { return r.in.Pipelines(ctx, l) }),
	replayPart("deployments", func(ctx context.Context, r *run, l []db.PipelineReading) error {
		for _, one := range l {
			if err := r.in.PipelineReading(ctx, one); err != nil {
				return err
			}
		}
		return nil
	}),
	replayPart("refreshables", func(ctx context.Context, r *run, l []tenant.Refreshable) error { return r.in.Refreshables(ctx, l) }),
	replayPart("organisation-links", replayLinks(tenant.LinkOrganisation)),
	replayPart("published-to-web", replayLinks(tenant.LinkPublic)),
	replayPart("groups", func(ctx context.Context, r *run, d directoryArchive) error {
		for _, g := range d.Groups {
			if err := r.storeGroup(ctx, g); err != nil {
				return err
			}
		}
		return r.in.Directory(ctx, d.Entries)
	}),
	replayPart("people", func(ctx context.Context, r *run, d directoryArchive) error { return r.in.Directory(ctx, d.Entries) }),
	replayPart("unused", func(ctx context.Context, r *run, l []unusedList) error {
		for _, one := range l {
			if err := r.storeUnused(ctx, one.Workspace, one.Items); err != nil {
				return err
			}
		}
		return nil
	}),
}

// replayActivity stores the archived pages of the activity log, day by day.
func (r *run) replayActivity(ctx context.Context, dir string, m manifest) error {
	files, err := filepath.Glob(filepath.Join(dir, "part-activity-*.json.gz"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "part-activity-"), ".json.gz")
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			continue // not ours
		}
		err = readPages(file, func(page []tenant.Event) error { return r.in.Activity(ctx, page) })
		if err != nil {
			return err
		}
		if err := r.cfg.DB.SaveActivityDay(ctx, r.tenant, db.ActivityDay{Day: day, ReadAt: m.Started, Whole: true}); err != nil {
			return err
		}
	}
	return nil
}

// readPages decodes the values of an archived part one after the other.
func readPages[T any](path string, each func(T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("read the archive %s: %w", filepath.Base(path), err)
	}
	for in := json.NewDecoder(z); ; {
		var page T
		if err := in.Decode(&page); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the archive %s: %w", filepath.Base(path), err)
		}
		if err := each(page); err != nil {
			return err
		}
	}
}

func replaySettings(by string) func(context.Context, *run, []tenant.Setting) error {
	return func(ctx context.Context, r *run, l []tenant.Setting) error { return r.in.Settings(ctx, by, l) }
}

func replayLinks(kind tenant.LinkKind) func(context.Context, *run, []tenant.WideLink) error {
	return func(ctx context.Context, r *run, l []tenant.WideLink) error { return r.in.WideLinks(ctx, kind, l) }
}

// replayPart reads one archived part and stores it; a part that the scan did
// not read is not in the archive.
func replayPart[T any](name string, store func(context.Context, *run, T) error) func(context.Context, *run, string) error {
	return func(ctx context.Context, r *run, dir string) error {
		err := readPages(filepath.Join(dir, "part-"+name+".json.gz"), func(part T) error { return store(ctx, r, part) })
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("part %s: %w", name, err)
		}
		return r.cfg.DB.SavePart(ctx, r.record.ID, db.Part{Name: name, State: db.PartDone, AsOf: r.cfg.Now()})
	}
}
