package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"steward/internal/fault"
	"steward/internal/secret"
)

// Hook is the address of a webhook, which is a secret: whoever knows it may
// post there.
type Hook struct {
	URL secret.Ref
	// Key signs what is sent; without one it goes unsigned.
	Key    secret.Ref
	Client *http.Client
	Now    func() time.Time
}

// hookBody is what other programs get. Fields are added, never renamed.
type hookBody struct {
	Number int64  `json:"number"`
	Event  string `json:"event"`
	At     string `json:"at"`
	Tenant string `json:"tenant"`
	Says   string `json:"says"`
	Why    string `json:"why"`
	Link   string `json:"link"`
	For    person `json:"for"`
}

type person struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Webhook posts a message as JSON. The header Steward-Signature is
// t=SECONDS,v1=HEX, the HMAC-SHA256 of "SECONDS.BODY" under the key, so that a
// receiver can tell ours and refuse what is old.
func (h Hook) Webhook(ctx context.Context, m Message) error {
	body, err := json.Marshal(hookBody{m.Number, m.Event, m.At.UTC().Format(time.RFC3339), m.Tenant, m.Says, m.Why, m.Link, person{m.Name, m.Address}})
	if err != nil {
		return Permanent(err)
	}
	header := http.Header{"Steward-Delivery": {fmt.Sprint(m.Number)}, "Steward-Event": {m.Event}}
	if !h.Key.IsZero() {
		key, err := h.Key.Read()
		if err != nil {
			return err
		}
		header.Set("Steward-Signature", Sign([]byte(key.Reveal()), h.Now(), body))
	}
	return h.post(ctx, body, header)
}

// Sign makes the signature of a body sent at a moment.
func Sign(key []byte, at time.Time, body []byte) string {
	seconds := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// post sends a body. The address is in no error: it is a secret.
func (h Hook) post(ctx context.Context, body []byte, header http.Header) error {
	address, err := h.URL.Read()
	if err != nil {
		return err
	}
	if err := checkAddress(address.Reveal()); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return Permanent(fault.New(fault.Invalid, "The address cannot be used."))
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Steward")
	answer, err := h.Client.Do(r) //nolint:gosec // the dialler checks the address that is called
	if err != nil {
		return hookFault(err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return fault.New(fault.Unavailable, "The receiver answered %d. It is tried again.", code)
	default:
		return Permanent(fault.New(fault.Invalid, "The receiver refuses with %d. Check its address and what it accepts.", code))
	}
}

func hookFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Denied {
		return Permanent(fault.New(fault.Denied, "%s", f.Sentence))
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return fault.New(fault.Unavailable, "The receiver's certificate is not from an authority that is believed here. Set notify.ca.")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "The receiver did not answer in time. It is tried again.")
	}
	return fault.New(fault.Unavailable, "The receiver could not be reached. It is tried again.")
}
