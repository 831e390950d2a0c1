package sim_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"steward/internal/sim/entra"
)

// newCert makes a certificate and reads its key back from the text that a
// configuration would hold.
func newCert(t *testing.T) (entra.Certificate, jose.JSONWebKey, string) {
	t.Helper()
	cert, text, err := entra.NewCertificate("executor", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if next, _ := pem.Decode(rest); next == nil || next.Type != "CERTIFICATE" {
		t.Fatal("the certificate does not follow the key")
	}
	sum := sha256.Sum256(cert.Raw)
	return cert, jose.JSONWebKey{Key: key}, base64.RawURLEncoding.EncodeToString(sum[:])
}
