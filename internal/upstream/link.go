package upstream

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Follow checks an address that an answer gave, such as @odata.nextLink, and
// returns path and query to go on with at the base. Only the base's own origin
// is followed: the token goes nowhere else.
func (c *Client) Follow(address string) (path, rawQuery string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", errors.New("the address to go on with cannot be read")
	}
	if u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || u.User != nil {
		return "", "", fmt.Errorf("the answer names %s to go on with, which is not %s", excerpt(u.Scheme+"://"+u.Host), c.base.Host)
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), c.base.EscapedPath()+"/")
	if !ok || strings.Contains(path, "..") {
		return "", "", fmt.Errorf("the answer names a path outside %s to go on with", c.base.Path)
	}
	return path, u.RawQuery, nil
}

// Known reports whether an address names the base's own origin or one of the
// configured further hosts. Nothing is sent there in either case; a host that
// is not known shows that an answer was tampered with.
func (c *Client) Known(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		// Microsoft's own example has unescaped blanks and quotes in its
		// query: what stands before it decides.
		head, _, _ := strings.Cut(address, "?")
		if u, err = url.Parse(head); err != nil {
			return errors.New("the address to go on with cannot be read")
		}
	}
	if u.Host == "" && u.Scheme == "" && strings.HasPrefix(u.Path, "/") {
		return nil // relative: our own host
	}
	if u.User == nil && u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host) {
		return nil
	}
	if u.User == nil && u.Scheme == "https" && u.Port() == "" && c.listed(strings.ToLower(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("the answer names %s to go on with, which is not a host of this cloud", excerpt(u.Scheme+"://"+u.Host))
}

func (c *Client) listed(host string) bool {
	for _, h := range c.cfg.Hosts {
		if host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h) {
			return true
		}
	}
	return false
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
