package secret

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"steward/internal/fault"
)

// WarnBefore is how long before its end a credential is announced on the
// set-up page and in the health report.
const WarnBefore = 30 * 24 * time.Hour

// CertificateExpiry returns when the first certificate in a PEM text ends.
// Invalid when there is none: only the certificate is read, never the key.
func CertificateExpiry(v Value) (time.Time, error) {
	rest := []byte(v.Reveal())
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return time.Time{}, fault.New(fault.Invalid, "The certificate file holds no certificate in PEM form.")
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return time.Time{}, fault.Wrap(err, fault.Invalid, "The certificate cannot be read.")
		}
		return cert.NotAfter, nil
	}
}

// ExpiresSoon reports whether a credential that ends at the given moment is to
// be announced now; an unknown end (the zero time) is never announced as fine,
// so callers show it as unknown.
func ExpiresSoon(end, now time.Time) bool {
	return !end.IsZero() && end.Sub(now) < WarnBefore
}
