package secret

import (
	"errors"
	"regexp"
	"strings"
)

// names are the parameters of OAuth 2.0, OpenID Connect and Azure whose values
// are secrets, as they are spelt in forms, queries, headers and JSON.
const names = `client_secret|client_assertion|assertion|access_token|refresh_token|id_token|id_token_hint|` +
	`code_verifier|password|passwd|secret|clientsecret|accesstoken|refreshtoken|api[_-]?key|` +
	`embedtoken|sharedaccesssignature|accountkey|subscription-key|ocp-apim-subscription-key`

// shapes are replaced in order; the first submatch, when there is one, is kept
// so that a reader sees what was there.
var shapes = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`), Redacted},
	// JSON, also when escaped inside another JSON string or cut off at the end.
	{regexp.MustCompile(`(?i)(\\?["'](?:` + names + `)\\?["']\s*:\s*\\?["'])(?:[^"'\\]|\\[^"'])*`), "${1}" + Redacted},
	// Forms, queries and the like; the value ends at a separator.
	{regexp.MustCompile(`(?i)(\b(?:` + names + `|sig|sas)=)[^&\s"'<>;,]+`), "${1}" + Redacted},
	// A code of a sign-in; Entra's error numbers are codes too and are kept.
	{regexp.MustCompile(`(?i)(\bcode=)[^&\s"'<>;,]*[^&\s"'<>;,\d][^&\s"'<>;,]*`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)(\b(?:` + names + `)\s*:\s+)[^\s"'&,;]+`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)(\b(?:bearer|embedtoken)[\s+]+(?:%20)?)[A-Za-z0-9\-._~+/%]{8,}=*`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)(\bbasic\s+)[A-Za-z0-9+/]{8,}=*`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)((?:set-)?cookie:\s*)[^\r\n]+`), "${1}" + Redacted},
	// Anything that looks like a JSON web token, signed, unsigned or encrypted.
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,4}`), Redacted},
	// Credentials inside an address.
	{regexp.MustCompile(`(?i)(\b[a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@`), "${1}" + Redacted + "@"},
}

// Redact returns text without anything that has the shape of a secret, and
// without the given secrets whatever their shape. It is for errors of other
// people's libraries and raw replies: MSAL, for one, puts the whole reply of
// the token endpoint into its error when the reply is cut short.
func Redact(text string, known ...Value) string {
	for _, v := range known {
		if s := v.Reveal(); len(s) >= 4 { // shorter ones would blank ordinary words
			text = strings.ReplaceAll(text, s, Redacted)
		}
	}
	for _, s := range shapes {
		text = s.re.ReplaceAllString(text, s.with)
	}
	return text
}

// Clean returns an error that prints as err does after Redact. errors.Is and
// errors.As still find what is inside. Clean(nil) is nil.
func Clean(err error, known ...Value) error {
	if err == nil {
		return nil
	}
	return &cleaned{text: Redact(err.Error(), known...), err: err}
}

// cleaned has no Unwrap: whoever walks the chain to print each link would
// print the secret. Is and As pass through.
type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string        { return c.text }
func (c *cleaned) Is(target error) bool { return errors.Is(c.err, target) }
func (c *cleaned) As(target any) bool   { return errors.As(c.err, target) }
