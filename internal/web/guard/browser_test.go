package guard_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/browser"
	"steward/internal/ledger"
	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/world"
	"steward/internal/web/guard"
)

// TestChromium signs in with a click on a person of the stand-in, and looks at
// what a real browser makes of the cookies, the headers and the policy.
func TestChromium(t *testing.T) {
	t.Parallel()
	page := browser.New(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + ln.Addr().String()
	w := world.New(world.Config{Seed: 1, Workspaces: 20})
	cloud := sim.New(sim.Config{World: w, SignIn: entra.SignIn{ClientID: authtest.ClientID, ClientSecret: authtest.Secret, RedirectURIs: []string{base + auth.CallbackPath}}})
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	s := openAt(t, at.Issuer, time.Now, func(c *guard.Config) { c.PublicURL = base })
	srv := guard.NewServer(s.echo, s.log)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Shutdown(context.WithoutCancel(t.Context())) })

	page.Goto(base + "/form")
	person := w.DemoPeople()[slices.IndexFunc(w.DemoPeople(), func(p world.DemoPerson) bool { return slices.Contains(p.Roles, "operator") })]
	if !strings.HasPrefix(page.URL(), at.Authority) {
		t.Fatalf("not sent to the provider: %s", page.URL())
	}
	page.ClickAndWait(fmt.Sprintf(`button[value="%s"]`, person.User.ID))
	if got := page.URL(); got != base+"/form" {
		t.Fatalf("after the sign-in at %s", got)
	}
	if who := page.Text("#who"); !strings.Contains(who, person.User.DisplayName) {
		t.Errorf("signed in as %q", who)
	}
	if !browser.Eval[bool](page, "window.ours === true") {
		t.Error("a script with the nonce did not run")
	}
	if got := browser.Eval[string](page, "document.cookie"); got != "" {
		t.Errorf("scripts can read cookies: %q", got)
	}
	if msgs := page.Console(); len(msgs) != 0 {
		t.Errorf("console of a clean page: %q", msgs)
	}
	page.ClickAndWait("#go")
	if s.wrote.Load() != 1 {
		t.Errorf("the scan button answered %q", page.Text("body"))
	}
	page.Goto(base + "/form?x=" + `%3Cimg%20src%3Dx%20onerror%3D%22window.evil%3Dtrue%22%3E%3Cscript%3Ewindow.evil%3Dtrue%3C%2Fscript%3E`)
	if browser.Eval[bool](page, "window.evil === true") {
		t.Error("an inline script ran")
	}
	browser.Eval[bool](page, `new Promise(r => setTimeout(() => r(true), 300))`)
	s.auth.Refusals.Close(t.Context())
	var reports int
	for _, e := range s.entries() {
		if e.Action == ledger.CSPReport {
			reports++
		}
	}
	if reports == 0 {
		t.Errorf("the browser's report did not arrive: %+v", s.entries())
	}
	page.ClickAndWait("#out")
	if got := page.URL(); got != base+"/signed-out" {
		t.Errorf("after signing out at %s", got)
	}
	page.Goto(base + "/form")
	if !strings.HasPrefix(page.URL(), at.Authority) {
		t.Errorf("after signing out a page opens at %s", page.URL())
	}
}
