package sim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (b *bundle) trick(text string) int {
	b.t.Helper()
	req, err := http.NewRequest("PUT", b.at.Control+"/tricks", strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("X-Stand-In", "1")
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// TestTricks: what goes wrong inside is ordered from outside, and a word that is
// not known is refused instead of passed over.
func TestTricks(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	at := "groups/" + l.dev + "/datasets/" + l.model
	l.act("POST", at+"/Default.TakeOver", nil).want(200, "")
	if l.refreshed(at) == "" {
		t.Error("the credentials are still there")
	}
	if l.trick(`{"enterCredentialsOf":"`+l.model+`"}`) != 200 || l.refreshed(at) != "" {
		t.Error("entered credentials do not count")
	}
	l.trick(`{"failImports":1,"fullCapacity":"` + l.capacity() + `"}`)
	if got := l.imported(l.test, "A.pbix", "Abort", l.export(l.dev, l.report).body); got["importState"] != "Failed" {
		t.Errorf("the import is %v", got)
	}
	l.act("POST", "groups/"+l.test+"/AssignToCapacity", map[string]any{"capacityId": l.capacity()}).want(200, "")
	l.clock.Advance(5 * time.Minute)
	l.act("GET", "groups/"+l.test+"/CapacityAssignmentStatus", nil).want(200, "AssignmentFailed")
	l.trick(`{"scans":{"failEvery":1}}`)
	id := l.submit("", l.dev).id()
	l.get("/v1.0/myorg/admin/workspaces/scanStatus/"+id).want(200, "Failed")
	if code := l.trick(`{"faiImports":1}`); code != 400 {
		t.Errorf("a misspelt trick: %d", code)
	}
}
