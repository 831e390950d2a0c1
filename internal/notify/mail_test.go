package notify_test

import (
	"encoding/base64"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/notify"
)

var asked = notify.Message{Number: 7, Event: "request.decide", At: time.Now(), Tenant: "contoso", Name: "Priya Raman", Address: "priya@contoso.example",
	Says: "Mia Keller asks for a workspace “FIN-Größe-DEV”.", Why: "You approve requests about finance.", Link: "https://governance.example/requests/R1?x=1&y=2"}

func smtp(s *server) notify.SMTP {
	return notify.SMTP{Host: "127.0.0.1", Port: s.port, From: "steward@contoso.example", Roots: s.roots, Now: time.Now}
}

// TestMailArrives sends through a real server and reads the mailbox.
func TestMailArrives(t *testing.T) {
	t.Parallel()
	s := exim(t, true)
	if err := smtp(s).Send(t.Context(), "priya@contoso.example", []notify.Message{asked}); err != nil {
		t.Fatal(err)
	}
	m := s.mails(t, 1)[0]
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Steward: "+asked.Says {
		t.Errorf("subject %q, %v", subject, err)
	}
	if !strings.Contains(m.Header.Get("Received"), "(TLS1.3)") {
		t.Errorf("it came by %q, which is not TLS", m.Header.Get("Received"))
	}
	if got := m.Header.Get("Message-Id"); got != "<steward-7@contoso.example>" {
		t.Errorf("message id %s", got)
	}
	body := bodyOf(t, m)
	for _, want := range []string{"https://governance.example/requests/R1?x=3D1&y=3D2", "href=3D\"https://governance.example/requests/R1?x=3D1&amp;y=3D2\"", asked.Why, "Tenant: contoso."} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in\n%s", want, body)
		}
	}
}

// TestHostileNamesInMail sends what a tenant may name a workspace.
func TestHostileNamesInMail(t *testing.T) {
	t.Parallel()
	s := exim(t, true)
	hostile := asked
	hostile.Says = "About \"x\"\r\nBcc: everybody@contoso.example\r\n\r\n<script>alert(1)</script> \u202Egnp.exe"
	hostile.Why = "<img src=x onerror=alert(1)>\r\n.\r\nMAIL FROM:<x@x>"
	if err := smtp(s).Send(t.Context(), "priya@contoso.example", []notify.Message{notify.Cleaned(hostile)}); err != nil {
		t.Fatal(err)
	}
	m := s.mails(t, 1)[0]
	if m.Header.Get("Bcc") != "" {
		t.Error("a name became a header")
	}
	body := bodyOf(t, m)
	if strings.Contains(body, "<script>") && !strings.Contains(body, "&lt;script&gt;") || strings.Contains(body, "<img") && !strings.Contains(body, "&lt;img") || strings.Contains(body, "\u202E") {
		t.Errorf("the body has live markup or a hidden turn:\n%s", body)
	}
	html := body[strings.Index(body, "<!doctype html>"):]
	if strings.Contains(html, "<script") || strings.Contains(html, "<img") {
		t.Errorf("the HTML has live markup:\n%s", html)
	}
}

// TestWhatServersSay tells what is final from what is not, and never mails in
// the clear.
func TestWhatServersSay(t *testing.T) {
	t.Parallel()
	s, bare := exim(t, true), exim(t, false)
	stranger := smtp(s)
	stranger.Roots = nil
	dead := smtp(s)
	dead.Port = freePort(t)
	for _, c := range []struct {
		name  string
		from  notify.SMTP
		to    string
		final bool
		says  string
	}{
		{"no such person", smtp(s), "refused@contoso.example", true, "for good"},
		{"come back later", smtp(s), "later@contoso.example", false, "tried again"},
		{"no address", smtp(s), "not an address", true, "not an address"},
		{"two addresses in one", smtp(s), "a@x.example, b@x.example", true, "not an address"},
		{"a certificate of a stranger", stranger, "priya@contoso.example", false, ""},
		{"no STARTTLS", smtp(bare), "priya@contoso.example", false, ""},
		{"nobody there", dead, "priya@contoso.example", false, "could not be reached"},
	} {
		err := c.from.Send(t.Context(), c.to, []notify.Message{asked})
		if err == nil || notify.IsPermanent(err) != c.final || !strings.Contains(notify.Says(err), c.says) {
			t.Errorf("%s: final %v, says %q; %v", c.name, notify.IsPermanent(err), notify.Says(err), err)
		}
	}
	s.mails(t, 0)
	bare.mails(t, 0)
}

// TestFileArrives sends a report with its file, and refuses one that servers
// would.
func TestFileArrives(t *testing.T) {
	t.Parallel()
	s := exim(t, true)
	path := filepath.Join(t.TempDir(), "1")
	body := "Workspace,State\r\nFIN-Größe-DEV,Active\r\n"
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	report := asked
	report.Event = "report.guests"
	if err := smtp(s).SendFile(t.Context(), "priya@contoso.example", report, path, "weekly.csv"); err != nil {
		t.Fatal(err)
	}
	m := s.mails(t, 1)[0]
	if got := m.Header.Get("Message-Id"); got != "<steward-report-7@contoso.example>" {
		t.Errorf("message id %s", got)
	}
	whole := strings.NewReplacer("\r", "", "\n", "").Replace(bodyOf(t, m))
	if !strings.Contains(whole, `filename="weekly.csv"`) || !strings.Contains(whole, base64.RawStdEncoding.EncodeToString([]byte(body))) || strings.Contains(whole, "your own page") {
		t.Errorf("the file is not in\n%s", whole)
	}
	if err := os.Truncate(path, notify.MostAttached+1); err != nil {
		t.Fatal(err)
	}
	if err := smtp(s).SendFile(t.Context(), "priya@contoso.example", asked, path, "weekly.csv"); !notify.IsPermanent(err) {
		t.Errorf("a file that is too large: %v", err)
	}
}
