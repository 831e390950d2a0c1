package request

import (
	"strings"
	"testing"
	"time"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// What Power BI would refuse of an import is refused at its field.
func TestAnImportIsRefusedAtItsFields(t *testing.T) {
	t.Parallel()
	w := Workspace{Workspace: tenant.Workspace{ID: "ws", Name: "FIN-Sales-DEV", Kind: tenant.KindWorkspace, State: tenant.StateActive}}
	content := []promotion.Item{{ID: "a", Kind: tenant.ItemDataset, Name: "Sales"}, {ID: "b", Kind: tenant.ItemReport, Name: "Sales", Model: "a"},
		{ID: "c", Kind: tenant.ItemDataset, Name: "Twice"}, {ID: "d", Kind: tenant.ItemDataset, Name: "Twice"}, {ID: "e", Kind: tenant.ItemReport, Name: "Pages", Paginated: true}}
	for name, c := range map[string]struct {
		file        string
		size        int64
		params      ImportParams
		field, says string
	}{
		"too large":            {"New.pbix", MaxUpload + 1, ImportParams{Conflict: "Abort"}, "file", "1024 MB"},
		"a spreadsheet":        {"New.xlsx", 1, ImportParams{Conflict: "Abort"}, "file", "Only .pbix and .rdl"},
		"a dataflow":           {"model.json", 1, ImportParams{Conflict: "Abort"}, "file", "Dataflows"},
		"no name":              {".pbix", 1, ImportParams{Conflict: "Abort"}, "file", "no name"},
		"somebody else's file": {"", 0, ImportParams{Conflict: "Abort"}, "file", "uploaded no such file"},
		"no conflict chosen":   {"New.pbix", 1, ImportParams{}, "conflict", "Choose"},
		"taken":                {"Sales.pbix", 1, ImportParams{Conflict: "Abort"}, "conflict", "already"},
		"taken in other case":  {"SALES.PBIX", 1, ImportParams{Conflict: "Abort"}, "conflict", "already"},
		"nothing to replace":   {"New.pbix", 1, ImportParams{Conflict: "Overwrite"}, "conflict", "nothing called New"},
		"two to replace":       {"Twice.pbix", 1, ImportParams{Conflict: "CreateOrOverwrite"}, "conflict", "2 of the name"},
		"paginated, unique":    {"New.rdl", 1, ImportParams{Conflict: "GenerateUniqueName"}, "conflict", "paginated"},
		"paginated, model":     {"New.rdl", 1, ImportParams{Conflict: "Abort", SkipReport: true}, "skip_report", "nothing but a report"},
		"another name":         {"Sales.pbix", 1, ImportParams{Conflict: "Abort", Name: "Fresh"}, "", ""},
		"replaces":             {"Sales.pbix", 1, ImportParams{Conflict: "Overwrite"}, "", ""},
		"a second one":         {"Sales.pbix", 1, ImportParams{Conflict: "Ignore"}, "", ""},
		"paginated, replaces":  {"Pages.rdl", 1, ImportParams{Conflict: "Overwrite"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &Estate{Workspaces: map[ID]Workspace{"ws": w}, Content: map[ID][]promotion.Item{"ws": content}}
			if c.file != "" {
				e.Upload = &Upload{Sum: "f", Name: c.file, Size: c.size}
			}
			p := c.params
			p.Workspace, p.File = "ws", "f"
			plan, errs := Build(&p, e, Context{Request: "r", Revision: 1, Now: time.Unix(0, 0)})
			if c.field == "" {
				if len(errs) > 0 || len(plan.Steps) == 0 {
					t.Errorf("refused: %v", errs)
				}
				return
			}
			if got := errs.For(c.field); !strings.Contains(got, c.says) {
				t.Errorf("refused with %v, want %q at %s", errs, c.says, c.field)
			}
		})
	}
}
