package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBackupAndRestore is the drill an operator does: copy beside a running
// portal, go on, put the copy back. The ledger verifies with its checkpoints,
// the executor is on hold, and what came after the copy is not lost.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	cfg, _ := standIn(t)
	if o := portal(t, "scan", "--config", cfg); o.code != exitOK {
		t.Fatal(o)
	}
	file := filepath.Join(t.TempDir(), "copy.db")

	serving := start(t, true, "serve", "--config", cfg, "--listen", "127.0.0.1:0")
	serving.until(t, "listens on")
	o := portal(t, "backup", file, "--config", cfg)
	if o.code != exitOK || !strings.Contains(o.stdout, "SHA-256") || !strings.Contains(o.stdout, "unbroken") {
		t.Fatalf("backup beside a running portal: %+v", o)
	}
	if o := portal(t, "backup", file, "--config", cfg); o.code != exitFailed || !strings.Contains(o.stderr, "never overwrites") {
		t.Errorf("a second backup into the same file: %+v", o)
	}
	if o := portal(t, "restore", file, "--config", cfg); o.code != exitFailed || !strings.Contains(o.stderr, "Another portal is running") {
		t.Errorf("restore under a running portal: %+v", o)
	}
	serving.stop()

	if o := portal(t, "ledger", "verify", "--config", cfg); o.code != exitOK {
		t.Errorf("the ledger after the backup was recorded in it: %+v", o)
	}
	o = portal(t, "restore", file, "--config", cfg)
	if o.code != exitOK || !strings.Contains(o.stdout, "On hold until an operator releases it: ") {
		t.Fatalf("restore: %+v", o)
	}
	former := strings.TrimSuffix(strings.TrimPrefix(strings.SplitN(o.stdout, "\n", 2)[0], "The former database is kept at "), ".")
	if _, err := os.Stat(former); err != nil {
		t.Errorf("the former database: %v", err)
	}
	if o := portal(t, "ledger", "verify", "--config", cfg); o.code != exitOK || !strings.Contains(o.stdout, "epoch") {
		t.Errorf("the ledger after the restore: %+v", o)
	}
	if o := portal(t, "scan", "--config", cfg); o.code != exitOK {
		t.Errorf("a scan after the restore: %+v", o)
	}
}

// TestRestoreRefusesWhatIsBroken leaves the database as it is.
func TestRestoreRefusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	cfg, _ := standIn(t)
	if o := portal(t, "scan", "--config", cfg); o.code != exitOK {
		t.Fatal(o)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if o := portal(t, "backup", file, "--config", cfg); o.code != exitOK {
		t.Fatal(o)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(content), `"full scan"`)
	if at < 0 {
		t.Fatal("the ledger names no full scan")
	}
	content[at+1] = 'S'
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if o := portal(t, "restore", file, "--config", cfg); o.code == exitOK || !strings.Contains(o.stderr, "Nothing was restored") {
		t.Errorf("a ledger that was changed: %+v", o)
	}
	if o := portal(t, "ledger", "verify", "--config", cfg); o.code != exitOK {
		t.Errorf("the database after the refusal: %+v", o)
	}
}
