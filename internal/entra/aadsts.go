package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"steward/internal/fault"
)

// Refused is the cause of every error that Entra itself gave: its codes, for
// callers that branch on them (the set-up check does) and for the log.
type Refused struct {
	// Status is the HTTP status of the token endpoint.
	Status int
	// OAuth is the error field, such as invalid_client.
	OAuth string
	// Codes are the AADSTS numbers.
	Codes []int
}

// Error names the codes only: the description quotes what was sent.
func (r *Refused) Error() string {
	if len(r.Codes) == 0 {
		return fmt.Sprintf("token endpoint: HTTP %d %s", r.Status, plainWord(r.OAuth))
	}
	return fmt.Sprintf("token endpoint: HTTP %d %s AADSTS%d", r.Status, plainWord(r.OAuth), r.Codes[0])
}

// plainWord keeps an error name and drops anything that is not one.
func plainWord(s string) string {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' {
			return "error"
		}
	}
	return s[:min(len(s), 40)]
}

// remedy is the meaning of an AADSTS code and what to do about it. %s is the
// app's client id.
type remedy struct {
	kind     fault.Kind
	sentence string
}

const appMissing = "Microsoft Entra does not know the app %s in this tenant. Check the client id and the tenant id, and that the app registration was made (or consented to) in this tenant."

const delegatedOnly = "Microsoft Entra answered about a user's sign-in, but app %s signs in by itself. Check that the authority is this tenant's token service and that nothing between changes the request."

// remedies by AADSTS code. Microsoft: Entra authentication error codes.
var remedies = map[int]remedy{
	700016:  {fault.Denied, appMissing},
	700011:  {fault.Denied, appMissing},
	70001:   {fault.Denied, appMissing},
	7000112: {fault.Denied, "The app %s is disabled. Re-enable it in Microsoft Entra under Enterprise applications, Properties, Enabled for users to sign in."},
	7000215: {fault.Denied, "The client secret of app %s is wrong. Often the secret's id was pasted instead of its value: make a new secret and copy the Value column at once."},
	7000222: {fault.Denied, "The client secret of app %s has expired. Make a new one under Certificates & secrets and put its value where the configuration refers to; no restart is needed."},
	7000218: {fault.Denied, "Microsoft Entra got no secret or certificate for app %s, which is a confidential client. Check that the configured secret or certificate is not empty."},
	700025:  {fault.Denied, "The app %s is registered as a public client and takes no secret. Under Authentication, turn off Allow public client flows, or register the app anew as a web application."},
	700027:  {fault.Denied, "The signature of app %s does not fit a certificate that Microsoft Entra knows. Upload this certificate under Certificates & secrets, or configure the one that is there."},
	700024:  {fault.Denied, "Microsoft Entra says that the signature of app %s is not valid now. Check the clock of this machine, then the dates of the certificate."},
	70002:   {fault.Denied, "Microsoft Entra could not verify app %s. Check its client id and its secret or certificate."},
	70011:   {fault.Invalid, "The scope asked for app %s is not valid: it must be one resource ending in /.default, and the resource must fit the cloud."},
	500011:  {fault.Invalid, "The tenant of app %s does not know the service that is asked for. Check that the cloud is the right one; if it is, Power BI was never used in this tenant: let someone sign in to it once."},
	650057:  {fault.Denied, "The app %s asks for a service that its registration does not name. For Power BI no permission is needed: check the configured resource; for Microsoft Graph add GroupMember.Read.All and User.Read.All."},
	65001:   {fault.Denied, "Nobody has consented to what app %s asks for. An administrator grants consent under API permissions (for Microsoft Graph only; Power BI permissions must stay empty)."},
	90002:   {fault.Invalid, "Microsoft Entra does not know the tenant of app %s. Check the tenant id, and that the cloud (public, gcc, gcchigh, dod, china) is the tenant's own."},
	90038:   {fault.Invalid, "The tenant of app %s lives in a national cloud. Set cloud to gcchigh, dod or china in the configuration."},
	900144:  {fault.Invalid, "Microsoft Entra missed a part of the token request of app %s. Check that client id, secret and tenant id are all set."},
	50034:   {fault.Denied, delegatedOnly},
	50126:   {fault.Denied, delegatedOnly},
	50055:   {fault.Denied, delegatedOnly},
	50057:   {fault.Denied, delegatedOnly},
	50076:   {fault.Denied, delegatedOnly},
	50079:   {fault.Denied, delegatedOnly},
	50020:   {fault.Denied, delegatedOnly},
	53003:   {fault.Denied, "Conditional Access blocks app %s. Ask whoever runs Microsoft Entra to allow this workload identity from the portal's network address."},
	50196:   {fault.Throttled, "Microsoft Entra saw app %s ask for tokens in a loop and stopped answering for a while. The portal waits by itself; check that no other program uses the same app."},
	90055:   {fault.Unavailable, transient},
	90033:   {fault.Unavailable, transient},
	90024:   {fault.Unavailable, transient},
	50033:   {fault.Unavailable, transient},
}

const transient = "Microsoft Entra is busy and gave app %s no token. It is tried again by itself."

// loopPause is how long Entra is left alone after AADSTS50196 or a 429 that
// does not say how long.
const loopPause = time.Minute

// explain turns the end of an exchange into an error that is safe to show. err
// is MSAL's; it is looked at for its kind only and never kept, because its
// text holds the raw reply.
func (x *exchange) explain(err error) error {
	app := x.source.cfg.ClientID
	switch {
	case x.netErr != nil:
		return unreachable(x.source.tokenURL, x.netErr)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unreachable(x.source.tokenURL, context.DeadlineExceeded)
	case !x.token:
		return fault.New(fault.Invalid, "The token request of app %s could not be built. Check the authority, the tenant id and the credential.", app)
	case x.status == http.StatusOK:
		return fault.New(fault.Unavailable, "The token service answered app %s with something that is not a token. Check that the authority is right and that no proxy answers in its place.", app)
	}
	cause := &Refused{Status: x.status, OAuth: x.refuse.Error, Codes: x.refuse.Codes}
	for _, code := range x.refuse.Codes {
		if r, ok := remedies[code]; ok {
			return x.fault(r.kind, cause, r.sentence+fmt.Sprintf(" (AADSTS%d)", code))
		}
	}
	switch {
	case x.status == http.StatusTooManyRequests:
		return x.fault(fault.Throttled, cause, "Microsoft Entra gets too many token requests from app %s. The portal waits by itself.")
	case x.status >= 500:
		return x.fault(fault.Unavailable, cause, transient)
	case len(x.refuse.Codes) > 0:
		return x.fault(fault.Denied, cause, "Microsoft Entra refused app %s."+fmt.Sprintf(" What AADSTS%d means is told at https://login.microsoftonline.com/error?code=%d.", x.refuse.Codes[0], x.refuse.Codes[0]))
	case x.refuse.Error == "invalid_client":
		return x.fault(fault.Denied, cause, remedies[70002].sentence)
	case x.refuse.Error == "":
		return x.fault(fault.Unavailable, cause, "What answered for the token service of app %s is not Microsoft Entra"+fmt.Sprintf(" (HTTP %d). Check the authority and any proxy.", x.status))
	}
	return x.fault(fault.Denied, cause, "Microsoft Entra refused app %s"+fmt.Sprintf(" (%s).", plainWord(x.refuse.Error)))
}

func (x *exchange) fault(kind fault.Kind, cause error, format string) error {
	e := fault.Wrap(cause, kind, format, x.source.cfg.ClientID)
	e.RequestID = requestID(x.refuse.CorrelationID)
	seconds, err := strconv.Atoi(x.after)
	if err == nil && seconds >= 0 && seconds <= 3600 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	} else if kind == fault.Throttled {
		e.RetryAfter = loopPause
	}
	return e
}

// requestID keeps a correlation id only if it looks like one.
func requestID(s string) string {
	if len(s) != 36 {
		return ""
	}
	for _, r := range s {
		if !(r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F') {
			return ""
		}
	}
	return s
}

// unreachable says that the token service cannot be reached. The cause is a
// network error: it may name the host, never the request's body.
func unreachable(tokenURL string, cause error) error {
	return fault.Wrap(cause, fault.Unavailable, "The token service %s cannot be reached. Check the network, the proxy and the authority in the configuration.", tokenURL)
}

func busy(wait time.Duration) error {
	e := fault.New(fault.Throttled, "Microsoft Entra asked to be left alone for another %s. The portal waits by itself.", wait.Round(time.Second))
	e.RetryAfter = wait
	return e
}
