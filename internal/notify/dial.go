package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"steward/internal/fault"
)

// Reach says whom places may be called at. The addresses of webhooks come from
// a configuration that several people edit; without this, one of them could
// make the portal speak to what stands beside it in the data centre.
type Reach struct {
	// Allow are networks that may be called although they are not public.
	Allow []netip.Prefix
	// Roots are the authorities that are believed; nil for the system's.
	Roots *x509.CertPool
}

// noInternet are networks that netip does not call private and that are not
// public either: shared (RFC 6598), protocol assignments, documentation,
// benchmarking, reserved, and IPv6 ways to write an IPv4 address.
var noInternet = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10", "5f00::/16", "3fff::/20")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(list))
	for _, text := range list {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// may tells whether an address may be called. It is asked about the address
// that is dialled, after names were resolved: a name that changes its mind in
// between gains nothing.
func (r Reach) may(a netip.AddrPort) bool {
	ip := a.Addr().Unmap().WithZone("")
	for _, p := range r.Allow {
		if p.Contains(ip) {
			return true
		}
	}
	if a.Port() != 443 || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range noInternet {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// Client calls places: https only, no redirects, no proxy of the environment,
// and only addresses that may be reached.
func (r Reach) Client() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !r.may(a) {
			return fault.New(fault.Denied, "The address is not one the portal may call: only https on port 443 of public addresses, and the networks under notify.allow.")
		}
		return nil
	}}
	return &http.Client{
		Timeout:       sendTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: r.Roots},
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, MaxIdleConns: 4, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// checkAddress refuses what is not a plain https address. The error never has
// the address in it: those of webhooks are secrets.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Opaque != "" {
		return Permanent(fault.New(fault.Invalid, "The address is not an https address without a user name."))
	}
	return nil
}
