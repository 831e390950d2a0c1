package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/secret"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// setup shows whether the portal is set up as it must be. It asks nobody: the
// checks are the last ones made, with their age.
func (s *Server) setup(c echo.Context) error {
	who := s.viewer(c)
	v := templates.SetupPage{Page: s.bare(c, who)}
	v.Title = "Set-up"
	f := s.Installation.Facts(c.Request().Context())
	mine := auth.Tenants(who.person, auth.ViewSetup, s.Tenants)
	for _, t := range mine {
		v.Tenants = append(v.Tenants, s.setupTenant(who, t))
	}
	v.Ledger, v.Rules, v.RuleProblems = s.witnessPairs(f), s.rulePairs(f), f.Rules.Problems
	v.Schedules = scheduleTable(f, mine)
	swept, err := s.Reader.LastSweeps(c.Request().Context())
	if err != nil {
		return err
	}
	v.Kept = s.keptTable(f, swept)
	v.Program = []ui.Pair{{Key: "Version", Value: f.Version}, {Key: "Running since", At: f.Started}}
	// The size of the database tells of tenants and workspaces that one may not
	// see, and so does the configuration.
	if auth.Unlimited(who.person, auth.ViewSetup) {
		v.Whole, v.Config = true, f.Config
		v.Credentials, v.Program = s.credentialTable(f), s.programPairs(f)
	}
	if v.Messages, v.Again, err = s.messagePairs(c, who, f, mine); err != nil {
		return err
	}
	v.Notices = s.setupNotices(f)
	return ok(c, templates.Setup(v))
}

// keptTable says how long things are kept, what the next sweep takes away, and
// what the last one took.
func (s *Server) keptTable(f Facts, swept map[string]db.Swept) ui.Table {
	t := ui.Table{ID: "kept", Caption: "What is kept, and how long", Columns: []ui.Column{{Label: "What"}, {Label: "Kept for"}, {Label: "Goes next"}, {Label: "Last deleted", Kind: ui.Date}}}
	for _, k := range f.Kept {
		row := ui.Row{Cells: []ui.Cell{{Text: k.What, Sub: k.Setting}, ui.Txt("good"), ui.Txt("nothing")}}
		if k.Days > 0 {
			row.Cells[1] = ui.Txt(ui.Plural(int64(k.Days), "day", "days"))
			row.Cells[2] = ui.Txt("what is older than " + s.Now().UTC().AddDate(0, 0, -k.Days).Format(dateForm))
		}
		last, known := swept[k.Rule]
		switch {
		case k.Rule == "":
			row.Cells = append(row.Cells, ui.Txt("with each reading"))
		case !known:
			row.Cells = append(row.Cells, ui.Txt("never"))
		default:
			when := ui.When(last.At, s.Now())
			when.Sub = ui.Plural(last.Deleted, "row", "rows") + ", older than " + last.Before.Format(dateForm)
			row.Cells = append(row.Cells, when)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// setupTones colour the answers of the check.
var setupTones = map[string]ui.Tone{"pass": ui.Good, "warn": ui.Warn, "fail": ui.Bad, "unknown": ui.Neutral}

// setupTenant is the check of one tenant.
func (s *Server) setupTenant(who viewer, tenant string) templates.SetupTenant {
	v := templates.SetupTenant{Name: tenant, Says: "This tenant was not checked since the portal started."}
	if auth.May(who.person, auth.CheckSetup, auth.Object{Tenant: tenant}) {
		v.Do = &ui.Action{Label: "Check now", Href: "/setup", Post: true, Params: []ui.Param{{Name: "tenant", Value: tenant}}}
	}
	last, known := s.Installation.LastCheck(tenant)
	v.Lines = checkLines(last.Lines)
	if !known {
		return v
	}
	if !last.At.IsZero() {
		v.Says = "Checked " + ui.Ago(last.At, s.Now()) + ", " + ui.Exact(last.At) + ", by " + or(last.By, "the portal itself") + "."
	}
	if last.Running {
		v.Says += " A check is under way; reload the page to see it."
		v.Do = nil
	}
	return v
}

func checkLines(lines []SetupLine) []templates.SetupLine {
	var out []templates.SetupLine
	for _, l := range lines {
		line := templates.SetupLine{Title: l.Title, State: l.State, Tone: setupTones[l.State], Evidence: l.Evidence, Remedy: l.Remedy}
		if l.RequestID != "" {
			line.Detail = "Microsoft's request id " + l.RequestID
		}
		out = append(out, line)
	}
	return out
}

// checkSetup runs the check now.
func (s *Server) checkSetup(c echo.Context) error {
	tenant := c.FormValue("tenant")
	who := s.viewer(c)
	if err := s.openTenant(who, auth.CheckSetup, tenant); err != nil {
		return err
	}
	if err := s.record(c, ledger.Entry{Action: ledger.SetupCheck, Outcome: ledger.Done, Object: ledger.Object{Kind: "tenant", ID: tenant, Tenant: tenant}}); err != nil {
		return err
	}
	if err := s.Installation.Check(c.Request().Context(), tenant, who.person.Actor()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/setup#check-"+tenant)
}

// credentialTable lists what the portal signs in and signs with.
func (s *Server) credentialTable(f Facts) ui.Table {
	t := ui.Table{ID: "credentials", Caption: "Secrets and certificates", Columns: []ui.Column{{Label: "For"}, {Label: "Where it is"}, {Label: "State", Kind: ui.Badges}, {Label: "Ends"}},
		Empty: ui.Empty{Why: "No secret is configured."}}
	now := s.Now()
	for _, k := range f.Credentials {
		ends := ui.Unknown("Only the page of the registration knows when a secret ends; write it as secret_ends, and it is announced 30 days before.")
		word, tone := "readable", ui.Good
		if !k.Ends.IsZero() {
			ends = ui.When(k.Ends, now)
		}
		if k.Endless {
			ends = ui.Txt("does not end")
		}
		switch {
		case k.Trouble != "":
			word, tone = "not usable", ui.Bad
			ends = ui.Txt("–")
		case !k.Ends.IsZero() && !k.Ends.After(now):
			word, tone = "ended", ui.Bad
		case secret.ExpiresSoon(k.Ends, now):
			word, tone = "ends soon", ui.Warn
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: k.Name, Sub: k.Trouble}, ui.Txt(k.Reference), ui.Parts(ui.State(word, tone)), ends}})
	}
	return t
}

// witnessPairs say whether the ledger is vouched for elsewhere.
func (s *Server) witnessPairs(f Facts) []ui.Pair {
	if f.Unsigned {
		return []ui.Pair{{Key: "Checkpoints", Part: ui.State("none", ui.Warn)},
			{Key: "Why", Value: "ledger.signing_key is not set: that the end of the ledger was cut off could not be shown."}}
	}
	w := f.Witness
	word, tone := "written", ui.Good
	if !w.OK {
		word, tone = "not written", ui.Bad
	} else if w.Sentence != "" {
		word, tone = "failing", ui.Warn
	}
	pairs := []ui.Pair{{Key: "Checkpoints", Part: ui.State(word, tone)}, {Key: "Second place", Value: or(w.Sink, "none: they stay in the database")}}
	if w.Sentence != "" {
		pairs = append(pairs, ui.Pair{Key: "Why", Value: w.Sentence})
	}
	if w.Last.Time.IsZero() {
		pairs = append(pairs, ui.Pair{Key: "Last checkpoint", Unknown: "None was written since the portal started."})
	} else {
		pairs = append(pairs, ui.Pair{Key: "Last checkpoint", At: w.Last.Time}, ui.Pair{Key: "It covers", Value: "entries up to " + ui.Count(w.Last.Seq), Href: "/ledger"})
	}
	if w.PublicKey != "" {
		pairs = append(pairs, ui.Pair{Key: "Public key", Value: w.PublicKey, Copy: true})
	}
	return pairs
}

// lowDisk is the share of free space below which the portal is not ready.
const lowDisk = 10

func (s *Server) programPairs(f Facts) []ui.Pair {
	disk := ui.Pair{Key: "Disk", Unknown: "The volume does not say how large it is."}
	if f.Total > 0 {
		disk = ui.Pair{Key: "Disk", Value: ui.Bytes(f.Free) + " of " + ui.Bytes(f.Total) + " free (" + ui.Percent(f.Free, f.Total) + ")"}
		if f.Free*100 < f.Total*lowDisk {
			disk.Part, disk.Value = templ.Join(ui.State("nearly full", ui.Bad), ui.Name(" "+disk.Value)), ""
		}
	}
	return []ui.Pair{{Key: "Version", Value: f.Version}, {Key: "Platform", Value: f.Platform}, {Key: "Running since", At: f.Started},
		{Key: "Data directory", Value: f.DataDir}, {Key: "Database", Value: ui.Bytes(f.Database)}, disk}
}

func (s *Server) rulePairs(f Facts) []ui.Pair {
	pairs := []ui.Pair{{Key: "Rules in force", Value: ui.Count(int64(f.Rules.Count)), Href: "/policies"}, {Key: "Loaded", At: f.Rules.Loaded}}
	if f.Rules.Hash != "" {
		pairs = append(pairs, ui.Pair{Key: "Hash of the set", Value: f.Rules.Hash, Copy: true})
	}
	return pairs
}

func scheduleTable(f Facts, mine []string) ui.Table {
	t := ui.Table{ID: "schedules", Caption: "Schedules of scans", Columns: []ui.Column{{Label: "Tenant"}, {Label: "Full scan", Kind: ui.Mono}, {Label: "Incremental scan", Kind: ui.Mono}},
		Empty: ui.Empty{Why: "No tenant is configured."}}
	for _, x := range f.Schedules {
		if slices.Contains(mine, x.Tenant) {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(x.Tenant, ui.With("/scans", ui.Param{Name: "tenant", Value: x.Tenant})), ui.Txt(or(x.Full, "never")), ui.Txt(or(x.Incremental, "never"))}})
		}
	}
	return t
}

// setupNotices are what must be mended for the portal itself.
func (s *Server) setupNotices(f Facts) []ui.Notice {
	var out []ui.Notice
	if !f.Unsigned && !f.Witness.OK {
		out = append(out, ui.Notice{Tone: ui.Bad, Title: "The ledger is not vouched for.", Text: f.Witness.Sentence})
	}
	if f.Total > 0 && f.Free*100 < f.Total*lowDisk {
		out = append(out, ui.Notice{Tone: ui.Bad, Title: "The disk is nearly full.", Text: "Less than 10 % of the volume with " + f.DataDir + " is free. When it is full, nothing can be recorded, and what cannot be recorded is not done."})
	}
	if len(f.Rules.Problems) > 0 {
		out = append(out, ui.Notice{Tone: ui.Warn, Title: "The rules in the directory were not loaded.", Text: "The last good set stays in force until they are mended."})
	}
	return out
}

// fillCounts adds to the rail what calls for whoever runs the portal.
func (s *Server) fillCounts(counts *templates.Counts, who viewer) {
	if s.Scans != nil && who.may(auth.ViewScans) {
		for _, t := range auth.Tenants(who.person, auth.ViewScans, s.Tenants) {
			if _, running := s.Scans.Progress(t); running {
				counts.Scans++
			}
		}
	}
	if s.Installation == nil || !who.may(auth.ViewSetup) {
		return
	}
	for _, t := range auth.Tenants(who.person, auth.ViewSetup, s.Tenants) {
		last, _ := s.Installation.LastCheck(t)
		for _, l := range last.Lines {
			if l.State == "fail" || l.State == "warn" {
				counts.SetupProblems++
			}
		}
	}
}
