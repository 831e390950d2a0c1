package sim

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/entra"
	"steward/internal/sim/powerbi"
)

// route separates the control paths from the services.
//
//	GET    /_sim/                what there is
//	GET    /_sim/counters        Counters; DELETE resets them and the quotas
//	GET    /_sim/journal?since=  entries after a sequence number
//	GET    /_sim/writes          every call that may change the tenant, with its body
//	GET    /_sim/clock           {"now"}; PUT {"set":"RFC 3339"} or {"advance":"1h"}
//	PUT    /_sim/faults          a fault file (YAML); DELETE clears
//	GET    /_sim/apps            registrations; PUT /_sim/apps/{name} switches to merge
//	PUT    /_sim/tricks          what goes wrong inside: see tricks
//	POST   /_sim/keys/rotate     sign with a new key; ?forget=true unpublishes the old
//
// A change needs the header X-Stand-In, which no page of another origin can send
// without being asked first; and requests under a name that is not loopback are
// refused, so that a rebound domain name cannot reach it from a browser.
func (c *Cloud) route(w http.ResponseWriter, r *http.Request) {
	if !loopbackName(r.Host) {
		http.Error(w, "the stand-in answers to loopback names only", http.StatusMisdirectedRequest)
		return
	}
	if !strings.HasPrefix(r.URL.Path, "/_sim") {
		c.serve(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Header.Get("X-Stand-In") == "" {
		http.Error(w, "send the header X-Stand-In: 1 with a change", http.StatusForbidden)
		return
	}
	c.control(w, r)
}

func loopbackName(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (c *Cloud) control(w http.ResponseWriter, r *http.Request) {
	what, name, _ := strings.Cut(strings.Trim(strings.TrimPrefix(r.URL.Path, "/_sim"), "/"), "/")
	switch r.Method + " " + what {
	case "GET ":
		tell(w, map[string]any{"tenant": c.cfg.World.Config().TenantID, "now": c.cfg.Clock.Now(), "limits": c.cfg.Limits,
			"paths": []string{"counters", "journal", "writes", "clock", "faults", "apps", "tricks", "keys/rotate"}})
	case "GET counters":
		tell(w, c.Counters())
	case "DELETE counters":
		c.Reset()
		tell(w, c.Counters())
	case "GET journal":
		since, err := strconv.ParseInt("0"+r.URL.Query().Get("since"), 10, 64)
		if err != nil {
			complain(w, errors.New("since must be a sequence number"))
			return
		}
		tell(w, c.journal.Since(since))
	case "GET writes":
		tell(w, c.journal.Writes())
	case "GET clock":
		tell(w, map[string]time.Time{"now": c.cfg.Clock.Now()})
	case "PUT clock":
		c.putClock(w, r)
	case "PUT faults", "DELETE faults":
		c.putFaults(w, r)
	case "PUT tricks":
		c.putTricks(w, r)
	case "GET apps":
		tell(w, c.switches())
	case "PUT apps":
		c.putApp(w, r, name)
	case "POST keys":
		c.Entra.RotateKeys(r.URL.Query().Get("forget") == "true")
		tell(w, map[string]bool{"rotated": true})
	default:
		http.Error(w, "no such control; GET /_sim/ lists them", http.StatusNotFound)
	}
}

func tell(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	// A failed write means that the caller has gone.
	_ = enc.Encode(v)
}

func complain(w http.ResponseWriter, err error) { http.Error(w, err.Error(), http.StatusBadRequest) }

func (c *Cloud) putClock(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Set     time.Time `json:"set"`
		Advance string    `json:"advance"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxKept)).Decode(&want); err != nil {
		complain(w, errors.New("send {\"set\": \"2026-01-02T03:04:05Z\"} or {\"advance\": \"1h\"}"))
		return
	}
	if want.Advance != "" {
		d, err := time.ParseDuration(want.Advance)
		if err != nil {
			complain(w, err)
			return
		}
		c.cfg.Clock.Advance(d)
	}
	if !want.Set.IsZero() {
		c.cfg.Clock.Set(want.Set)
	}
	tell(w, map[string]time.Time{"now": c.cfg.Clock.Now()})
}

func (c *Cloud) putFaults(w http.ResponseWriter, r *http.Request) {
	var list []Fault
	if r.Method == http.MethodPut {
		text, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err == nil {
			list, err = ParseFaults(text)
		}
		if err != nil {
			complain(w, err)
			return
		}
	}
	c.SetFaults(list)
	tell(w, map[string]int{"faults": len(list)})
}

// switches lists the registrations without their secrets.
func (c *Cloud) switches() map[string]any {
	out := map[string]any{}
	for _, a := range c.cfg.Apps {
		if now, ok := c.Entra.App(a.ClientID); ok {
			out[a.Name] = map[string]any{"clientId": now.ClientID, "objectId": now.ObjectID, "switches": now.Switches}
		}
	}
	return out
}

func (c *Cloud) putApp(w http.ResponseWriter, r *http.Request, name string) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxKept))
	if err != nil {
		complain(w, err)
		return
	}
	var bad error
	err = c.Entra.Change(name, func(s *entra.Switches) { bad = json.Unmarshal(text, s) })
	if err = errors.Join(err, bad); err != nil {
		complain(w, err)
		return
	}
	tell(w, c.switches())
}

// tricks are things that go wrong, or right, inside the tenant and not on the
// wire. A member that is absent changes nothing.
type tricks struct {
	// FailDeploymentOf is the id of an item whose deployment fails, HangRefreshOf
	// that of a model whose refreshes do not end; "" none.
	FailDeploymentOf *string `json:"failDeploymentOf"`
	HangRefreshOf    *string `json:"hangRefreshOf"`
	// FullCapacity is the id of a capacity to which every move fails; "" none.
	FullCapacity *string `json:"fullCapacity"`
	// FailImports makes the next so many imports fail while they are published.
	FailImports *int `json:"failImports"`
	// Scans shapes the metadata scans from now on.
	Scans *struct {
		// QueuedSeconds and RunningSeconds are how long one stays NotStarted and then
		// Running; FailEvery makes each nth fail, FailWith every one that asks for this
		// workspace.
		QueuedSeconds  float64 `json:"queuedSeconds"`
		RunningSeconds float64 `json:"runningSeconds"`
		FailEvery      int     `json:"failEvery"`
		FailWith       string  `json:"failWith"`
	} `json:"scans"`
	// EnterCredentialsOf is what a person does for a model that lost its
	// credentials when it changed hands.
	EnterCredentialsOf string `json:"enterCredentialsOf"`
}

func (c *Cloud) putTricks(w http.ResponseWriter, r *http.Request) {
	var t tricks
	d := json.NewDecoder(io.LimitReader(r.Body, maxKept))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		complain(w, err)
		return
	}
	if t.FailDeploymentOf != nil {
		c.Acts.FailItem(*t.FailDeploymentOf)
	}
	if t.HangRefreshOf != nil {
		c.Acts.HangItem(*t.HangRefreshOf)
	}
	if t.Scans != nil {
		c.PowerBI.SetScans(powerbi.Scans{Queued: time.Duration(t.Scans.QueuedSeconds * float64(time.Second)),
			Running: time.Duration(t.Scans.RunningSeconds * float64(time.Second)), FailEvery: t.Scans.FailEvery, FailWith: t.Scans.FailWith})
	}
	if t.FullCapacity != nil {
		c.Acts.FillCapacity(*t.FullCapacity)
	}
	if t.FailImports != nil {
		c.Acts.FailImports(*t.FailImports)
	}
	entered := t.EnterCredentialsOf != "" && c.Acts.EnterCredentials(t.EnterCredentialsOf)
	if entered && c.stateName != "" {
		c.stateMu.Lock()
		c.saveOrSay()
		c.stateMu.Unlock()
	}
	tell(w, map[string]bool{"entered": entered})
}
