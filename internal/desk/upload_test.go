package desk_test

import (
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/request"
)

// What is no file that Power BI takes is refused at the field, and a file is
// open to whoever uploaded it only.
func TestUploadsAreKeptForTheirOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.desk = desk.New(desk.Config{DB: o.db, Files: db.NewFiles(filepath.Join(t.TempDir(), "f")), Rules: func() *policy.Set { return o.rules }, NewID: o.newID, Now: o.clock})
	for name, text := range map[string]string{"a.pbix": "no zip", "a.rdl": "no xml", "a.xlsx": "PK", ".pbix": "PK", "b.pbix": "", "model.json": "{}"} {
		_, err := o.desk.Keep(t.Context(), requester("Anna"), "contoso", name, strings.NewReader(text))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	u, err := o.desk.Keep(t.Context(), requester("Anna"), "contoso", `C:\Users\anna\Sales.pbix`, strings.NewReader("PK\x03\x04 a model"))
	o.check(err)
	if u.Name != "Sales.pbix" || u.Size != 12 || len(u.Sum) != 64 {
		t.Errorf("kept as %+v", u)
	}
	if _, err := o.desk.Keep(t.Context(), person("Eve", auth.Viewer), "contoso", "x.pbix", strings.NewReader("PK")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a viewer uploads: %v", err)
	}
	ask := &request.ImportParams{Workspace: gid("FIN-Sales-DEV"), File: u.Sum, Conflict: "Abort"}
	if p := o.preview(requester("Anna"), ask); len(p.Errors) > 0 {
		t.Errorf("her own file: %v", p.Errors)
	}
	if p := o.preview(requester("Ben"), ask); p.Errors.For("file") == "" {
		t.Error("somebody asks for the import of another's file")
	}
	r := o.submitted(requester("Anna"), ask)
	if _, err := o.desk.Approve(t.Context(), approver("Eve"), r.ID, r.Plan, ""); err != nil {
		t.Errorf("an approver cannot agree to it: %v", err)
	}
}
