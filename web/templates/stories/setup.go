package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func setupStories(now time.Time) []stories.Story {
	return []stories.Story{
		{Name: "setup/to mend", Component: templates.Setup(setupToMend(now))},
		{Name: "setup/unchecked, unsigned", Component: templates.Setup(setupUnchecked(now))},
	}
}

func setupToMend(now time.Time) templates.SetupPage {
	v := templates.SetupPage{Page: Page("Set-up", "/setup")}
	v.NoAsOf, v.Truth = true, nil
	v.Notices = []ui.Notice{{Tone: ui.Bad, Title: "The ledger is not vouched for.", Text: "Checkpoints cannot be written to file:/mnt/worm/checkpoints. Changes in the tenant stop after five minutes of this; reading goes on. Check that the place is there and may be written to."}}
	v.Tenants = []templates.SetupTenant{{Name: "contoso", Says: "Checked 3 min ago, 21 Nov 2026 18:59 UTC, by Olga Berg.", Do: &ui.Action{Label: "Check now", Href: "/setup", Post: true},
		Lines: []templates.SetupLine{
			{Tone: ui.Good, Title: "Scanner's token obtained", State: "pass", Evidence: "A token that ends at 2026-11-21T20:18:25Z.", Detail: "", Remedy: ""},
			{Tone: ui.Bad, Title: "Service principals may use read-only admin APIs", State: "fail", Evidence: "Power BI does not let this app call the admin API.", Detail: "Microsoft's request id 15F17B13-961B-468F-B5EB-1C4337653D3B", Remedy: "Put the application into a security group and name that group in the tenant setting “Service principals can access read-only admin APIs”. A change takes about 15 minutes."},
			{Tone: ui.Neutral, Title: "Detailed metadata on", State: "unknown", Evidence: "Not asked: the admin API refused the scanner.", Detail: "", Remedy: "Mend the line above first."},
			{Tone: ui.Warn, Title: "Executor's credential lasts", State: "warn", Evidence: "Until 9 Dec 2026.", Detail: "", Remedy: "It ends in 18 days. Add the next one to the registration, then replace the file."},
		}}}
	v.Kept = ui.Table{ID: "kept", Caption: "What is kept, and how long", Columns: []ui.Column{{Label: "What"}, {Label: "Kept for"}, {Label: "Goes next"}, {Label: "Last deleted", Kind: ui.Date}}, Rows: []ui.Row{
		{Cells: []ui.Cell{{Text: "How far back pages can look", Sub: "retention.history_days"}, ui.Txt("730 days"), ui.Txt("what is older than 2024-11-21"), ui.Txt("never")}},
		{Cells: []ui.Cell{{Text: "Events of the activity log", Sub: "retention.activity_days"}, ui.Txt("good"), ui.Txt("nothing"), ui.Txt("never")}}}}
	v.Credentials = ui.Table{ID: "credentials", Caption: "Secrets and certificates", Columns: []ui.Column{{Label: "For"}, {Label: "Where it is"}, {Label: "State", Kind: ui.Badges}, {Label: "Ends"}}, Rows: []ui.Row{
		{Cells: []ui.Cell{ui.Txt("contoso scanner client_secret"), ui.Txt("file:/run/secrets/scanner"), ui.Parts(ui.State("readable", ui.Good)), ui.Unknown("Only the page of the registration knows when a secret ends; write it as secret_ends, and it is announced 30 days before.")}},
		{Cells: []ui.Cell{ui.Txt("contoso executor certificate"), ui.Txt("file:/run/secrets/executor.pem"), ui.Parts(ui.State("ends soon", ui.Warn)), ui.When(now.AddDate(0, 0, 18), now)}},
		{Cells: []ui.Cell{{Text: "sign_in.client_secret", Sub: "The environment variable SIGN_IN is not set or empty; a secret of this portal is expected in it."}, ui.Txt("env:SIGN_IN"), ui.Parts(ui.State("not usable", ui.Bad)), ui.Txt("–")}}}}
	v.Ledger = []ui.Pair{{Key: "Checkpoints", Part: ui.State("not written", ui.Bad)}, {Key: "Second place", Value: "file:/mnt/worm/checkpoints"}, {Key: "Last checkpoint", At: now.Add(-40 * time.Minute)},
		{Key: "Public key", Value: "steward+6a1b2c3d+AQ2Lr0D1c9sJf5bNQ3sQ8wX7h1uY0o2Rk4VtZ6pEiKmG", Copy: true}}
	v.Rules = []ui.Pair{{Key: "Rules in force", Value: "42", Href: "/policies"}, {Key: "Loaded", At: now.Add(-3 * time.Hour)}}
	v.RuleProblems = []string{"finance.yaml:12:5: finance/labels: undefined field 'labl'"}
	v.Program = []ui.Pair{{Key: "Version", Value: "1.4.0"}, {Key: "Running since", At: now.Add(-72 * time.Hour)}, {Key: "Data directory", Value: "/var/lib/steward"}, {Key: "Database", Value: "1.2 GB"}, {Key: "Disk", Value: "80 GB of 100 GB free (80 %)"}}
	v.Schedules = ui.Table{ID: "schedules", Caption: "Schedules of scans", Columns: []ui.Column{{Label: "Tenant"}, {Label: "Full scan", Kind: ui.Mono}, {Label: "Incremental scan", Kind: ui.Mono}}, Rows: []ui.Row{{Cells: []ui.Cell{ui.To("contoso", "/scans"), ui.Txt("0 2 * * 0"), ui.Txt("*/30 * * * *")}}}}
	v.Whole, v.Config = true, "listen: 127.0.0.1:8080\nledger:\n    signing_key: file:/run/secrets/ledger.key\n"
	return v
}

func setupUnchecked(now time.Time) templates.SetupPage {
	v := setupToMend(now)
	v.Notices, v.Whole, v.RuleProblems = nil, false, nil
	v.Tenants = []templates.SetupTenant{{Name: "contoso", Says: "This tenant was not checked since the portal started."}}
	v.Ledger = []ui.Pair{{Key: "Checkpoints", Part: ui.State("none", ui.Warn)}, {Key: "Why", Value: "ledger.signing_key is not set: that the end of the ledger was cut off could not be shown."}}
	return v
}
