package app

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/ledger"
)

// slot is a Monday at six, and what stands beside it is before and after.
var slot = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// scheduledSite is a scanned site with reports by the clock, whose portal began
// on the day before slot.
func scheduledSite(t *testing.T, reports ...config.ScheduledReport) (*site, *sending, *time.Time) {
	t.Helper()
	s := newSite(t)
	s.scanned(db.ScanFull)
	s.cfg.Reports = reports
	now := slot.Add(-24 * time.Hour)
	s.clock.Now = func() time.Time { return now }
	s.ready.started = now
	out, err := s.newSending()
	if err != nil {
		t.Fatal(err)
	}
	return s, out, &now
}

// A report is made once at its moment, is in its folder whole, and the ledger
// and the record have it; moments that were missed are made up for once.
func TestReportsByTheClock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, out, now := scheduledSite(t, config.ScheduledReport{Name: "weekly", Report: "workspaces", Every: "weekly", Folder: dir, Where: map[string]string{"state": "Active"}})
	turn := func() []string {
		t.Helper()
		if err := out.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		return files
	}
	if files := turn(); len(files) != 0 {
		t.Fatalf("before its moment there is %v", files)
	}
	*now = slot.Add(time.Second)
	turn()
	if files := turn(); len(files) != 1 || filepath.Base(files[0]) != "weekly-20261123T0600Z.csv" {
		t.Fatalf("at its moment there is %v", files)
	}
	body, err := os.ReadFile(filepath.Join(dir, "weekly-20261123T0600Z.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
	var want int
	if qerr := s.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM workspace WHERE to_scan IS NULL AND state = 'Active'`).Scan(&want); qerr != nil {
		t.Fatal(qerr)
	}
	if err != nil || len(rows) != want+1 {
		t.Errorf("the file has %d lines, want %d and a heading (%v)", len(rows), want, err)
	}
	*now = slot.AddDate(0, 0, 22)
	if files := turn(); len(files) != 2 {
		t.Errorf("after three weeks of standing still there is %v", files)
	}
	sum := sha256.Sum256(body)
	list := s.someone("Oskar", auth.Operator).send(http.MethodGet, "/sent-reports.csv", nil).Body.String()
	if !strings.Contains(list, hex.EncodeToString(sum[:])) || !strings.Contains(list, dir) || strings.Count(list, ",sent,") != 2 {
		t.Errorf("the record is %s", list)
	}
	if n := len(s.entries(ledger.Export)); n < 2 {
		t.Errorf("the ledger has %d exports", n)
	}
	if waiting, _ := os.ReadDir(s.reportsDir()); len(waiting) != 0 {
		t.Errorf("%d files wait although everybody has them", len(waiting))
	}
}

// A folder that cannot be written to is tried again later, then given up, and
// the record says why.
func TestReportsThatDoNotArrive(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, out, now := scheduledSite(t, config.ScheduledReport{Name: "weekly", Report: "capacities", Every: "weekly", Folder: filepath.Join(blocked, "sub")})
	*now = slot
	attempts := func() (n int, state, sentence string) {
		if err := s.DB.Reader().QueryRow(t.Context(), `SELECT attempts, state, error FROM sending`).Scan(&n, &state, &sentence); err != nil {
			t.Fatal(err)
		}
		return n, state, sentence
	}
	for range 3 { // at the same moment it is tried once
		if err := out.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n, state, sentence := attempts(); n != 1 || state != "waiting" || !strings.Contains(sentence, "folder") {
		t.Errorf("after the first attempt: %d, %s, %q", n, state, sentence)
	}
	for range len(again) {
		*now = now.Add(25 * time.Hour)
		if err := out.handOut(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n, state, _ := attempts(); n != len(again)+1 || state != "given up" {
		t.Errorf("at last: %d attempts, %s", n, state)
	}
}

// What takes reports and rules to know is refused before the portal serves.
func TestScheduledReportsAreChecked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for want, r := range map[string]config.ScheduledReport{
		"There is no report":    {Name: "a", Report: "nothing", Every: "weekly", Folder: "x"},
		"no rule \"nothing\"":   {Name: "a", Report: "evidence", Rule: "nothing", Every: "weekly", Folder: "x"},
		"not a schedule":        {Name: "a", Report: "workspaces", At: "whenever", Folder: "x"},
		"has no filter \"odd\"": {Name: "a", Report: "workspaces", Every: "monthly", Folder: "x", Where: map[string]string{"odd": "1"}},
	} {
		s.cfg.Reports = []config.ScheduledReport{r}
		if _, err := s.newSending(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}

// A pack of evidence holds what its readme names, its sums are right, and the
// ledger in it can be checked with nothing but the key it names.
func TestEvidence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.scanned(db.ScanFull)
	aud := s.someone("Aud", auth.Auditor)
	res := aud.send(http.MethodGet, "/policies/owners.few/evidence.zip", nil)
	if res.Code != http.StatusOK {
		t.Fatalf("status %d: %s", res.Code, res.Body)
	}
	files := unzip(t, res.Body.Bytes())
	for _, line := range strings.Split(strings.TrimSpace(files["SHA256SUMS"]), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		got := sha256.Sum256([]byte(files[name]))
		if files[name] == "" || hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: sum %s is not that of the file", name, sum)
		}
		if name != "README.txt" && !strings.Contains(files["README.txt"], name) {
			t.Errorf("the readme does not name %s", name)
		}
	}
	var standing int
	if err := s.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM violation WHERE rule = 'owners.few' AND state <> 'resolved'`).Scan(&standing); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(files["findings.csv"], "owners.few"); n < standing || standing == 0 {
		t.Errorf("findings.csv names the rule %d times, for %d violations", n, standing)
	}
	whole := filepath.Join(t.TempDir(), "ledger.jsonl")
	if err := os.WriteFile(whole, []byte(files["ledger.jsonl"]), 0o600); err != nil {
		t.Fatal(err)
	}
	if v, err := VerifyLedgerFile(whole, LedgerCheck{}); err != nil || len(v.Problems) != 0 {
		t.Errorf("the ledger of the pack: %+v, %v", v, err)
	}
	if !strings.Contains(files["ledger.jsonl"], `evidence`) {
		t.Error("that the pack was taken is not in it")
	}
	vic := s.someone("Vic", auth.Viewer)
	if res := vic.send(http.MethodGet, "/policies/owners.few/evidence.zip", nil); res.Code != http.StatusOK {
		t.Fatalf("status %d for a viewer", res.Code)
	} else if files := unzip(t, res.Body.Bytes()); files["ledger.jsonl"] != "" || !strings.Contains(files["README.txt"], "may not read it") {
		t.Error("a viewer's pack has the ledger, or does not say that it has not")
	}
}

func unzip(t *testing.T, body []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", f.Name, err))
		}
		out[f.Name] = string(text)
	}
	return out
}
