package evaluate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
	"steward/internal/violation"
)

// sheet collects the verdicts on one part of a tenant.
type sheet struct {
	run      *run
	standing map[violation.Key]int // index into before
	before   []violation.Record
	ids      []int64 // of before
	failing  []violation.Seen
	found    []db.Found
	unknown  map[violation.Key]bool
	tallies  []tally // one per unit
	err      error
}

func (r *run) newSheet(units int, standing []db.Standing) *sheet {
	s := &sheet{run: r, standing: make(map[violation.Key]int, len(standing)), unknown: map[violation.Key]bool{}, tallies: make([]tally, units)}
	for i, st := range standing {
		s.standing[st.Key] = i
		s.before = append(s.before, st.Record)
		s.ids = append(s.ids, st.ID)
	}
	for i := range s.tallies {
		s.tallies[i] = make(tally, len(r.set.Rules()))
	}
	return s
}

// judge judges one object and notes what came of it.
func (s *sheet) judge(judge *policy.Judge, at int, o policy.Object) {
	judge.Each(o, func(v policy.Verdict) {
		s.run.result.Verdicts++
		count := &s.tallies[at][v.Rule.Index]
		switch v.Outcome {
		case policy.Pass:
			count.passed++
		case policy.Unknown:
			count.unknown++
			// Only a violation that stands has something to keep.
			if key := (violation.Key{Rule: v.Rule.ID, Ref: o.Ref()}); len(s.standing) > 0 {
				if _, known := s.standing[key]; known {
					s.unknown[key] = true
				}
			}
		case policy.Fail:
			count.failed++
			s.fail(judge, v, o)
		}
	})
}

func (s *sheet) fail(judge *policy.Judge, v policy.Verdict, o policy.Object) {
	f := judge.Finding(v)
	found := db.Found{Label: f.Label, Severity: v.Rule.Severity, Says: f.Says, Version: s.run.rules.Versions[v.Rule.Version], Owner: ownerOf(o)}
	evidence, err := evidenceJSON(f.Evidence, s.run.view.Taken)
	if err != nil {
		s.err = fmt.Errorf("evidence of %s: %w", v.Rule.ID, err)
		return
	}
	found.Evidence = string(evidence)
	found.Digest = digest(&found)
	s.failing = append(s.failing, violation.Seen{Key: violation.Key{Rule: v.Rule.ID, Ref: f.Ref}, Version: v.Rule.Version, Digest: found.Digest})
	s.found = append(s.found, found)
}

// ownerOf is who would be asked about an object: its own owner, else the
// workspace's.
func ownerOf(o policy.Object) int64 {
	switch o := o.(type) {
	case *policy.Workspace:
		return o.OwnerNum
	case *policy.Item:
		if o.OwnerNum != 0 || o.Workspace == nil {
			return o.OwnerNum
		}
		return o.Workspace.OwnerNum
	case *policy.Refresh:
		return ownerOf(o.Item)
	case *policy.Grant:
		if o.Workspace != nil {
			return o.Workspace.OwnerNum
		}
	}
	return 0
}

// evidenceJSON writes evidence for the database. Use is written as a date, not
// as days ago: the date does not change from day to day.
func evidenceJSON(evidence []policy.Evidence, taken time.Time) ([]byte, error) {
	out := make([]policy.Evidence, len(evidence))
	for i, e := range evidence {
		out[i] = e
		u, ok := e.Value.(policy.Usage)
		if !ok {
			continue
		}
		day := func(ago int64) string { return taken.UTC().AddDate(0, 0, -int(ago)).Format(time.DateOnly) }
		if u.LastDays.Known {
			out[i].Value = map[string]string{"last": day(u.LastDays.Value)}
		} else {
			out[i].Value = map[string]string{"none_since": day(u.SeenDays)}
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// digest identifies what a finding looks like. SHA-256, because names in it
// come from the tenant and nobody may craft one that hides a change.
func digest(f *db.Found) string {
	h := sha256.New()
	for _, part := range []string{f.Label, string(f.Severity), f.Says, f.Evidence, fmt.Sprint(f.Owner)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// reconcile compares the sheet with what stood before.
func (s *sheet) reconcile(presence func(policy.Ref) violation.Presence) []db.FoundChange {
	changes := violation.Reconcile(s.before, violation.Sight{
		Now: s.run.view.Taken, Failing: s.failing, Unknown: s.unknown, Presence: presence,
		InForce: func(rule string) bool {
			a := s.run.set.Rule(rule)
			return a != nil && a.Applies.Covers(policy.AtScan)
		},
	})
	out := make([]db.FoundChange, len(changes))
	for i, c := range changes {
		out[i] = db.FoundChange{Change: c}
		if at, ok := s.standing[c.Key]; ok {
			out[i].ID = s.ids[at]
		}
		if c.Found >= 0 {
			out[i].Seen = &s.found[c.Found]
		}
		switch c.What {
		case violation.Raised:
			s.run.result.Raised++
		case violation.Reopened:
			s.run.result.Reopened++
		case violation.Mended, violation.ObjectGone:
			s.run.result.Resolved++
		}
	}
	return out
}

// units sorts the changes to the workspaces they belong to. Changes about a
// workspace that is gone travel with the first one.
func (s *sheet) units(spaces []policy.Workspace, changes []db.FoundChange) []db.Unit {
	units := make([]db.Unit, len(spaces))
	at := make(map[int64]int, len(spaces))
	for i := range spaces {
		at[spaces[i].Num] = i
		units[i] = db.Unit{Workspace: spaces[i].Num, Tally: s.tallies[i].encode(s.run)}
	}
	var orphans []db.FoundChange
	for _, c := range changes {
		if i, ok := at[c.Ref.Workspace]; ok {
			units[i].Changes = append(units[i].Changes, c)
		} else {
			orphans = append(orphans, c)
		}
	}
	if len(orphans) > 0 {
		units = append(units, db.Unit{Workspace: orphans[0].Ref.Workspace, Changes: orphans, Tally: []byte{}})
	}
	return units
}
