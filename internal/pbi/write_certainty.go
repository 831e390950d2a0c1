package pbi

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// Certainty is what a failed write says about its effect.
type Certainty string

const (
	// NotSent means that the service never had the call: no token, a limit of
	// our own, no connection. It may be sent later.
	NotSent Certainty = "not sent"
	// NotYet means that the service refused it for now, before doing anything:
	// 429, an unaccepted token. It may be sent later.
	NotYet Certainty = "not yet"
	// RefusedByService means that it was refused for a reason of its own and
	// nothing was done.
	RefusedByService Certainty = "refused"
	// Unknown means that it may have been done or not: no answer, a broken one,
	// 408, or 5xx, which Power BI has been seen to answer after doing it.
	Unknown Certainty = "unknown"
)

// errNotSent marks errors that arose before anything was sent.
var errNotSent = errors.New("nothing was sent")

// CertaintyOf says what the error of Executor.Send means for the effect.
func CertaintyOf(err error) Certainty {
	if errors.Is(err, errNotSent) {
		return NotSent
	}
	var e *Error
	if !errors.As(err, &e) {
		return NotSent // the token source's own error: no request was made
	}
	var dial *net.OpError
	var cert *tls.CertificateVerificationError // the host was refused before anything was said
	switch {
	case e.Class == ClassBudget:
		return NotSent
	case e.Class == ClassNetwork && (errors.As(e.Err, &dial) && dial.Op == "dial" || errors.As(e.Err, &cert)):
		return NotSent
	case e.Class != ClassAnswer:
		return Unknown
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusUnauthorized && tokenTrouble(e):
		return NotYet
	case e.Status == http.StatusRequestTimeout, e.Status >= 500:
		return Unknown
	case e.Status < 400:
		return Unknown // a redirect, which is not followed
	}
	return RefusedByService
}

// tokenTrouble tells a refused token from a refused act: both are 401.
func tokenTrouble(e *Error) bool {
	return e.Code == "" || e.Code == "TokenExpired" || e.Code == "InvalidToken" || e.Code == "insufficient_claims" || e.Code == "Unauthenticated"
}

// CodeOf returns the service's code of an error, its status and the id of the
// call; zero values when there was no answer.
func CodeOf(err error) (code string, status int, requestID string) {
	var e *Error
	if !errors.As(err, &e) {
		return "", 0, ""
	}
	return e.Code, e.Status, e.RequestID
}
