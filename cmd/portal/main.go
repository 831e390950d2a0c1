// Command portal is Steward: it scans Power BI tenants, shows what is there
// and who may do what, and keeps the record. One file per verb; flags in, exit
// code out. Everything it does is done by internal/app.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"steward/internal/config"
	"steward/internal/fault"
)

// Exit codes of every verb. Verbs with codes of their own name them in their
// help.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
)

// exitError carries an exit code out of a verb; its message, if any, has been
// shown already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// cli is the command line.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Start a pretend Power BI and the portal over it, on loopback. Nothing needs an account."`
	Serve    serveCmd    `cmd:"" help:"Serve the portal."`
	Scan     scanCmd     `cmd:"" help:"Scan one or all tenants now. Exit 0 complete, 3 partial, 1 failed."`
	Check    checkCmd    `cmd:"" help:"Check the set-up of each tenant and say how to mend it. Exit 1 when something must be mended."`
	Simulate simulateCmd `cmd:"" help:"Serve the stand-in for Power BI alone."`
	Export   exportCmd   `cmd:"" help:"Write one report as CSV, XLSX or JSON."`
	Request  requestCmd  `cmd:"" help:"Ask a portal for something from a pipeline, and wait for people's approval."`
	Refresh  refreshCmd  `cmd:"" help:"Start a refresh plan from a pipeline, and wait for its end."`
	Ledger   ledgerCmd   `cmd:"" help:"Verify or export the ledger."`
	Policy   policyCmd   `cmd:"" help:"Check, test and try out a rule file."`
	Backup   backupCmd   `cmd:"" help:"Copy the database into a new file, also beside a running portal, and check the copy."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in the place of the database. Executors begin on hold."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version's schema and stop."`
	Version  versionCmd  `cmd:"" help:"Print the version and the build."`
}

// world is what a verb gets of its surroundings.
type world struct {
	ctx            context.Context
	stdout, stderr io.Writer
	environ        []string
	overrides      []config.Override
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run is main without the process, so that tests can call it.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	args, overrides := splitOverrides(args)
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("portal"),
		kong.Description("Steward: the governance portal for Power BI."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { code = n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "portal:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if code >= 0 {
		return code // help was asked for and shown
	}
	if err != nil {
		fmt.Fprintf(stderr, "portal: %v. Run portal --help for the verbs and their flags.\n", err)
		if len(args) > 0 && args[0] == "request" {
			return exitMisuse // 2 says there that somebody rejected it
		}
		return exitUsage
	}
	w := &world{ctx: ctx, stdout: stdout, stderr: stderr, environ: environ, overrides: overrides}
	return w.finish(parsed.Run(w))
}

// finish turns a verb's error into its exit code and one line on stderr.
func (w *world) finish(err error) int {
	var code exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		fmt.Fprintln(w.stderr, "portal:", f.Sentence)
		if f.RequestID != "" {
			fmt.Fprintln(w.stderr, "Microsoft's request id:", f.RequestID)
		}
	} else {
		fmt.Fprintln(w.stderr, "portal:", err)
	}
	if fault.Is(err, fault.Invalid) {
		return exitUsage
	}
	return exitFailed
}

// config loads the configuration for the verbs that need one.
func (w *world) config(file string) (*config.Config, error) {
	return config.Load(config.Source{File: file, Environ: w.environ, Set: w.overrides})
}
