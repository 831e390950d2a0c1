package request_test

import (
	"strings"
	"testing"

	"steward/internal/request"
	"steward/internal/tenant"
)

// byName looks names up in an estate.
type byName struct{ e *request.Estate }

func (b byName) FindWorkspace(s string) []request.ID { return b.e.Names[tenant.Fold(s)] }
func (b byName) FindPrincipal(s string) (out []request.ID) {
	for id, p := range b.e.Principals {
		if p.Name == s || strings.EqualFold(p.Address, s) {
			out = append(out, id)
		}
	}
	return out
}
func (b byName) FindCapacity(s string) []request.ID { return found(s == "Big", s) }
func (b byName) FindDomain(s string) []request.ID   { return found(s == "Finance", s) }
func (b byName) FindPipeline(s string) []request.ID { return found(s == "Sales line", s) }
func found(ok bool, s string) []request.ID {
	if s == "Twice" {
		return []request.ID{"a", "b"}
	}
	if !ok {
		return nil
	}
	return []request.ID{gid(s)}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, field, says string }{
		{"access", "kind,workspace,who,right\naccess-add,hr-people-test,BEN@contoso.com,viewer\n", "", ""},
		{"semicolons and a byte order mark", "\ufeffKind;Workspace;Who\r\naccess-remove;FIN-Sales-PROD;Ben\r\n", "", ""},
		{"tabs and blank lines", "kind\tname\tmembers\n\nworkspace-create\tFIN-A-DEV\tMember=Analysts | Viewer=anna@contoso.com\n", "", ""},
		{"a project", "kind,department,project,environments,capacity,pipeline,members\nproject,FIN,List,DEV|TEST|PROD,Big,FIN-List,Member=Analysts\n", "", ""},
		{"a quoted cell with a line break", "kind,workspace,description\nworkspace-edit,HR-People-TEST,\"two\nlines\"\n", "", ""},
		{"a pipeline", "kind,pipeline,stage,workspace\npipeline-assign,Sales line,2,OPS-Empty-DEV\n", "", ""},
		{"access until a day", "kind,workspace,who,right,until\naccess-add,HR-People-TEST,Ben,Viewer,2026-09-01\n", "", ""},
		{"an unknown column", "kind,workspce\n", "rows", `no column "workspce"`},
		{"no kind", "workspace,who\n", "rows", "column kind is missing"},
		{"a column twice", "kind,who,who\n", "rows", "there twice"},
		{"nothing", "", "rows", "no rows"},
		{"an unknown kind", "kind\ndeploy\n", "rows[0].kind", "no kind of request"},
		{"a list in a list", "kind\nbulk\n", "rows[0].kind", "no kind of request"},
		{"an unknown workspace", "kind,workspace,who\naccess-remove,NOPE,Ben\n", "rows[0].workspace", `Line 2: the last scan knows no workspace "NOPE"`},
		{"a name that two have", "kind,workspace,capacity\nworkspace-capacity,HR-People-TEST,Twice\n", "rows[0].capacity", "write the id"},
		{"a role there is not", "kind,workspace,who,right\naccess-add,HR-People-TEST,Ben,Owner\n", "rows[0].right", "is no role"},
		{"a cell that means nothing", "kind,workspace,who,stage\naccess-remove,FIN-Sales-PROD,Ben,3\n", "rows[0].stage", "means nothing for access-remove"},
		{"more cells than columns", "kind,workspace\nworkspace-capacity,HR-People-TEST,x\n", "rows[0].kind", "more cells"},
		{"no day", "kind,workspace,who,right,until\naccess-add,HR-People-TEST,Ben,Viewer,soon\n", "rows[0].until", "is no day"},
		{"members without a role", "kind,name,members\nworkspace-create,FIN-A-DEV,Ben\n", "rows[0].members", "write members as"},
		{"no stage", "kind,pipeline,stage\npipeline-unassign,Sales line,x\n", "rows[0].stage", "number from 1"},
		{"an open quote", "kind,name\nworkspace-create,\"x\n", "rows", "a quote is open"},
		{"no text", "kind\n\xff", "rows", "UTF-8"},
		{"too many", "kind\n" + strings.Repeat("workspace-delete\n", 501), "rows", "More than 500"},
		{"an error on a later line", "kind,workspace,who\naccess-remove,FIN-Sales-PROD,Ben\naccess-remove,FIN-Sales-PROD,Nobody\n", "rows[1].who", "Line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, errs := request.ParseCSV([]byte(c.text), byName{town()})
			if c.field != "" {
				if got := errs.For(c.field); !strings.Contains(got, c.says) {
					t.Errorf("at %s: %q, want %q; all: %v", c.field, got, c.says, errs)
				}
				return
			}
			if len(errs) > 0 {
				t.Fatalf("refused: %v", errs)
			}
			plan, errs := request.Build(p, town(), asked)
			if len(errs) > 0 || len(plan.Steps) == 0 {
				t.Errorf("%d steps, %v", len(plan.Steps), errs)
			}
			for _, s := range plan.Steps {
				if s.Row < 2 {
					t.Errorf("%s belongs to line %d", s.ID, s.Row)
				}
			}
		})
	}
}

// FuzzParseCSV holds that no list, however broken, does more than be refused.
func FuzzParseCSV(f *testing.F) {
	for _, s := range []string{"", "kind,name\n\"open", "kind,name\nworkspace-create,a\"b", "kind\n\"", "\ufeffkind;who\n;;;", "kind,until\naccess-add,9", "kind\tmembers\nproject\t=|=|", "kind,name\r\nworkspace-create,\"a\nb\"\r\n\"x"} {
		f.Add([]byte(s))
	}
	e := town()
	f.Fuzz(func(t *testing.T, b []byte) {
		p, errs := request.ParseCSV(b, byName{e})
		for i, r := range p.Rows {
			if _, err := request.DecodeParams(r.Kind, r.Params); err != nil && len(errs) == 0 {
				t.Errorf("row %d is no request, and nothing was refused: %v", i, err)
			}
		}
	})
}
