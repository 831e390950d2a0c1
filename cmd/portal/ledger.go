package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"steward/internal/app"
	"steward/internal/fault"
	"steward/internal/ledger"
)

type ledgerCmd struct {
	Verify  ledgerVerifyCmd  `cmd:"" help:"Check every entry, the chain and the checkpoints. Exit 1 and the first broken entry when something is wrong."`
	Export  ledgerExportCmd  `cmd:"" help:"Write the whole ledger as JSON lines, which can be verified without the portal."`
	Archive ledgerArchiveCmd `cmd:"" help:"Move the entries that were signed before a day into a file, and record that. The portal must not be running."`
	Key     ledgerKeyCmd     `cmd:"" help:"Make a signing key for ledger.signing_key."`
}

type ledgerKeyCmd struct {
	File string `arg:"" type:"path" help:"The new file for the secret key; the public key goes beside it, with .pub. It is never overwritten."`
	Name string `default:"steward" help:"The name of this ledger, which every checkpoint carries."`
}

// Run makes a key.
func (l ledgerKeyCmd) Run(w *world) error {
	public, err := app.CreateLedgerKey(l.File, l.Name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Wrote %[1]s, for ledger.signing_key: file:%[1]s. Whoever reads it can sign a false history: keep it from the second place.\nWrote %[1]s.pub, for auditors:\n%[2]s\n", l.File, public)
	return err
}

type ledgerArchiveCmd struct {
	Config string    `required:"" type:"path" help:"The configuration file."`
	Before time.Time `required:"" format:"2006-01-02" help:"Entries are archived up to the last checkpoint before this day (UTC)."`
	Output string    `required:"" short:"o" type:"path" help:"The file to write; it must not exist."`
}

// Run archives a segment.
func (l ledgerArchiveCmd) Run(w *world) error {
	cfg, err := w.config(l.Config)
	if err != nil {
		return err
	}
	a, err := app.ArchiveLedger(w.ctx, cfg, account(), l.Output, l.Before)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Entries %d to %d, signed until %s, are in %s and no longer in the database.\nKeep it: it is the only copy. Its SHA-256 is in the ledger: %s\nVerify it with: portal ledger verify --file %s --key KEY.pub\n",
		a.First, a.Last, a.Until.Format(time.DateTime), l.Output, a.SHA256, l.Output)
	return err
}

type ledgerVerifyCmd struct {
	Config     string `type:"path" help:"The configuration file: verify its database, also beside a running portal."`
	File       string `type:"existingfile" help:"Verify this exported file instead; needs no configuration."`
	Checkpoint string `type:"existingfile" help:"A file of checkpoints kept elsewhere. Without it: those of the configured second place, and of the database or file itself."`
	Key        string `help:"The public key of the ledger, or a file with it. Without it: that of the configured signing key."`
	JSON       bool   `help:"Print as JSON."`
}

// Run verifies the ledger.
func (l ledgerVerifyCmd) Run(w *world) error {
	v, err := l.verify(w)
	if err != nil {
		return err
	}
	if err := l.print(w.stdout, v); err != nil {
		return err
	}
	if !v.OK() {
		return exitError(exitFailed)
	}
	return nil
}

func (l ledgerVerifyCmd) verify(w *world) (ledger.Verdict, error) {
	check := app.LedgerCheck{Checkpoints: l.Checkpoint, Key: l.Key}
	switch {
	case l.File != "" && l.Config != "" || l.File == "" && l.Config == "":
		return ledger.Verdict{}, fault.New(fault.Invalid, "Give either --config, to verify its database, or --file, to verify an exported file.")
	case l.File != "":
		return app.VerifyLedgerFile(l.File, check)
	}
	cfg, err := w.config(l.Config)
	if err != nil {
		return ledger.Verdict{}, err
	}
	return app.VerifyLedger(w.ctx, cfg, check)
}

// verdictJSON is the verdict as programs read it.
type verdictJSON struct {
	OK          bool          `json:"ok"`
	Entries     int64         `json:"entries"`
	Last        int64         `json:"last"`
	Head        string        `json:"head"`
	Checkpoints int           `json:"checkpoints"`
	Covered     int64         `json:"covered"`
	Problems    []problemJSON `json:"problems"`
	Notices     []string      `json:"notices"`
}

type problemJSON struct {
	Entry    int64  `json:"entry"`
	Flaw     string `json:"flaw"`
	Sentence string `json:"sentence"`
}

func (l ledgerVerifyCmd) print(out io.Writer, v ledger.Verdict) error {
	if l.JSON {
		j := verdictJSON{OK: v.OK(), Entries: v.Entries, Last: v.Last, Head: v.Head.String(), Checkpoints: v.Checkpoints, Covered: v.Covered, Problems: []problemJSON{}, Notices: append([]string{}, v.Notices...)}
		for _, p := range v.Problems {
			j.Problems = append(j.Problems, problemJSON{Entry: p.Seq, Flaw: string(p.Flaw), Sentence: p.Sentence})
		}
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(j)
	}
	for i, p := range v.Problems {
		if i == 0 {
			fmt.Fprintf(out, "BROKEN at entry %d.\n", p.Seq)
		}
		fmt.Fprintf(out, "  %s\n", p.Sentence)
	}
	for _, n := range v.Notices {
		fmt.Fprintf(out, "Note: %s\n", n)
	}
	if v.OK() {
		fmt.Fprintf(out, "Unbroken: %d entries (%d to %d), head %s.\n", v.Entries, v.First, v.Last, v.Head)
	}
	_, err := fmt.Fprintln(out, covered(v))
	return err
}

// covered says what the check could not have found.
func covered(v ledger.Verdict) string {
	switch {
	case v.Checkpoints == 0:
		return "No checkpoint was compared: that the end was cut off, or an older file put back, would not show. Give --checkpoint and, for a file, --key."
	case v.Covered < v.Last:
		return fmt.Sprintf("%d checkpoints compared; they vouch for entries up to %d. What is after it could be cut off without a trace.", v.Checkpoints, v.Covered)
	}
	return fmt.Sprintf("%d checkpoints compared; they vouch for every entry.", v.Checkpoints)
}

type ledgerExportCmd struct {
	Config string `required:"" type:"path" help:"The configuration file."`
	Output string `short:"o" type:"path" help:"The file to write; standard output when left out."`
}

// Run exports the ledger. The file appears whole or not at all.
func (l ledgerExportCmd) Run(w *world) error {
	cfg, err := w.config(l.Config)
	if err != nil {
		return err
	}
	fill := func(out io.Writer) error { return app.ExportLedger(w.ctx, cfg, account(), out) }
	if l.Output != "" {
		return writeWhole(l.Output, fill)
	}
	out := bufio.NewWriter(w.stdout)
	if err := fill(out); err != nil {
		return err
	}
	return out.Flush()
}
