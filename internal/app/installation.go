package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"steward/internal/buildinfo"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/secret"
	"steward/internal/web"
	"steward/internal/witness"
)

// installation is what pages may know of the running program.
type installation struct {
	*setupChecks
	*readiness
	portal *Portal
}

func (p *Portal) installation() installation {
	return installation{setupChecks: p.checks, readiness: p.ready, portal: p}
}

// Facts reads where and how the portal runs. What cannot be read is left out,
// and the page shows it as unknown.
func (i installation) Facts(context.Context) web.Facts {
	cfg := i.portal.cfg
	b := buildinfo.Get()
	f := web.Facts{
		Version: b.Version, Platform: b.Go + ", " + b.OS + "/" + b.Arch + ", " + plural(runtime.NumCPU(), "processor"), Started: i.started,
		DataDir: cfg.DataDir, Database: databaseSize(cfg.DataDir), Unsigned: i.portal.witness == nil, Rules: i.portal.rulesState(), Credentials: credentials(cfg),
		Channels: channels(cfg.Notify),
	}
	f.Free, f.Total, _ = disk(cfg.DataDir) // an unknown size is shown as unknown
	if w := i.portal.witness; w != nil {
		f.Witness = witnessState(w)
	}
	f.Kept = []web.Kept{
		{What: "How far back pages can look", Rule: db.KeepHistory, Setting: "retention.history_days", Days: cfg.Retention.HistoryDays},
		{What: "Events of the activity log", Rule: db.KeepActivity, Setting: "retention.activity_days", Days: cfg.Retention.ActivityDays},
		{What: "Runs of refreshes", Setting: "refresh_history_days", Days: cfg.HistoryDays()},
	}
	for _, t := range cfg.Tenants {
		f.Schedules = append(f.Schedules, web.Schedule{Tenant: t.Name, Full: t.Scan.Full, Incremental: t.Scan.Incremental})
	}
	text, err := cfg.Print()
	if err != nil {
		text = fault.Sentence(err)
	}
	f.Config = text
	return f
}

func witnessState(w *witness.Witness) web.Witness {
	h := w.Health()
	out := web.Witness{OK: h.OK, Sentence: h.Sentence, Sink: h.Sink, Last: h.Last}
	// A key that cannot be read is told of by the health, too.
	out.PublicKey, _ = w.PublicKey()
	return out
}

func (p *Portal) rulesState() web.Rules {
	var out web.Rules
	for _, problem := range p.rules.Problems() {
		out.Problems = append(out.Problems, problem.String())
	}
	if set := p.rules.Set(); set != nil {
		out.Count, out.Hash, out.Loaded = len(set.Rules()), set.Hash, set.LoadedAt
	}
	return out
}

// databaseSize is that of the file with its log.
func databaseSize(dir string) int64 {
	var n int64
	for _, name := range []string{"portal.db", "portal.db-wal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// disk returns what is free for us and the size of the volume, in bytes.
func disk(dir string) (free, total int64, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, 0, err
	}
	size := int64(st.Bsize)                                      //nolint:unconvert // its type differs between systems
	return int64(st.Bavail) * size, int64(st.Blocks) * size, nil //nolint:gosec // no volume has 2^63 bytes
}

// credentials are the secrets as the set-up page shows them.
func credentials(cfg *config.Config) []web.Credential {
	all := secretsOf(cfg)
	out := make([]web.Credential, len(all))
	for i, s := range all {
		out[i] = credential(s)
	}
	return out
}

// credential reads one as it is now: it may have been exchanged since the
// start.
func credential(s usedSecret) web.Credential {
	out := web.Credential{Name: s.name, Tenant: s.tenant, Reference: s.ref.String(), Endless: s.endless}
	v, err := s.ref.Read()
	switch {
	case err != nil:
	case s.certificate:
		out.Ends, err = secret.CertificateExpiry(v)
	default:
		out.Ends = config.Day(s.ends)
	}
	if err != nil {
		out.Trouble = fault.Sentence(err)
	}
	return out
}
