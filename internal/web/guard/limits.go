package guard

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// MaxBody is the most a request may carry, in bytes.
const MaxBody = 1 << 20

// Limits bound how often things may be done; a zero gets its default.
type Limits struct {
	// LoginsPerMinute counts visits to the sign-in per address; 10.
	LoginsPerMinute int
	// WritesPerMinute counts everything that is no GET per person; 60.
	WritesPerMinute int
	// CallsPerMinute counts what one token asks the API for; 600.
	CallsPerMinute int
	// ExportsPerHour counts downloads per person; 6.
	ExportsPerHour int
	// ExportsAtOnce is how many downloads are written at the same time, for
	// everybody; 2. Each holds a connection to the database.
	ExportsAtOnce int
	// ExportWait is how long a download waits for its turn; 15 seconds.
	ExportWait time.Duration
}

// WithDefaults returns the limits with every zero replaced by its default.
func (l Limits) WithDefaults() Limits {
	for _, d := range []struct {
		n   *int
		def int
	}{{&l.LoginsPerMinute, 10}, {&l.WritesPerMinute, 60}, {&l.CallsPerMinute, 600}, {&l.ExportsPerHour, 6}, {&l.ExportsAtOnce, 2}} {
		if *d.n <= 0 {
			*d.n = d.def
		}
	}
	if l.ExportWait <= 0 {
		l.ExportWait = 15 * time.Second
	}
	return l
}

// maxBuckets bounds the memory that strangers' addresses can take.
const maxBuckets = 10000

// buckets hold a token bucket per key: full at first, refilled evenly.
type buckets struct {
	burst float64
	per   time.Duration // in which an empty bucket fills up
	now   func() time.Time

	mu sync.Mutex
	by map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newBuckets(n int, per time.Duration, now func() time.Time) *buckets {
	return &buckets{burst: float64(n), per: per, now: now, by: map[string]*bucket{}}
}

// take takes one token and returns zero, or how long to wait for one.
func (b *buckets) take(key string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	l := b.by[key]
	if l == nil {
		if len(b.by) >= maxBuckets {
			b.sweep(now)
		}
		l = &bucket{tokens: b.burst, at: now}
		b.by[key] = l
	}
	if gone := now.Sub(l.at); gone > 0 { // a clock that was set back fills nothing
		l.tokens = min(b.burst, l.tokens+b.burst*gone.Seconds()/b.per.Seconds())
		l.at = now
	}
	if l.tokens >= 1 {
		l.tokens--
		return 0
	}
	return time.Duration((1 - l.tokens) / b.burst * float64(b.per))
}

// left is how many tokens the key has, without taking one.
func (b *buckets) left(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.by[key]
	if l == nil {
		return int(b.burst)
	}
	return int(min(b.burst, l.tokens+b.burst*max(0, b.now().Sub(l.at).Seconds())/b.per.Seconds()))
}

// sweep forgets buckets that are full anyway; if that is not enough, all: a
// flood from ten thousand addresses is not held back by counting them.
func (b *buckets) sweep(now time.Time) {
	for key, l := range b.by {
		if now.Sub(l.at) >= b.per {
			delete(b.by, key)
		}
	}
	if len(b.by) >= maxBuckets {
		clear(b.by)
	}
}

// limitRate counts sign-ins per address, writes and exports per person.
func (g *Guard) limitRate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		who := stateOf(c.Request().Context()).counted()
		r, _ := g.routes.find(c)
		var wait time.Duration
		what := ""
		switch {
		case r.Path == auth.LoginPath || r.Path == auth.CallbackPath:
			// Sign-in and callback count apart: one sign-in is one of each. People
			// behind one address whose sessions renew themselves count alone.
			what, wait = "sign-ins", g.logins.take(r.Path+" "+who)
		case !safe(c.Request().Method):
			what, wait = "changes", g.writes.take(who)
		case ofMachines(c):
			what, wait = "calls", g.calls.take(who)
		case r.Export || r.Action == auth.ExportLedger:
			return g.limitExports(c, who, next)
		}
		if wait > 0 {
			return g.refuse(c, "too many "+what, &fault.Error{Kind: fault.Throttled, RetryAfter: wait,
				Sentence: "Too many " + what + " in a short time. Wait " + inWords(wait) + ", then try again."})
		}
		return next(c)
	}
}

// counted is whom the limits count: the person, or else the address.
func (st *state) counted() string {
	if st.machine && st.session.Person.Token != "" && st.session.Hash != (ledger.Hash{}) {
		return "token " + st.session.Person.Token // its owner's browser is not held up by it
	}
	if st.session != nil {
		return "person " + st.session.Person.TenantID + " " + st.session.Person.ObjectID
	}
	return "ip " + network(st.client.IP)
}

func inWords(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(time.Minute).String()
}

// limitBody caps what a request may carry, declared or not.
func (g *Guard) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		most := max(MaxBody, g.routes[req.Method+" "+c.Path()].MaxBody)
		if req.ContentLength > most {
			return g.refuse(c, "too large", fault.Wrap(&http.MaxBytesError{Limit: most}, fault.Invalid, "That is more than the portal takes at once (%d MiB). Send less.", most>>20))
		}
		req.Body = http.MaxBytesReader(c.Response().Writer, req.Body, most)
		return next(c)
	}
}

// clientIP returns where a request comes from: the connection's address, or,
// when that is a proxy of ours, the last address in X-Forwarded-For that is
// none. What a client writes itself is to the left of that and never read.
func (g *Guard) clientIP(req *http.Request) string {
	addr, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return ""
	}
	ip := addr.Addr().Unmap()
	hops := strings.Split(strings.Join(req.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && g.trusted(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	return ip.WithZone("").String()
}

func (g *Guard) trusted(ip netip.Addr) bool {
	for _, p := range g.cfg.Proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// network is the unit that is counted: an IPv4 address, or the /64 that one
// IPv6 customer has to himself.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Is4() {
		return ip
	}
	p, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}
