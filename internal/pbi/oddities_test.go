package pbi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// decoded decodes one workspace.
func decoded(t *testing.T, body string) *Workspace {
	t.Helper()
	w, err := DecodeWorkspace([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return w
}

func TestUsersPresence(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]Users{
		`{"id":"a"}`:                    {Presence: Absent},
		`{"id":"a","users":null}`:       {Presence: Null},
		`{"id":"a","users":[]}`:         {Presence: Given, List: []User{}},
		`{"id":"a","users":{}}`:         {Presence: Absent},
		`{"id":"a","Users ":[{"x":1}]}`: {Presence: Given, List: []User{{}}},
		`{"id":"a","users":[{"artifactUserAccessRight":"Read","z":{"AccessRight":"No"},"otherAccessRight":"Write"}]}`: {Presence: Given, List: []User{{Right: "Read"}}},
		`{"id":"a","users":[{"principalType":"None","displayName":"Org","reportUserAccessRight":"ReadReshare"}]}`:     {Presence: Given, List: []User{{DisplayName: "Org", PrincipalType: "None", Right: "ReadReshare"}}},
	} {
		same(t, body, decoded(t, body).Users, want)
	}
	if !(Users{Presence: Given}).Known() || (Users{Presence: Null}).Known() || (Users{}).Known() {
		t.Error("Known")
	}
}

// TestCollections: any array of objects with an id is a collection, under the
// name it has on the wire; nothing else is.
func TestCollections(t *testing.T) {
	t.Parallel()
	w := decoded(t, `{"id":"A1","name":"x","reports":[{"id":"R1","name":"one"},{"name":"lost"}],"Lakehouse":[{"id":"L1","name":"lake"}],
		"kustoeventhubdataconnection":[{"objectId":"K1"}],"FutureThing ":[{"ID":"F1","displayName":"new"}],"Notebook":[],
		"tags":["a","b"],"numbers":[1],"strange":[{"key":"no id"}],"nested":{"id":"n"},"datasets":null,"Reports":[{"id":"R2"}]}`)
	var got []string
	for _, it := range w.Items {
		got = append(got, it.Kind+":"+it.ID+":"+it.Name)
	}
	same(t, "items", got, []string{"reports:r1:one", "Lakehouse:l1:lake", "kustoeventhubdataconnection:k1:", "FutureThing:f1:new", "reports:r2:"})
	same(t, "collections", w.Collections, []string{"reports", "Lakehouse", "kustoeventhubdataconnection", "FutureThing", "Notebook"})
	same(t, "without id", w.ItemsWithoutID, 1)
	same(t, "id", w.ID, "a1")
}

func TestFabricItem(t *testing.T) {
	t.Parallel()
	w := decoded(t, `{"id":"a","Lakehouse":[{"id":"L","name":"lake","state":"Active","createdDate":"2024-01-02T03:04:05.1234567","lastUpdatedDate":"2024-02-03T04:05:06Z",
		"extendedProperties":{"DwProperties":"{\"a\":1}"},"relations":[{"dependentOnArtifactId":"M","workspaceId":"W","relationType":"Datasource","usage":"x"}]}]}`)
	it := w.Items[0]
	same(t, "created", it.Created, utc("2024-01-02T03:04:05.1234567Z"))
	same(t, "modified", it.Modified, utc("2024-02-03T04:05:06Z"))
	same(t, "extended", string(it.ExtendedProperties), `{"DwProperties":"{\"a\":1}"}`)
	same(t, "relations", it.Relations, []Relation{{"m", "w", "Datasource", "x"}})
	if !strings.HasPrefix(string(it.Raw), `{"id":"L"`) || !strings.HasSuffix(string(it.Raw), `}]}`) {
		t.Errorf("raw = %s", it.Raw)
	}
}

func TestNotFoundWorkspace(t *testing.T) {
	t.Parallel()
	w := decoded(t, `{"id":"A","state":"Not Found"}`)
	if !w.NotFound() || w.Users.Known() || len(w.Items) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2020-06-16T08:22:49.14":        "2020-06-16T08:22:49.14Z",
		"2020-06-16T08:27:47.783Z":      "2020-06-16T08:27:47.783Z",
		"2020-06-15T16:46:28.0487687Z":  "2020-06-15T16:46:28.0487687Z",
		"2019-01-13T09:46:53.094+02:00": "2019-01-13T07:46:53.094Z",
		"2022-04-29T17:47:29.98673":     "2022-04-29T17:47:29.98673Z",
		"10/13/2021 12:00:00 AM":        "2021-10-13T00:00:00Z",
		"8/10/2022 1:02:03 PM":          "2022-08-10T13:02:03Z",
		" 2024-10-01 ":                  "2024-10-01T00:00:00Z",
		"0001-01-01T00:00:00":           "",
		"0001-01-01T00:00:00Z":          "",
		"":                              "",
		"soon":                          "",
		"2024-13-45T99:00:00Z":          "",
	} {
		var expect time.Time
		if want != "" {
			expect = utc(want)
		}
		same(t, text, parseTime(text), expect)
	}
}

// TestNumbers: whole numbers come as numbers, with a point, in quotes.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`3`: 3, `3.0`: 3, `"3"`: 3, `" 3 "`: 3, `3e0`: 3, `null`: 0, `"x"`: 0, `{}`: 0, `1e999`: 0, `99999999999`: 0, `-1`: -1} {
		same(t, text, newCursor([]byte(text), nil).integer(), want)
	}
	for text, want := range map[string]bool{`true`: true, `"True"`: true, `false`: false, `null`: false, `1`: false} {
		same(t, text, newCursor([]byte(text), nil).boolean(), want)
	}
}

// TestRefreshableSentinels: no start, the year 1 as end, and the same row
// twice.
func TestRefreshableSentinels(t *testing.T) {
	t.Parallel()
	row := `{"id":"D","startTime":null,"endTime":"0001-01-01T00:00:00","refreshCount":"2","averageDuration":"1.5","configuredBy":"a@b.c","lastRefresh":null}`
	rows, err := serve(t, answering(`{"value":[`+row+`,`+row+`]}`)).Refreshables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows", rows, []Refreshable{{ID: "d", Refreshes: 2, AverageDuration: 1500 * time.Millisecond, ConfiguredBy: []string{"a@b.c"}}})
}

func TestRefreshOddities(t *testing.T) {
	t.Parallel()
	rows, err := serve(t, answering(`{"value":[{"requestId":"AB-CD","status":"Cancelled","refreshAttempts":null,"serviceExceptionJson":null,"extendedStatus":"Cancelled"},
		{"requestId":"e","status":"Failed","serviceExceptionJson":"{\"errorCode\":\"X\",\"errorDescription\":\"why\"}"},
		{"requestId":"f","status":"Failed","serviceExceptionJson":"not json"}]}`)).Refreshes(context.Background(), wsID, "not-a-guid", 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "history", rows, []Refresh{{RequestID: "ab-cd", Status: "Cancelled", ExtendedStatus: "Cancelled"},
		{RequestID: "e", Status: "Failed", ErrorCode: "X", ErrorText: "why"}, {RequestID: "f", Status: "Failed", ErrorText: "not json"}})
}

// TestTrailingBlankKey: hasWorkspaceLevelSettings comes with one.
func TestTrailingBlankKey(t *testing.T) {
	t.Parallel()
	var got []Group
	err := serve(t, answering(`{"value":[{"id":"A","hasWorkspaceLevelSettings ":true,"type":"BrandNew","newField":{"x":[1]}}]}`)).
		Groups(context.Background(), GroupsQuery{}, func(page []Group) error { got = append(got, page...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups", got, []Group{{ID: "a", WorkspaceSettings: true, Type: "BrandNew"}})
}

func TestScanStatusSpelling(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]ScanStatus{"SUCCEEDED": ScanSucceeded, "running": ScanRunning, "Paused": "Paused"} {
		s, err := serve(t, answering(fmt.Sprintf(`{"id":"a","status":%q}`, wire))).ScanStatus(context.Background(), wsID)
		if err != nil || s.Status != want {
			t.Errorf("%s: %+v, %v", wire, s, err)
		}
	}
}

func TestModifiedOddities(t *testing.T) {
	t.Parallel()
	ids, err := serve(t, answering("\xef\xbb\xbf"+`[{"id":"B"},{"Id":"a"},{"id":"b"}]`)).Modified(context.Background(), ModifiedQuery{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "ids", ids, []string{"b", "a"})
	_, err = serve(t, answering(`[{"id":"B"},{}]`)).Modified(context.Background(), ModifiedQuery{})
	checkFailure(t, err, []any{ClassBroken})
}

func TestGetInfoBatch(t *testing.T) {
	t.Parallel()
	s := serve(t, sample("scanner_getInfo_202.json"))
	for _, n := range []int{0, 101} {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("%08d-0000-0000-0000-000000000000", i)
		}
		if _, err := s.GetInfo(context.Background(), ids, ScanOptions{}); err == nil || len(s.calls) != 0 {
			t.Errorf("%d ids: err = %v, %d calls", n, err, len(s.calls))
		}
	}
	many := make([]string, 500)
	for i := range many {
		many[i] = wsID // one workspace, however often
	}
	if _, err := s.GetInfo(context.Background(), many, ScanOptions{}); err != nil {
		t.Error(err)
	}
}

// TestSinkErrorsComeBack: an error of the caller's own ends the result and is
// not taken for one of the service.
func TestSinkErrorsComeBack(t *testing.T) {
	t.Parallel()
	mine := errors.New("disk full")
	s := serve(t, answering(`{"workspaces":[{"id":"a"},{"id":"b"}]}`))
	n := 0
	err := s.ScanResult(context.Background(), wsID, ScanSink{Workspace: func(*Workspace) error { n++; return mine }})
	if !errors.Is(err, mine) || n != 1 || len(s.calls) != 1 {
		t.Errorf("err = %v after %d workspaces and %d calls", err, n, len(s.calls))
	}
}

// TestHalfAResult: what came before the cut is handed over, but the error says
// that it must not be used, and the call is not repeated behind the caller.
func TestHalfAResult(t *testing.T) {
	t.Parallel()
	for _, cut := range []string{`{"workspaces":[{"id":"a"},{"id":"b"`, `{"workspaces":[{"id":"a"}`, `{"workspaces":[{"id":"a"}]`, `{"workspaces":[{"id":"a"},{"name":"no id"}]}`,
		`{"workspaces":[{"id":"a"},7]}`, `{"workspaces":[{"id":"a"}]} {}`, `{"workspaces":[{"id":"a"}],"datasourceInstances":[{]}`} {
		s := serve(t, answering(cut))
		r := &result{}
		err := s.ScanResult(context.Background(), wsID, r.sink())
		checkFailure(t, err, []any{ClassBroken})
		if len(r.workspaces) != 1 || len(s.calls) != 1 {
			t.Errorf("%s: %d workspaces, %d calls", cut, len(r.workspaces), len(s.calls))
		}
	}
}

// The documentation's own example of a dataflow's transactions has rows without
// type, status and times: the id tells when they began.
func TestTransactionsOfADataflow(t *testing.T) {
	t.Parallel()
	x := &Executor{c: serve(t, answering(`{"value":[{"id":"2020-08-27T16:07:47.2487692Z@8dbd8c92-4d16-4947-8329-4172f04f4f93$2"},
		{"id":"2020-08-26T16:40:55.0968787Z@e33eed4d-5b1a-4bb9-8b5b-dff1cd371109$1","refreshType":"OnDemand","startTime":"2020-08-26T16:40:56Z","endTime":"2020-08-26T16:41:56Z","status":"Success"}]}`)).Client}
	got, err := x.Transactions(t.Context(), wsID, wsID)
	if err != nil || len(got) != 2 || got[0].Start.Format(time.RFC3339) != "2020-08-27T16:07:47Z" || got[0].Status != "" ||
		got[1].Type != "OnDemand" || got[1].End.Sub(got[1].Start) != time.Minute || got[1].Status != "Success" {
		t.Errorf("%+v, %v", got, err)
	}
}
