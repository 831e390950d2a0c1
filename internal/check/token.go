package check

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/entra"
)

func (c *run) scannerToken() {
	const appTitle, tokenTitle = "Scanner's application found", "Scanner's token obtained"
	app := c.s.Scanner
	if app.Trouble != nil {
		c.add(Result{Key: "app", Title: appTitle, State: Unknown, Evidence: "Not asked: there is no secret to ask with.", Remedy: "Mend the line below first."})
		c.add(failed("token", tokenTitle, app.Trouble, "Put the secret or certificate where the configuration points."))
		return
	}
	token, expiry, err := app.Tokens.Token(c.ctx)
	if err != nil {
		c.refusedToken(app, err)
		return
	}
	c.token = token
	c.add(Result{Key: "app", Title: appTitle, State: Pass, Evidence: "Microsoft Entra knows " + app.ClientID + "."})
	c.add(Result{Key: "token", Title: tokenTitle, State: Pass, Evidence: fmt.Sprintf("A token that ends at %s.", expiry.UTC().Format(time.RFC3339))})
}

// Codes of the token service (api guide, section 1.3) that say whether it
// knows the application.
var (
	appUnknown = []int{700016, 700011, 70001, 90002, 90038}
	appKnown   = []int{7000112, 7000215, 7000222, 7000218, 700025, 700027, 70011, 500011, 53003}
)

// refusedToken tells an unknown application from one whose secret is wrong.
func (c *run) refusedToken(app Application, err error) {
	const appTitle, tokenTitle = "Scanner's application found", "Scanner's token obtained"
	switch {
	case hasCode(err, appUnknown):
		c.add(failed("app", appTitle, err, "Compare client id and tenant id with the application's overview page in Microsoft Entra."))
		c.add(notAsked("token", tokenTitle, "the application was not found."))
		return
	case hasCode(err, appKnown):
		c.add(Result{Key: "app", Title: appTitle, State: Pass, Evidence: "Microsoft Entra knows " + app.ClientID + "."})
	default:
		c.add(Result{Key: "app", Title: appTitle, State: Unknown, Evidence: "The token service did not say whether it knows " + app.ClientID + ".", Remedy: "See the next line."})
	}
	c.add(failed("token", tokenTitle, err, "Follow the sentence; the code is explained in Microsoft's list of AADSTS errors."))
}

func hasCode(err error, codes []int) bool {
	var r *entra.Refused
	return errors.As(err, &r) && slices.ContainsFunc(r.Codes, func(code int) bool { return slices.Contains(codes, code) })
}

// claims are the parts of an access token that the check reads. The signature
// is not checked: the token came from the token service, and nothing is
// decided on it but this page's text.
type claims struct {
	Roles  []string `json:"roles"`
	Issued int64    `json:"iat"`
}

func readClaims(token string) (claims, bool) {
	var cl claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return cl, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return cl, false
	}
	return cl, json.Unmarshal(text, &cl) == nil
}

// skewed is how far the clocks may be apart before tokens are refused.
const skewed = 5 * time.Minute

// clock compares this machine's time with the service's own, which every answer
// carries; without an answer, with the moment at which the token was issued. A
// token may have been fetched up to an hour ago: only a clock that runs behind
// can be told from it.
func (c *run) clock() {
	const key, title = "clock", "This machine's clock is right"
	off, known := c.s.Now().Sub(c.last.ServerTime), !c.last.ServerTime.IsZero()
	if cl, ok := readClaims(c.token); !known && ok && cl.Issued != 0 {
		off, known = min(c.s.Now().Sub(time.Unix(cl.Issued, 0)), 0), true
	}
	if off = off.Round(time.Second); !known {
		return // nothing told the time
	}
	r := Result{Key: key, Title: title, State: Pass, Evidence: fmt.Sprintf("It differs from Microsoft's by %s.", off.Abs())}
	if off.Abs() > skewed {
		way := "ahead of"
		if off < 0 {
			way = "behind"
		}
		r.State, r.Evidence, r.Remedy = Warn, fmt.Sprintf("It runs %s %s Microsoft's.", off.Abs(), way),
			"Let the machine follow a time server: tokens, sign-in and limits depend on it."
	}
	c.seen(r)
}

const (
	consentKey    = "consent"
	consentTitle  = "No admin-consented Power BI permission"
	consentRemedy = "Remove the Power BI permissions from the application and withdraw the admin consent: with them the read-only admin APIs refuse a service principal."
)

// notAuthorized is what the admin APIs answer a caller whose token is good and
// whom they still do not serve; one that the tenant setting leaves out gets
// another code.
const notAuthorized = "PowerBINotAuthorizedException"

// doubtConsent takes back that there is no consented permission: a delegated
// one does not show in an application's token, and springs the trap as well.
func (c *run) doubtConsent() {
	for i, r := range c.out {
		if r.Key == consentKey && r.State == Pass {
			c.out[i] = Result{Key: consentKey, Title: consentTitle, State: Warn, Remedy: consentRemedy,
				Evidence: "The token carries none, but the admin API refuses the scanner (" + notAuthorized + ") as it does when a permission is consented; delegated ones do not show in a token."}
		}
	}
}

// consent looks for the trap of the admin APIs: an application that holds an
// admin-consented Power BI permission is refused by them.
func (c *run) consent() {
	const key, title = consentKey, consentTitle
	if c.token == "" {
		c.add(notAsked(key, title, "there is no token to read."))
		return
	}
	cl, ok := readClaims(c.token)
	if !ok {
		c.add(Result{Key: key, Title: title, State: Unknown, Evidence: "The token cannot be read, so its permissions are not known.",
			Remedy: "Look at API permissions of the application in Microsoft Entra: there must be none for Power BI Service."})
		return
	}
	var bad []string
	for _, role := range cl.Roles {
		if strings.HasPrefix(role, "Tenant.") {
			bad = append(bad, role)
		}
	}
	if len(bad) > 0 {
		c.add(Result{Key: key, Title: title, State: Fail, Evidence: "The token carries " + strings.Join(bad, ", ") + ".",
			Remedy: consentRemedy})
		return
	}
	c.add(Result{Key: key, Title: title, State: Pass, Evidence: "The token carries no Power BI permission."})
}
