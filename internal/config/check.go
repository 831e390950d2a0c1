package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"steward/internal/fault"
)

var (
	guid       = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	tenantName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	clouds     = []string{"public", "gcc", "gcchigh", "dod", "china", "custom"}
)

func (c *Config) check() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return invalid("listen", "%q is not an address to listen on. Write host:port, such as 127.0.0.1:8080.", c.Listen)
	}
	if err := checkURL("public_url", c.PublicURL, true); err != nil {
		return err
	}
	for i, p := range c.Proxies {
		if !isNetwork(p) {
			return invalid(fmt.Sprintf("proxies.%d", i), "%q is neither an address nor a network. Write 10.0.0.7 or 10.0.0.0/24.", p)
		}
	}
	if err := c.Limits.check(); err != nil {
		return err
	}
	if err := c.SignIn.check(); err != nil {
		return err
	}
	if err := c.Ledger.check(); err != nil {
		return err
	}
	if err := c.Notify.check(); err != nil {
		return err
	}
	if err := c.Tracing.check(); err != nil {
		return err
	}
	if err := c.checkRefreshes(); err != nil {
		return err
	}
	if err := c.Owners.check(); err != nil {
		return err
	}
	if err := c.Retention.check(); err != nil {
		return err
	}
	if err := c.checkTenants(); err != nil {
		return err
	}
	if err := c.checkAlerts(); err != nil {
		return err
	}
	return c.checkReports()
}

func (c *Config) checkTenants() error {
	names, ids := map[string]int{}, map[string]int{}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		key := fmt.Sprintf("tenants.%d", i)
		if err := t.check(key); err != nil {
			return err
		}
		if j, ok := names[t.Name]; ok {
			return invalid(key+".name", "tenant %q is listed twice (entries %d and %d). Give each tenant a name of its own.", t.Name, j, i)
		}
		if j, ok := ids[t.TenantID]; ok {
			return invalid(key+".tenant_id", "tenant %s is listed twice (entries %d and %d). One entry scans it; remove the other.", t.TenantID, j, i)
		}
		names[t.Name], ids[t.TenantID] = i, i
	}
	return nil
}

func (t *Tenant) check(key string) error {
	switch {
	case !tenantName.MatchString(t.Name):
		return invalid(key+".name", "%q cannot be a tenant's name. Use lower-case letters, digits and hyphens, up to 40.", t.Name)
	case !guid.MatchString(t.TenantID):
		return invalid(key+".tenant_id", "%q is not a tenant id. It is the GUID on the overview page of Microsoft Entra.", t.TenantID)
	case !contains(clouds, t.Cloud):
		return invalid(key+".cloud", "%q is not a cloud. Write one of %s.", t.Cloud, strings.Join(clouds, ", "))
	case t.Cloud != "custom" && t.Endpoints != (Endpoints{}):
		return invalid(key+".endpoints", "endpoints are only read with cloud: custom; the cloud %q has its own.", t.Cloud)
	case t.Scan.ActivityDays < 1 || t.Scan.ActivityDays > 28:
		return invalid(key+".scan.activity_days", "%d days of activity cannot be read; Microsoft keeps 28. Write 1 to 28.", t.Scan.ActivityDays)
	case t.Scanner.Configured() && t.Scanner.ClientID == t.Executor.ClientID:
		return invalid(key+".executor.client_id", "the executor uses the scanner's application. They must be two registrations: the one that reads must not be able to write.")
	}
	if t.Cloud == "custom" {
		if err := t.Endpoints.check(key+".endpoints", t.Graph); err != nil {
			return err
		}
	}
	if !t.Scanner.Configured() {
		return invalid(key+".scanner.client_id", "the scanner's application is missing; without it nothing can be read.")
	}
	if err := t.Scanner.check(key + ".scanner"); err != nil {
		return err
	}
	if t.Executor.Configured() {
		return t.Executor.check(key + ".executor")
	}
	return nil
}

func (e Endpoints) check(key string, graph bool) error {
	need := []struct{ name, value string }{{"authority", e.Authority}, {"api", e.API}, {"fabric", e.Fabric}}
	if graph {
		need = append(need, struct{ name, value string }{"graph", e.Graph})
	}
	for _, n := range need {
		if n.value == "" {
			return invalid(key+"."+n.name, "a custom cloud needs this address.")
		}
		if err := checkURL(key+"."+n.name, n.value, true); err != nil {
			return err
		}
	}
	if e.Resource == "" {
		return invalid(key+".resource", "a custom cloud needs the audience of its tokens, such as https://analysis.windows.net/powerbi/api.")
	}
	return nil
}

func (a App) check(key string) error {
	switch {
	case a.ClientSecret.IsZero() && a.Certificate.IsZero():
		return invalid(key+".client_secret", "neither a secret nor a certificate is given. Write client_secret: file:PATH or certificate: file:PATH.")
	case !a.ClientSecret.IsZero() && !a.Certificate.IsZero():
		return invalid(key+".certificate", "both a secret and a certificate are given. Keep the certificate, drop the secret.")
	}
	return checkDay(key+".secret_ends", a.SecretEnds)
}

func checkDay(key, text string) error {
	if text != "" && Day(text).IsZero() {
		return invalid(key, "%q is no day. Write it as 2027-01-31.", text)
	}
	return nil
}

func (s SignIn) check() error {
	if s.Issuer == "" {
		return nil // serve refuses to start without it; scan and check do not need it
	}
	if s.Provider != "entra" && s.Provider != "oidc" {
		return invalid("sign_in.provider", "%q is not a provider. Write entra, or oidc for any other OpenID Connect provider.", s.Provider)
	}
	if s.ClientID == "" {
		return invalid("sign_in.client_id", "the portal's own application for sign-in is missing.")
	}
	for i, sc := range s.Scopes {
		if (sc.Role == "") == (sc.Person == "") {
			return invalid(fmt.Sprintf("sign_in.scopes.%d", i), "a scope is for one role or for one person; write exactly one of them.")
		}
	}
	if err := checkDay("sign_in.secret_ends", s.SecretEnds); err != nil {
		return err
	}
	return checkURL("sign_in.issuer", s.Issuer, true)
}

func (l Ledger) check() error {
	if l.SecondSink == "" && !l.SigningKey.IsZero() {
		return invalid("ledger.second_sink", "the signed checkpoints have nowhere to go. Write file:PATH (on another volume), syslog:HOST:PORT or https://….")
	}
	if l.SecondSink != "" {
		kind, rest, _ := strings.Cut(l.SecondSink, ":")
		if rest == "" || !contains([]string{"file", "syslog", "https"}, kind) {
			return invalid("ledger.second_sink", "%q is not a place for checkpoints. Write file:PATH, syslog:HOST:PORT or https://….", l.SecondSink)
		}
		if kind == "syslog" && strings.HasPrefix(rest, "udp:") {
			return invalid("ledger.second_sink", "syslog over UDP notices nothing when the collector is gone, and the ledger would go on without its second place. Write syslog:HOST:PORT, which is TCP.")
		}
	}
	return nil
}

// maxTokenDays is two years: longer than anybody remembers what a token is for.
const maxTokenDays = 732

// maxExportsAtOnce keeps a typing error from opening hundreds of connections.
const maxExportsAtOnce = 32

func (l Limits) check() error {
	if l.ExportsPerHour < 0 || l.ExportsPerHour > 1_000_000 {
		return invalid("limits.exports_per_hour", "%d downloads an hour cannot be meant. Write 1 to 1000000; 6 when it is left out.", l.ExportsPerHour)
	}
	if l.TokenDays < 0 || l.TokenDays > maxTokenDays {
		return invalid("limits.token_days", "A token cannot be good for %d days. Write 1 to %d; 90 when it is left out.", l.TokenDays, maxTokenDays)
	}
	if l.CallsPerMinute < 0 || l.CallsPerMinute > 1_000_000 {
		return invalid("limits.calls_per_minute", "%d calls a minute cannot be meant. Write 1 to 1000000; 600 when it is left out.", l.CallsPerMinute)
	}
	if l.ExportsAtOnce < 0 || l.ExportsAtOnce > maxExportsAtOnce {
		return invalid("limits.exports_at_once", "%d downloads at once cannot be meant. Write 1 to %d; 2 when it is left out.", l.ExportsAtOnce, maxExportsAtOnce)
	}
	return nil
}

// checkURL accepts https, and http for loopback only: tokens and sessions
// travel over these addresses.
func checkURL(key, value string, loopbackHTTP bool) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return invalid(key, "%q is not an address. Write https://host, without a query.", value)
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopbackHTTP && IsLoopback(u.Hostname()) {
		return nil
	}
	return invalid(key, "%q is not protected. Write https://; http is accepted for loopback only.", value)
}

// IsLoopback reports whether a host is this machine by name or address.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func isNetwork(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func invalid(key, format string, args ...any) error {
	e := fault.New(fault.Invalid, "Configuration key %s: "+format, append([]any{key}, args...)...)
	e.Field = key
	return e
}
