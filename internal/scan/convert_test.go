package scan

import (
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/tenant"
)

// convert decodes one workspace and puts it into the portal's words.
func convert(t *testing.T, raw string) *db.SeenWorkspace {
	t.Helper()
	w, err := pbi.DecodeWorkspace([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return convertWorkspace(w)
}

func TestWhatAnAnswerDoesNotTellIsUnknown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, raw         string
		itemsKnown, users bool
	}{
		{"nothing but a name", `{"id":"A","name":"n","state":"Active"}`, false, false},
		{"empty collections", `{"id":"A","name":"n","state":"Active","reports":[],"users":[]}`, true, true},
		{"null", `{"id":"A","name":"n","state":"Active","reports":null,"users":null}`, false, false},
		{"an item without an id", `{"id":"A","name":"n","reports":[{"name":"x"},{"id":"R","name":"y"}]}`, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := convert(t, tc.raw)
			if s.ItemsKnown != tc.itemsKnown || s.UsersKnown != tc.users {
				t.Errorf("items known %v, users known %v; want %v and %v", s.ItemsKnown, s.UsersKnown, tc.itemsKnown, tc.users)
			}
		})
	}
}

func TestWhoAnEntryMeans(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, entry string
		want        tenant.Principal
	}{
		{"a person", `{"displayName":"Ann","emailAddress":"a.mail@c.com","identifier":"ann@c.com","graphId":"AB-1","principalType":"User","userType":"Member"}`,
			tenant.Principal{ID: "ab-1", Kind: tenant.PrincipalUser, Name: "Ann", Address: "ann@c.com"}},
		{"a guest by address", `{"displayName":"Gus","identifier":"gus_x.com#EXT#@c.com","graphId":"g","principalType":"User"}`,
			tenant.Principal{ID: "g", Kind: tenant.PrincipalUser, Name: "Gus", Address: "gus_x.com#EXT#@c.com", Guest: true}},
		{"an app", `{"displayName":"Bot","identifier":"B-2","graphId":"B-2","principalType":"App"}`,
			tenant.Principal{ID: "b-2", Kind: tenant.PrincipalApp, Name: "Bot"}},
		{"a group without a graph id", `{"displayName":"All","identifier":"G-3","principalType":"Group"}`,
			tenant.Principal{ID: "g-3", Kind: tenant.PrincipalGroup, Name: "All"}},
		{"everybody", `{"displayName":"Whole organisation","principalType":"None"}`,
			tenant.Principal{ID: tenant.EveryoneID, Kind: tenant.PrincipalEveryone, Name: "Whole organisation"}},
		{"only an address", `{"emailAddress":"Who@C.com"}`,
			tenant.Principal{ID: "who@c.com", Kind: tenant.PrincipalUser, Address: "Who@C.com"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := convert(t, `{"id":"w","name":"n","users":[`+strings.TrimSuffix(tc.entry, "}")+`,"groupUserAccessRight":"Viewer"}]}`)
			if len(s.Users) != 1 || s.Users[0].Principal != tc.want || s.Users[0].Right != tenant.RightViewer {
				t.Errorf("got %+v, want %+v", s.Users, tc.want)
			}
		})
	}
	if s := convert(t, `{"id":"w","name":"n","users":[{"groupUserAccessRight":"Admin"}]}`); len(s.Users) != 0 {
		t.Errorf("an entry that names nobody became %+v", s.Users)
	}
}

func TestLineageAndCopies(t *testing.T) {
	t.Parallel()
	s := convert(t, `{"id":"W","name":"n","reports":[
		{"id":"R1","name":"Sales","datasetId":"D1","datasetWorkspaceId":"W2","reportType":"PowerBIReport"},
		{"id":"R2","name":"[App] Sales","datasetId":"D1","datasetWorkspaceId":"w","appId":"A","originalReportObjectId":"R1"}],
		"dashboards":[{"id":"B1","displayName":"[App] Board","appId":"A","tiles":[{"reportId":"R1","datasetId":"D1","datasetWorkspaceId":"W2"}]}],
		"datasets":[{"id":"D2","name":"M","upstreamDataflows":[{"targetDataflowId":"F1","groupId":"W3"}],"datasourceUsages":[{"datasourceInstanceId":"S1"},{"datasourceInstanceId":"S1"}]}],
		"Quantumpad":[{"id":"Q1","name":"new kind"}]}`)
	byID := map[string]tenant.Item{}
	for _, it := range s.Items {
		byID[it.ID] = it
	}
	edges := func(id string) (out []string) {
		for _, e := range byID[id].Upstream {
			out = append(out, string(e.Kind)+" "+e.UpstreamID+" "+e.UpstreamWorkspaceID)
		}
		return out
	}
	for id, want := range map[string]string{
		"r1": "model d1 w2", "r2": "model d1 |app-copy r1 ", "b1": "tile r1 |tile-model d1 w2", "d2": "upstream f1 w3|source s1 ",
	} {
		if got := strings.Join(edges(id), "|"); got != want {
			t.Errorf("%s is made from %q, want %q", id, got, want)
		}
	}
	r2, b1, r1 := byID["r2"], byID["b1"], byID["r1"]
	if !r2.IsAppCopy() || !b1.IsAppCopy() || r1.IsAppCopy() {
		t.Error("copies held by apps were not told from originals")
	}
	if byID["q1"].Kind != "Quantumpad" {
		t.Errorf("a kind that is new became %q", byID["q1"].Kind)
	}
	if byID["d2"].Tables != -1 || byID["d2"].Roles != -1 {
		t.Error("tables and roles that were not told are not unknown")
	}
}

func TestSecretsInConnectionDetailsAreNotKept(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sql.contoso.com": "sql.contoso.com",
		"https://ann:hunter2@x.contoso.com/a?sig=hunter2&b=1":   "https://x.contoso.com/a?b=1&sig=%E2%80%A6",
		"Data Source=db;Password=hunter2;Initial Catalog=sales": "Data Source=db;Password=…;Initial Catalog=sales",
		"driver=x;AccessKey=hunter2":                            "driver=x;AccessKey=…",
	} {
		if got := withoutSecrets(in); got != want || strings.Contains(got, "hunter2") {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	d := convertDatasource(&pbi.Datasource{ID: "s", Type: "Sql", Connection: map[string]string{"server": "a", "database": "b", "connectionstring": "pwd=hunter2"}})
	if d.Where != "a · b · pwd=…" || strings.Contains(string(d.Details), "hunter2") {
		t.Errorf("the source became %q %s", d.Where, d.Details)
	}
}

func TestParametersAreKeptAndOtherQueriesAreNot(t *testing.T) {
	t.Parallel()
	s := convert(t, `{"id":"A","name":"n","state":"Active","datasets":[{"id":"D","name":"Sales","tables":[{"name":"T"}],"expressions":[
		{"name":"Server","expression":"\"sql-dev\" meta [IsParameterQuery=true, Type=\"Text\"]"},
		{"name":"ApiKey","expression":"\"hidden-value\" meta [IsParameterQuery=true, Type=\"Text\"]"},
		{"name":"Source","expression":"Sql.Database(Server, \"inner-secret\")"}]}]}`)
	kept := string(s.Items[0].Extra)
	for want, is := range map[string]bool{`{"name":"Server","value":"sql-dev"}`: true, `{"name":"ApiKey","value":null}`: true, "hidden-value": false, "inner-secret": false} {
		if strings.Contains(kept, want) != is {
			t.Errorf("%q in what is kept: %v, want %v: %s", want, !is, is, kept)
		}
	}
}
