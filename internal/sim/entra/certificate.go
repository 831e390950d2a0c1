package entra

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is defined as a SHA-1 thumbprint
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"steward/internal/sim/rest"
)

// Certificate is a public certificate on an app registration.
type Certificate struct{ *x509.Certificate }

// NewCertificate makes a self-signed certificate for an app, and its private key,
// both as PEM in one text: the form in which the portal's configuration takes it.
// It is valid for a year around now.
func NewCertificate(name string, now time.Time) (Certificate, []byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Certificate{}, nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return Certificate{}, nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	form := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return Certificate{}, nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Certificate{}, nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	var text bytes.Buffer
	_ = pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: private})
	_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	return Certificate{cert}, text.Bytes(), nil
}

// named reports whether a thumbprint of an assertion's header is this
// certificate's.
func (c Certificate) named(thumb string) bool {
	one, two := sha1.Sum(c.Raw), sha256.Sum256(c.Raw) //nolint:gosec // see above
	for _, enc := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding} {
		if thumb == enc.EncodeToString(one[:]) || thumb == enc.EncodeToString(two[:]) {
			return true
		}
	}
	return false
}

// checkAssertion verifies a client assertion: signed by a registered certificate,
// issued by and for the app, addressed to this endpoint, and in its time.
func (s *Service) checkAssertion(c *rest.Call, app App, form url.Values) *refusal {
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		r := missing("client_assertion_type")
		return &r
	}
	refuse := func(why string) *refusal { r := badAssertion(why); return &r }
	token, err := jwt.ParseSigned(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil || len(token.Headers) != 1 {
		return refuse("it is not a signed JSON web token")
	}
	thumb := thumbprint(token.Headers[0])
	var claims jwt.Claims
	signed := false
	for _, cert := range app.Certificates {
		if thumb != "" && !cert.named(thumb) {
			continue
		}
		if key, ok := cert.PublicKey.(crypto.PublicKey); ok && token.Claims(key, &claims) == nil {
			signed = true
			break
		}
	}
	switch {
	case !signed:
		return refuse("the signature was made with another key")
	case !strings.EqualFold(claims.Issuer, app.ClientID) || !strings.EqualFold(claims.Subject, app.ClientID):
		return refuse("issuer and subject must be the client id")
	case !addressed(claims.Audience, c.Param("tenant")):
		return refuse("the audience is another endpoint")
	}
	// The assertion is dated by the caller's clock, which is the machine's.
	wall := s.cfg.SignIn.Now()
	if claims.Expiry == nil || wall.After(claims.Expiry.Time().Add(5*time.Minute)) {
		return refuse("it has expired")
	}
	if claims.NotBefore != nil && wall.Add(5*time.Minute).Before(claims.NotBefore.Time()) {
		return refuse("it is not valid yet; check the clock of the machine that signed it")
	}
	return nil
}

func thumbprint(h jose.Header) string {
	for _, name := range []jose.HeaderKey{"x5t#S256", "x5t"} {
		if v, ok := h.ExtraHeaders[name].(string); ok {
			return v
		}
	}
	return ""
}

// addressed accepts the token endpoints of the tenant under any host: the client
// may have been told a name that the stand-in does not know itself by.
func addressed(audience jwt.Audience, tenant string) bool {
	for _, a := range audience {
		path := strings.ToLower(a)
		t := strings.ToLower(tenant)
		if strings.HasSuffix(path, t+"/oauth2/v2.0/token") || strings.HasSuffix(path, t+"/oauth2/token") ||
			strings.HasSuffix(path, t+"/v2.0") {
			return true
		}
	}
	return false
}
