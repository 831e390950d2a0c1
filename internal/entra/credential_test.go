package entra

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/fault"
)

// pemOf makes a certificate for key and returns both in one PEM.
func pemOf(t *testing.T, key crypto.Signer, until time.Time) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "steward"},
		NotBefore: until.Add(-time.Hour), NotAfter: until}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
}

// TestCertificate checks the assertion as a token service would: signed with
// the key, by and about the app, meant for this very endpoint.
func TestCertificate(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e := newEndpoint(t, numbered)
	file := pemOf(t, key, time.Now().Add(time.Hour))
	s, _ := newSource(t, e, func(c *Config) {
		c.Secret, c.Certificate = nil, func() ([]byte, error) { return file, nil }
	})
	if token, _, err := s.Token(t.Context()); err != nil || token != "token-1" {
		t.Fatalf("%q, %v", token, err)
	}
	if e.form["client_secret"] != "" || e.form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		t.Errorf("form = %v", e.form)
	}
	parts := strings.Split(e.form["client_assertion"], ".")
	if len(parts) != 3 {
		t.Fatalf("assertion has %d parts", len(parts))
	}
	var header struct{ Alg string }
	var claims struct{ Iss, Sub, Aud string }
	decode(t, parts[0], &header)
	decode(t, parts[1], &claims)
	if want := e.URL + "/login/" + tenant + "/oauth2/v2.0/token"; claims.Aud != want || claims.Iss != app || claims.Sub != app {
		t.Errorf("claims = %+v, want audience %s", claims, want)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch header.Alg {
	case "PS256":
		err = rsa.VerifyPSS(&key.PublicKey, crypto.SHA256, sum[:], signature, nil)
	case "RS256":
		err = rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature)
	default:
		t.Fatalf("alg = %s", header.Alg)
	}
	if err != nil {
		t.Errorf("signature: %v", err)
	}
}

func decode(t *testing.T, part string, into any) {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestBadCertificates(t *testing.T) {
	t.Parallel()
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e := newEndpoint(t, func(int64, http.ResponseWriter, *http.Request) { t.Error("a token was asked for") })
	for name, file := range map[string][]byte{
		"empty":        nil,
		"not PEM":      []byte(canary),
		"elliptic key": pemOf(t, elliptic, time.Now().Add(time.Hour)),
	} {
		s, _ := newSource(t, e, func(c *Config) { c.Secret, c.Certificate = nil, func() ([]byte, error) { return file, nil } })
		if _, _, err := s.Token(t.Context()); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCertificateExpiry(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	if got, err := CertificateExpiry(pemOf(t, key, until)); err != nil || !got.Equal(until) {
		t.Errorf("CertificateExpiry = %s, %v", got, err)
	}
	if _, err := CertificateExpiry([]byte("nothing")); !fault.Is(err, fault.Invalid) {
		t.Errorf("err = %v", err)
	}
}
