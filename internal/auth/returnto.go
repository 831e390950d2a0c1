package auth

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// maxReturn is the longest address to come back to, in bytes.
const maxReturn = 2000

// ReturnTo returns the address to come back to after signing in: given when it
// is a path of ours in its plainest form, "/" when there is any doubt. Browsers
// repair addresses (they drop tabs, take \ for /, resolve dots), so nothing
// that would need repair is taken.
func ReturnTo(given string) string {
	const home = "/"
	if len(given) > maxReturn || !strings.HasPrefix(given, "/") || strings.ContainsFunc(given, odd) {
		return home
	}
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return home
	}
	// u.Path is decoded: what hides behind %2f, %5c or %09 shows here.
	if !plain(u.Path) {
		return home
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return home
	}
	if first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/"); first == "login" || first == "logout" {
		return home
	}
	if u.RawQuery != "" {
		return u.EscapedPath() + "?" + u.RawQuery
	}
	return u.EscapedPath()
}

// plain reports whether a decoded path is what it looks like: no empty or dot
// segments, no user part, and no % left, which someone between us and the
// browser could decode once more.
func plain(p string) bool {
	clean := path.Clean(p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return p == clean && strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && !strings.ContainsAny(p, `\@%`) && !strings.ContainsFunc(strings.ReplaceAll(p, " ", ""), odd)
}

// odd finds what no address of ours contains: control characters, invisible
// marks, blanks, backslashes and bytes that are no text.
func odd(r rune) bool {
	return r == '\\' || r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}
