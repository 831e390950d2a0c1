package scan

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
)

// The archive holds, for each scan, the raw answers as gzip:
//
//	<tenant>/<scan>/batch-0001-<upstream id>.json.gz   a scan result
//	<tenant>/<scan>/part-<name>.json.gz                a list in the portal's words
//	<tenant>/<scan>/manifest.json                      written last: what was made of them
//
// A scan without a manifest was not published.

func (r *run) archiveDir() string {
	return filepath.Join(r.archiveRoot, r.cfg.Tenant, strconv.FormatInt(r.record.ID, 10))
}

// archiveFile takes one scan result. A nil one takes everything and keeps
// nothing.
type archiveFile struct {
	path       string
	old        bool // it was there before, whole
	tmp        *os.File
	buf        *bufio.Writer
	zip        *gzip.Writer
	first      bool
	sources    bytes.Buffer // they follow the workspaces
	badSources bytes.Buffer
}

func (r *run) archive(b db.Batch) (*archiveFile, error) {
	if r.archiveRoot == "" {
		return nil, nil
	}
	dir := r.archiveDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, archiving(err)
	}
	a := &archiveFile{path: filepath.Join(dir, fmt.Sprintf("batch-%04d-%s.json.gz", b.Seq, plain(b.Upstream))), first: true}
	if _, err := os.Stat(a.path); err == nil {
		a.old = true
		return a, nil
	}
	tmp, err := os.CreateTemp(dir, "unfinished-*")
	if err != nil {
		return nil, archiving(err)
	}
	a.tmp, a.buf = tmp, bufio.NewWriterSize(tmp, 1<<16)
	a.zip, _ = gzip.NewWriterLevel(a.buf, gzip.BestSpeed) // the level is valid
	_, err = io.WriteString(a.zip, `{"workspaces":[`)
	return a, err
}

// archiving says what to do about an error of writing to the archive.
func archiving(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Unavailable, "The disk that holds the raw answers (archive in data_dir) is full. What was known before is kept; free some space there, and the next scan goes on where this one stopped.")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Wrap(err, fault.Unavailable, "The raw answers cannot be written to archive in data_dir: it is read-only. Make it writable for the account that the portal runs as, and the next scan goes on where this one stopped.")
	}
	return fmt.Errorf("write to the archive: %w", err)
}

func (a *archiveFile) there() bool { return a != nil && a.old }

func (a *archiveFile) workspace(raw []byte) error {
	if a == nil || a.old {
		return nil
	}
	if !a.first {
		if _, err := io.WriteString(a.zip, ","); err != nil {
			return archiving(err)
		}
	}
	a.first = false
	if _, err := a.zip.Write(raw); err != nil {
		return archiving(err)
	}
	return nil
}

func (a *archiveFile) datasource(raw []byte, misconfigured bool) error {
	if a == nil || a.old {
		return nil
	}
	to := &a.sources
	if misconfigured {
		to = &a.badSources
	}
	if to.Len() > 0 {
		to.WriteByte(',')
	}
	to.Write(raw)
	return nil
}

// commit makes the file whole and gives it its name.
func (a *archiveFile) commit() error {
	if a == nil || a.old {
		return nil
	}
	_, err := fmt.Fprintf(a.zip, `],"datasourceInstances":[%s],"misconfiguredDatasourceInstances":[%s]}`, a.sources.Bytes(), a.badSources.Bytes())
	err = errors.Join(err, a.zip.Close(), a.buf.Flush(), a.tmp.Sync(), a.tmp.Close())
	if err == nil {
		err = os.Rename(a.tmp.Name(), a.path)
	}
	if err != nil {
		return archiving(err)
	}
	a.tmp = nil
	return nil
}

// discard removes what was not committed.
func (a *archiveFile) discard() {
	if a == nil || a.tmp == nil {
		return
	}
	_ = a.tmp.Close()
	_ = os.Remove(a.tmp.Name())
	a.tmp = nil
}

// spoilt removes an archived answer that could not be read after all.
func (a *archiveFile) spoilt() {
	if a != nil && a.old {
		_ = os.Remove(a.path)
	}
}

// readArchive decodes an archived scan result.
func readArchive(path string, sink pbi.ScanSink) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return fmt.Errorf("read the archive %s: %w", filepath.Base(path), err)
	}
	if err := pbi.DecodeScanResult(z, sink); err != nil {
		return fmt.Errorf("read the archive %s: %w", filepath.Base(path), err)
	}
	return nil
}

// keepPart archives what a part read, in the portal's words.
func (r *run) keepPart(name string, v any) error {
	if r.archiveRoot == "" {
		return nil
	}
	if err := os.MkdirAll(r.archiveDir(), 0o700); err != nil {
		return archiving(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(z).Encode(v), z.Close()); err != nil {
		return archiving(err)
	}
	return writeFile(filepath.Join(r.archiveDir(), "part-"+name+".json.gz"), b.Bytes())
}

// pageFile archives a list that comes in pages, one JSON array a line. A nil
// one keeps nothing.
type pageFile struct {
	path string
	tmp  *os.File
	zip  *gzip.Writer
}

func (r *run) keepPages(name string) (*pageFile, error) {
	if r.archiveRoot == "" {
		return nil, nil
	}
	if err := os.MkdirAll(r.archiveDir(), 0o700); err != nil {
		return nil, archiving(err)
	}
	tmp, err := os.CreateTemp(r.archiveDir(), "unfinished-*")
	if err != nil {
		return nil, archiving(err)
	}
	zip, _ := gzip.NewWriterLevel(tmp, gzip.BestSpeed) // the level is valid
	return &pageFile{path: filepath.Join(r.archiveDir(), "part-"+name+".json.gz"), tmp: tmp, zip: zip}, nil
}

func (p *pageFile) add(page any) error {
	if p == nil {
		return nil
	}
	if err := json.NewEncoder(p.zip).Encode(page); err != nil {
		return archiving(err)
	}
	return nil
}

// commit keeps what was added, whether or not there should have been more.
func (p *pageFile) commit() error {
	if p == nil {
		return nil
	}
	err := errors.Join(p.zip.Close(), p.tmp.Sync(), p.tmp.Close())
	if err == nil {
		err = os.Rename(p.tmp.Name(), p.path)
	}
	if err != nil {
		return archiving(err)
	}
	return nil
}

// writeFile writes a file that is there whole or not at all.
func writeFile(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "unfinished-*")
	if err != nil {
		return archiving(err)
	}
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return archiving(err)
	}
	return nil
}

// CleanArchive removes the archives of scans older than ArchiveDays, and of
// those that published nothing. It is done after every scan.
func (s *Scanner) CleanArchive() error {
	if s.cfg.ArchiveDir == "" || s.cfg.ArchiveDays <= 0 {
		return nil
	}
	dir := filepath.Join(s.cfg.ArchiveDir, s.cfg.Tenant)
	scans, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clean the archive: %w", err)
	}
	oldest := s.cfg.Now().AddDate(0, 0, -s.cfg.ArchiveDays)
	for _, one := range scans {
		if _, err := strconv.ParseInt(one.Name(), 10, 64); err != nil || !one.IsDir() {
			continue // not ours
		}
		m, err := readManifest(filepath.Join(dir, one.Name()))
		began := m.Started
		if err != nil {
			if info, statErr := one.Info(); statErr == nil {
				began = info.ModTime()
			}
		}
		if began.Before(oldest) {
			if err := os.RemoveAll(filepath.Join(dir, one.Name())); err != nil {
				return fmt.Errorf("clean the archive: %w", err)
			}
		}
	}
	return nil
}

// manifest says what a published scan made of its archive.
type manifest struct {
	Scan    int64
	Kind    db.ScanKind
	Cause   string
	Started time.Time
	// Gone are the workspaces that the scan closed.
	Gone []string `json:",omitempty"`
	Gaps []db.Gap `json:",omitempty"`
	// Batches are the files in the order in which they were ingested, with
	// the ids that were asked for.
	Batches []archivedBatch
	State   db.ScanState
}

type archivedBatch struct {
	File string
	IDs  []string
}

func readManifest(dir string) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("manifest of %s: %w", dir, err)
	}
	return m, nil
}

// writeManifest completes the archive of a scan that is about to be published.
func (r *run) writeManifest(gaps []db.Gap, batches []db.Batch) error {
	if r.archiveRoot == "" {
		return nil
	}
	if err := os.MkdirAll(r.archiveDir(), 0o700); err != nil {
		return archiving(err)
	}
	m := manifest{Scan: r.record.ID, Kind: r.record.Kind, Cause: r.record.Cause, Started: r.record.Started,
		Gone: r.gone, Gaps: gaps, State: r.record.State}
	for _, b := range batches {
		if b.State == db.BatchDone {
			m.Batches = append(m.Batches, archivedBatch{File: fmt.Sprintf("batch-%04d-%s.json.gz", b.Seq, plain(b.Upstream)), IDs: b.IDs})
		}
	}
	slices.SortFunc(m.Batches, func(a, b archivedBatch) int { return bytes.Compare([]byte(a.File), []byte(b.File)) })
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return archiving(err)
	}
	return writeFile(filepath.Join(r.archiveDir(), "manifest.json"), b)
}
