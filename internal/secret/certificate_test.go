package secret

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

func TestCertificateExpiry(t *testing.T) {
	t.Parallel()
	end := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	text := "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	got, err := CertificateExpiry(New(text))
	if err != nil || !got.Equal(end) {
		t.Errorf("CertificateExpiry = %v, %v; want %v", got, err, end)
	}
	if _, err := CertificateExpiry(New("nothing")); err == nil {
		t.Error("a text without certificate is accepted")
	}
	if ExpiresSoon(end, end.AddDate(0, 0, -31)) || !ExpiresSoon(end, end.AddDate(0, 0, -29)) || ExpiresSoon(time.Time{}, end) {
		t.Error("ExpiresSoon is wrong at its limit")
	}
}
