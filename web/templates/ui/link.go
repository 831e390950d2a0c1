package ui

import (
	"net/url"
	"strings"
)

// Param is one query parameter that a form or a link has to carry along.
type Param struct{ Name, Value string }

// Link is a text that leads somewhere on this site. An empty Href is plain text.
type Link struct{ Label, Href string }

// Action is a button: a link that looks like one, or a form that posts.
type Action struct {
	Label string
	Href  string
	// Post makes it a form; Params are its hidden fields.
	Post   bool
	Params []Param
	// Danger colours it as something that cannot be taken back.
	Danger bool
	// Why is shown instead of the button when it cannot be used now.
	Why string
}

// Local returns href when it is a path, a query or a fragment on this site, and
// "#refused" otherwise. templ checks the scheme of an address, not where it
// leads; names from the tenant must not be able to lead away.
func Local(href string) string {
	if href == "" {
		return "#"
	}
	if strings.ContainsAny(href, "\\\x00\t\r\n") || strings.HasPrefix(href, "//") {
		return "#refused"
	}
	switch href[0] {
	case '/', '?', '#':
	default:
		return "#refused"
	}
	if u, err := url.Parse(href); err != nil || u.Host != "" || u.Scheme != "" {
		return "#refused"
	}
	return href
}

// With returns path with the parameters as its query, empty values left out.
func With(path string, params ...Param) string {
	var q []string
	for _, p := range params {
		if p.Value != "" {
			q = append(q, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + strings.Join(q, "&")
}
