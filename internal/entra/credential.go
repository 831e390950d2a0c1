package entra

import (
	"crypto/rsa"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"steward/internal/fault"
)

// credential reads the secret or the certificate as it is now.
func (s *Source) credential() (confidential.Credential, error) {
	if s.cfg.Secret != nil {
		secret, err := s.cfg.Secret()
		if err != nil {
			return confidential.Credential{}, unreadable("client secret", s.cfg.ClientID, err)
		}
		// A file written by an editor or by echo ends with a newline.
		credential, err := confidential.NewCredFromSecret(strings.TrimRight(secret, "\r\n"))
		if err != nil {
			return confidential.Credential{}, fault.New(fault.Invalid, "The client secret of app %s is empty: check the file or variable that it refers to.", s.cfg.ClientID)
		}
		return credential, nil
	}
	pem, err := s.cfg.Certificate()
	if err != nil {
		return confidential.Credential{}, unreadable("certificate", s.cfg.ClientID, err)
	}
	certs, key, err := confidential.CertFromPEM(pem, "")
	if err != nil {
		return confidential.Credential{}, fault.New(fault.Invalid, "The certificate of app %s cannot be read: the PEM must hold the certificate and its unencrypted private key.", s.cfg.ClientID)
	}
	if _, ok := key.(*rsa.PrivateKey); !ok {
		return confidential.Credential{}, fault.New(fault.Invalid, "The certificate of app %s has a key that Microsoft Entra does not take: use an RSA key.", s.cfg.ClientID)
	}
	credential, err := confidential.NewCredFromCert(certs, key)
	if err != nil {
		return confidential.Credential{}, fault.New(fault.Invalid, "The certificate and the private key of app %s do not belong together.", s.cfg.ClientID)
	}
	return credential, nil
}

// unreadable names the credential and why it cannot be read, and drops the
// cause unless it is a file error, whose text is known to hold a path only.
func unreadable(what, app string, err error) error {
	var already *fault.Error
	if errors.As(err, &already) {
		return err
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, os.ErrNotExist) && errors.As(err, &path):
		return fault.New(fault.Invalid, "The %s of app %s is missing: there is no file %s.", what, app, path.Path)
	case errors.Is(err, os.ErrPermission) && errors.As(err, &path):
		return fault.New(fault.Invalid, "The %s of app %s may not be read: give the portal's user read access to %s.", what, app, path.Path)
	}
	return fault.New(fault.Invalid, "The %s of app %s cannot be read: check the file or variable that it refers to.", what, app)
}

// CertificateExpiry returns when the certificate in a PEM ends, so that it can
// be replaced in time. (When a client secret ends only Entra knows.)
func CertificateExpiry(pem []byte) (time.Time, error) {
	certs, _, err := confidential.CertFromPEM(pem, "")
	if err != nil || len(certs) == 0 {
		return time.Time{}, fault.New(fault.Invalid, "The certificate cannot be read: the PEM must hold the certificate and its unencrypted private key.")
	}
	return certs[0].NotAfter, nil
}
