package web

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// ledgerEntry shows one entry: its fields with what kind of information each
// is, and what ties it to the others.
func (s *Server) ledgerEntry(c echo.Context) error {
	who := s.viewer(c)
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil || seq < 1 {
		return auth.Hidden()
	}
	ctx := c.Request().Context()
	rec, err := s.Reader.LedgerEntry(ctx, auth.LedgerScope(who.person, s.Tenants), seq)
	if fault.Is(err, fault.NotFound) {
		return auth.Hidden()
	}
	if err != nil {
		return err
	}
	v := templates.LedgerEntryPage{Page: s.bare(c, who), Body: string(rec.Body), Fields: fieldTable(rec.Body)}
	v.Kind, v.Active = "Ledger entry", "/ledger"
	v.Title = fmt.Sprintf("Entry %d", seq)
	v.Crumbs = []ui.Link{{Label: "Ledger", Href: "/ledger"}}
	if e, err := rec.Entry(); err == nil {
		v.Summary = summary(e)
		v.Badges = append(v.Badges, outcomeBadge(e.Outcome))
		v.Related = relatedEntries(e)
	}
	if v.Chain, err = s.chainPairs(ctx, rec); err != nil {
		return err
	}
	return ok(c, templates.LedgerEntry(v))
}

// summary is the entry as a sentence without its subject.
func summary(e ledger.Entry) []ui.Pair {
	pairs := []ui.Pair{{Key: "What", Value: or(ledger.ActionText[e.Action], string(e.Action))}, {Key: "Who", Value: actorWords(e.Actor), Href: actorEntries(e.Actor)}}
	if e.OnBehalf != (ledger.Actor{}) {
		pairs = append(pairs, ui.Pair{Key: "For", Value: actorWords(e.OnBehalf), Href: actorEntries(e.OnBehalf)})
	}
	pairs = append(pairs, ui.Pair{Key: "Object", Value: objectWords(e.Object)}, ui.Pair{Key: "When", At: e.Time})
	if e.Reason != "" {
		pairs = append(pairs, ui.Pair{Key: "Reason", Value: e.Reason})
	}
	return pairs
}

// relatedEntries lead to the entries around this one.
func relatedEntries(e ledger.Entry) []ui.Link {
	var out []ui.Link
	if e.Object.Kind != "" && e.Object.ID != "" {
		out = append(out, ui.Link{Label: "All entries about this " + e.Object.Kind, Href: ui.With("/ledger", ui.Param{Name: "object", Value: e.Object.Kind}, ui.Param{Name: "id", Value: e.Object.ID})})
	}
	if e.Session != "" {
		out = append(out, ui.Link{Label: "All entries of this session", Href: ui.With("/ledger", ui.Param{Name: "q", Value: e.Session})})
	}
	if e.Request != "" {
		out = append(out, ui.Link{Label: "All entries of this request", Href: ui.With("/ledger", ui.Param{Name: "q", Value: e.Request})})
	}
	return out
}

// fieldTable lists every field that says something, in the canonical order.
func fieldTable(body []byte) ui.Table {
	t := ui.Table{ID: "fields", Caption: "Fields", Columns: []ui.Column{{Label: "Field", Kind: ui.Mono}, {Label: "Value"}, {Label: "Class"}},
		Empty: ui.Empty{Why: "The entry cannot be read: it is not what this program writes."}}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return t
	}
	flat := map[string]string{}
	for key, raw := range fields {
		var text string
		var details map[string]string
		switch {
		case json.Unmarshal(raw, &text) == nil:
			flat[key] = text
		case json.Unmarshal(raw, &details) == nil:
			for k, d := range details {
				flat[key+"."+k] = d
			}
		default:
			flat[key] = string(raw)
		}
	}
	var keys []string
	for key, value := range flat {
		if value != "" {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	for _, key := range keys {
		class := ledger.ClassOf(key)
		if class == "" {
			class = "form" // the version of the form itself
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(key), ui.Txt(flat[key]), ui.Txt(string(class))}})
	}
	return t
}

// chainPairs say what ties the entry to the one before it, and which
// checkpoint vouches for it.
func (s *Server) chainPairs(ctx context.Context, rec ledger.Record) ([]ui.Pair, error) {
	prev, err := s.hashBefore(ctx, rec.Seq)
	if err != nil {
		return nil, err
	}
	fits := ui.Pair{Key: "Fits the entry before it", Part: ui.State("yes", ui.Good)}
	if !rec.Follows(prev) {
		fits.Part = ui.State("no", ui.Bad)
	}
	pairs := []ui.Pair{{Key: "Hash before", Value: prev.String(), Copy: true}, {Key: "Hash", Value: rec.Hash.String(), Copy: true}, fits}
	covered, err := s.coveredBy(ctx, rec.Seq)
	return append(pairs, covered), err
}

// hashBefore is the hash of the entry before, whoever may read that entry: a
// hash tells nothing of it.
func (s *Server) hashBefore(ctx context.Context, seq int64) (ledger.Hash, error) {
	if seq == 1 {
		id, _, _, err := s.Reader.LedgerHead(ctx)
		return ledger.Genesis(id.Database), err
	}
	before, _, err := s.Reader.LedgerPage(ctx, db.LedgerScope{All: true}, db.LedgerFilter{Before: seq, Limit: 1})
	if err != nil || len(before) == 0 {
		return ledger.Hash{}, err
	}
	return before[0].Hash, nil
}

// coveredBy names the first checkpoint that vouches for the entry.
func (s *Server) coveredBy(ctx context.Context, seq int64) (ui.Pair, error) {
	const key = "Covered by a checkpoint"
	note, err := s.Reader.CheckpointCovering(ctx, seq)
	if err != nil {
		return ui.Pair{}, err
	}
	if note == "" {
		return ui.Pair{Key: key, Value: "not yet: the next one will"}, nil
	}
	cp, err := s.Ledger.Open(note)
	if err != nil {
		return ui.Pair{Key: key, Unknown: fault.Sentence(err)}, nil // shown as unknown, with the reason
	}
	return ui.Pair{Key: key, Value: "of " + ui.Exact(cp.Time) + ", entry " + ui.Count(cp.Seq)}, nil
}
