package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server is a real mail server, Debian's, with a mailbox one can look into.
type server struct {
	port  int
	box   string
	roots *x509.CertPool
	done  chan struct{}
}

const eximConfig = `
daemon_smtp_ports = %d
local_interfaces = 127.0.0.1
primary_hostname = mail.test
domainlist local_domains = *
tls_advertise_hosts = %s
tls_certificate = %s
tls_privatekey = %s
spool_directory = %s
log_file_path = %s/log-%%slog
pid_file_path = %s/pid
keep_environment =
acl_smtp_rcpt = rcpt
queue_only = false
begin acl
rcpt:
  deny local_parts = refused
       message = no such person
  defer local_parts = later
       message = come back later
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  maildir_format = true
  directory = %s
  create_directory = true
  delivery_date_add = true
  envelope_to_add = true
  user = Debian-exim
  group = Debian-exim
  mode = 0666
`

// exim starts the server; the test is skipped where it is not installed, and
// fails then with CI=true.
func exim(t *testing.T, starttls bool) *server {
	t.Helper()
	path, err := exec.LookPath("exim4")
	if err != nil || os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("exim4 is not installed, or this is not root: mail was not tried")
		}
		t.Skip("exim4 is not installed, or this is not root: mail is not tried")
	}
	dir, err := os.MkdirTemp("", "steward-mail")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &server{port: freePort(t), box: filepath.Join(dir, "box"), done: make(chan struct{})}
	for _, d := range []string{dir, filepath.Join(dir, "spool"), s.box} {
		_ = os.MkdirAll(d, 0o755)
		if out, err := exec.Command("chown", "Debian-exim:Debian-exim", d).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	cert, key := certificate(t, dir)
	pool := x509.NewCertPool()
	text, _ := os.ReadFile(cert)
	pool.AppendCertsFromPEM(text)
	s.roots = pool
	offer := "*"
	if !starttls {
		offer = ""
	}
	conf := filepath.Join(dir, "exim.conf")
	content := fmt.Sprintf(eximConfig, s.port, offer, cert, key, filepath.Join(dir, "spool"), filepath.Join(dir, "spool"), dir, s.box)
	if err := os.WriteFile(conf, []byte(content), 0o644); err != nil { //nolint:gosec // the server reads it as another user
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-bdf", "-q1m", "-C", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait(); close(s.done) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-s.done })
	s.answers(t)
	return s
}

func (s *server) answers(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port)); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatal("the mail server does not answer")
}

// mails waits until the mailbox has n mails and returns them.
func (s *server) mails(t *testing.T, n int) []*mail.Message {
	t.Helper()
	var files []string
	for end := time.Now().Add(3 * time.Minute); len(files) < n && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		files, _ = filepath.Glob(filepath.Join(s.box, "new", "*"))
	}
	if len(files) != n {
		log, _ := os.ReadFile(filepath.Join(filepath.Dir(s.box), "spool", "log-main"))
		t.Fatalf("%d mails in the mailbox, want %d; the server's log:\n%s", len(files), n, log)
	}
	var out []*mail.Message
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(strings.NewReader(string(content)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func bodyOf(t *testing.T, m *mail.Message) string {
	t.Helper()
	content, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(content), "=\r\n", ""), "=\n", "")
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// certificate makes a self-signed one for 127.0.0.1.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"mail.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o644); err != nil { //nolint:gosec // the server runs as another user, the key lives a minute
			t.Fatal(err)
		}
	}
	return cert, key
}
