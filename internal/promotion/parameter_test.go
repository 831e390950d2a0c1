package promotion

import (
	"slices"
	"testing"

	"steward/internal/policy"
	"steward/internal/tenant"
)

func TestParametersAreReadFromSharedQueries(t *testing.T) {
	t.Parallel()
	const meta = ` meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`
	for _, c := range []struct {
		name, query, value string
		known, is          bool
	}{
		{"Server", `"sql-dev.contoso.com"` + meta, "sql-dev.contoso.com", true, true},
		{"Rows", `10 meta [IsParameterQuery = true, Type="Number"]`, "10", true, true},
		{"Quoted", `"say ""no"""` + meta, `say "no"`, true, true},
		{"Sales_src", "let\n    Source = Sql.Database(Server, \"DWH\")\nin\n    Source", "", false, false},
		{"ApiKey", `"abc"` + meta, "", false, true},
		{"Source", `"Server=x;Pwd=geheim"` + meta, "", false, true},
	} {
		p, known, is := ReadParameter(c.name, c.query)
		if p.Value != c.value || known != c.known || is != c.is || is && p.Name != c.name {
			t.Errorf("%s is read as %+v, known %v, a parameter %v", c.name, p, known, is)
		}
	}
}

func TestUnmappedParametersAreNamedForTheMapping(t *testing.T) {
	t.Parallel()
	model := func(id, server, database string) Item {
		return Item{ID: id, Kind: tenant.ItemDataset, Name: "Sales", PairsKnown: true, Parameters: policy.Known([]Parameter{{"Server", server}, {"Database", database}})}
	}
	source, target := model("a", "dev", "DWH"), model("b", "test", "DWH")
	source.TargetID, target.SourceID = "b", "a"
	f := Facts{Source: Side{Items: policy.Known([]Item{source})}, Target: Side{Items: policy.Known([]Item{target})}}
	if got := f.Unmapped(Choice{}); !slices.Equal(got, []ParameterMap{{Model: "Sales", Name: "Server"}}) {
		t.Errorf("what no mapping sets is %+v", got)
	}
	set := Choice{Mapping: Mapping{Parameters: []ParameterMap{{Name: "Server", Value: "test"}}}}
	if got := f.Unmapped(set); len(got) != 0 {
		t.Errorf("a mapping that sets all leaves %+v", got)
	}
}
