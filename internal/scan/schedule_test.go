package scan_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/scan"
)

func TestWhenTheNextScanComes(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	r := newRig(t, setup{workspaces: 5})
	for _, tc := range []struct {
		name, full, incremental, after, want string
		kind                                 db.ScanKind
	}{
		{"every half hour", "0 2 * * 0", "*/30 * * * *", "2026-03-10 09:10", "2026-03-10 09:30", db.ScanIncremental},
		{"a full one takes the place of an incremental one", "0 2 * * 0", "*/30 * * * *", "2026-03-15 01:45", "2026-03-15 02:00", db.ScanFull},
		{"only full ones", "0 2 * * 0", "", "2026-03-10 09:10", "2026-03-15 02:00", db.ScanFull},
		{"in a zone", "CRON_TZ=Europe/Berlin 0 2 * * *", "", "2026-03-10 09:10", "2026-03-11 01:00", db.ScanFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := scan.NewSchedule(r.scanner, tc.full, tc.incremental)
			if err != nil {
				t.Fatal(err)
			}
			if got, kind := s.Next(at(tc.after)); !got.Equal(at(tc.want)) || kind != tc.kind {
				t.Errorf("after %s comes %s at %s, want %s at %s", tc.after, kind, got, tc.kind, tc.want)
			}
		})
	}
	none, err := scan.NewSchedule(r.scanner, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := none.Next(beginning); !got.IsZero() {
		t.Errorf("without a schedule a scan comes at %s", got)
	}
	if _, err := scan.NewSchedule(r.scanner, "every sunday", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a schedule that is none: %v", err)
	}
}

func TestTheScheduleScansByTheClock(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	r := newRig(t, setup{workspaces: 5, noActivity: true, noGraph: true, change: noUnused})
	s, err := scan.NewSchedule(r.scanner, "0 2 * * *", "0 */6 * * *")
	if err != nil {
		t.Fatal(err)
	}
	states, leave := r.scanner.Watch()
	defer leave()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for p := range states {
		if p.Scan >= 6 {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	all, err := r.db.Reader().Scans(t.Context(), r.scanner.Tenant(), 20)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for i := len(all) - 1; i >= 0 && all[i].ID <= 5; i-- {
		got += string(all[i].Kind) + " " + all[i].Cause + " " + all[i].Started.Format("02T15:04") + "\n"
	}
	want := "full first 10T09:00\nincremental schedule 10T12:00\nincremental schedule 10T18:00\nincremental schedule 11T00:00\nfull schedule 11T02:00\n"
	if got != want {
		t.Errorf("the schedule made\n%swant\n%s", got, want)
	}
}

func TestTheArchiveIsCleaned(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 5, noActivity: true, noGraph: true, change: func(c *scan.Config) { c.UnusedPerScan, c.ArchiveDays = -1, 30 }})
	r.full(t, db.ScanComplete)
	if _, err := os.Stat(filepath.Join(r.archive, "contoso", "1", "manifest.json")); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(r.archive, "contoso", "notes.txt")
	if err := os.WriteFile(foreign, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(40 * 24 * time.Hour)
	r.full(t, db.ScanComplete)
	if _, err := os.Stat(filepath.Join(r.archive, "contoso", "1")); !os.IsNotExist(err) {
		t.Errorf("the archive of a scan 40 days ago is still there: %v", err)
	}
	for _, kept := range []string{foreign, filepath.Join(r.archive, "contoso", "2", "manifest.json")} {
		if _, err := os.Stat(kept); err != nil {
			t.Errorf("%v", err)
		}
	}
}
