package evaluate_test

import (
	"maps"
	"slices"
	"testing"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/policy"
)

// A rule that its file keeps off, and one that somebody switched off, stand in
// the list of policies with what is known of why.
func TestRulesThatAreOffAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	packs := slices.Clone(policy.Builtin())
	off := *packs[0]
	one := *off.Rules[0]
	one.ID, one.Off, one.Title = "ours.off", true, "Off until somebody wants it"
	off.Rules = []*policy.Rule{&one}
	packs = append(packs, &off)
	w.check(w.write(func(tx *db.Tx) error {
		return tx.DecideRule(t.Context(), cyActor, "owners.few", policy.Decision{On: false}, "One admin is enough here")
	}))
	set, problems := policy.Compile(packs, map[string]policy.Decision{"owners.few": {On: false}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	v := w.scan(few())
	w.evaluate(v, set)
	w.evaluate(v, set)
	r, err := audit.Lookup("policies")
	w.check(err)
	page, err := audit.Run(t.Context(), w.db.Reader(), r, audit.Query{View: v, Scope: db.Everything, Where: map[string][]string{"in_force": {"no"}}})
	w.check(err)
	got := map[string]string{}
	for _, row := range page.Rows {
		got[row.Text("rule")] = row.Text("why")
	}
	want := map[string]string{"owners.few": "One admin is enough here", "ours.off": "", "promotion.certified": "", "promotion.labelled": ""}
	if !maps.Equal(got, want) {
		t.Errorf("off are %v, want %v", got, want)
	}
}
