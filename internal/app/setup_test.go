package app

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/ledger"
	"steward/internal/secret"
	"steward/internal/sim/entra"
)

func TestSetupIsCheckedOnDemandOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	op := s.someone("Olga", auth.Operator)
	before := len(s.cloud.Journal().Since(0))
	if doc := op.page("/setup"); doc.Has("#check-"+s.tenant()) || !strings.Contains(doc.Text("[data-testid=checked]"), "not checked since") {
		t.Error("a page that was never checked shows an answer")
	}
	if n := len(s.cloud.Journal().Since(0)) - before; n != 0 {
		t.Errorf("looking at the page made %d calls", n)
	}
	to := op.post("/setup", url.Values{"tenant": {s.tenant()}}, http.StatusSeeOther).Header().Get("Location")
	doc := op.page(to[:strings.Index(to, "#")])
	if says := doc.Text("[data-testid=checked]"); !strings.Contains(says, "by Olga") {
		t.Errorf("the check is said to be %q", says)
	}
	states := doc.All("[data-testid=check] [data-state]")
	if len(states) < 12 || strings.Join(slices.Compact(states), "") != "Pass" || doc.Has("[data-testid=check] .remedy") {
		t.Errorf("set up by the book, and still %q", doc.All("[data-testid=check]"))
	}
	if e := s.entries(ledger.SetupCheck); len(e) != 1 || e[0].Actor.Name != "Olga" || e[0].Object.ID != s.tenant() {
		t.Errorf("ledger says %+v", e)
	}
}

func TestSetupSaysWhatToMend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	scanner := s.cfg.Tenants[0].Scanner.ClientID
	if err := s.cloud.Entra.Change(scanner, func(w *entra.Switches) { w.PowerBIConsent = true }); err != nil {
		t.Fatal(err)
	}
	op := s.someone("Olga", auth.Operator)
	op.post("/setup", url.Values{"tenant": {s.tenant()}}, http.StatusSeeOther)
	doc := op.page("/setup")
	said := strings.Join(doc.All("[data-testid=check]"), "\n")
	if !strings.Contains(said, "FailNo admin-consented Power BI permission") || !strings.Contains(said, "withdraw the admin consent") {
		t.Errorf("the trap is not shown:\n%s", said)
	}
	if n := doc.Text(`nav a[href="/setup"] .count`); n == "" || n == "0" {
		t.Errorf("the rail counts %q problems", n)
	}
}

func TestSetupShowsNoSecretAndNotAllToAll(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.someone("Anna", auth.Admin)
	doc := admin.page("/setup")
	config := doc.Text("[data-testid=config]")
	if !strings.Contains(config, "signing_key: file:") || !strings.Contains(config, "second_sink:") {
		t.Errorf("configuration is %s", config)
	}
	whole := admin.send("GET", "/setup", nil).Body.String()
	for _, k := range credentials(s.cfg) {
		ref, err := secret.ParseRef(k.Reference)
		if err != nil {
			t.Fatal(err)
		}
		v, err := ref.Read()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(whole, v.Reveal()) {
			t.Errorf("the page holds the secret of %s", k.Name)
		}
	}
	if rows := doc.Rows("#credentials"); len(rows) != 4 {
		t.Errorf("%d credentials: %q", len(rows), rows)
	}
	for _, role := range []auth.Role{auth.Viewer, auth.Requester, auth.Approver} {
		if w := s.someone(string(role), role).send("GET", "/setup", nil); w.Code != http.StatusNotFound {
			t.Errorf("%s gets %d", role, w.Code)
		}
	}
	s.someone("Aud", auth.Auditor).post("/setup", url.Values{"tenant": {s.tenant()}}, http.StatusNotFound)
}

// TestSetupAnnouncesTheEndOfSecrets: what the configuration says of a secret's end
// is shown, 30 days ahead as ending; without it the end is unknown.
func TestSetupAnnouncesTheEndOfSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	day := func(days int) string { return s.clock.now()().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	s.cfg.Tenants[0].Scanner.SecretEnds, s.cfg.Tenants[0].Executor.SecretEnds = day(20), day(90)
	rows := s.someone("Anna", auth.Admin).page("/setup").Rows("#credentials")
	for name, state := range map[string]string{"scanner": "Ends soon", "executor": "Readable", "sign_in": "Readable"} {
		var said string
		for _, r := range rows {
			if strings.Contains(r[0], name) {
				said = strings.Join(r, " | ")
			}
		}
		if !strings.Contains(said, state) || (name == "sign_in") != strings.Contains(said, "unknown") {
			t.Errorf("%s is shown as %q, want %s", name, said, state)
		}
	}
}

func TestSetupTellsOfAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := os.Remove(s.cfg.Tenants[0].Executor.ClientSecret.Path()); err != nil {
		t.Fatal(err)
	}
	rows := s.someone("Anna", auth.Admin).page("/setup").Rows("#credentials")
	var said string
	for _, r := range rows {
		if strings.Contains(r[0], "executor") {
			said = strings.Join(r, " | ")
		}
	}
	if !strings.Contains(said, "Not usable") || !strings.Contains(said, "is not there") {
		t.Errorf("the missing secret is shown as %q", said)
	}
}
