package pbi

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"steward/internal/upstream"
)

// readProblem takes an error answer apart, whichever of the known envelopes it
// has: Power BI's {"error":{...}}, its older {"Message":...}, Fabric's, or an
// empty body with the reason in a header.
func readProblem(_ int, header http.Header, body []byte) upstream.Problem {
	p := upstream.Problem{}
	if jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		readEnvelope(newCursor(body, nil), &p)
	}
	if p.Code == "" {
		p.Code = firstOf(header, "X-PowerBI-Error-Info", "x-ms-public-api-error-code")
	}
	if p.Message == "" {
		p.Message = firstOf(header, "X-PowerBI-Error-Details")
	}
	if p.Code == "" && strings.Contains(header.Get("WWW-Authenticate"), "insufficient_claims") {
		p.Code = "insufficient_claims"
	}
	if m := blockedUntil.FindStringSubmatch(p.Message); m != nil {
		p.Until = parseTime(m[1])
	}
	return p
}

// blockedUntil is Fabric's sentence of a RequestBlocked.
var blockedUntil = regexp.MustCompile(`until: (\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M) \(UTC\)`)

func readEnvelope(c *cursor, p *upstream.Problem) {
	c.object(func(key, _ string) {
		switch key {
		case "error":
			if c.kind() == '{' {
				readEnvelope(c, p)
			} else {
				p.Code = c.text()
			}
		case "code", "errorcode":
			p.Code = c.text()
		case "message":
			p.Message = c.text()
		case "requestid":
			p.RequestID = c.text()
		case "isretriable":
			p.Retriable = c.boolean()
		case "pbi.error":
			var inner upstream.Problem
			readEnvelope(c, &inner)
			if p.Code == "" {
				p.Code = inner.Code
			}
		case "innererror":
			readInner(c, p)
		case "moredetails":
			c.array(func() {
				var detail upstream.Problem
				readEnvelope(c, &detail)
				if detail.Code != "" {
					p.Message = strings.TrimSpace(p.Message + " (" + detail.Code + ")")
				}
			})
		}
	})
}

// readInner reads the request id of an innerError.
func readInner(c *cursor, p *upstream.Problem) {
	c.object(func(key, _ string) {
		if key == "request-id" {
			p.RequestID = c.text()
		}
	})
}

func firstOf(header http.Header, names ...string) string {
	for _, name := range names {
		if v := header.Get(name); v != "" {
			return v
		}
	}
	return ""
}
