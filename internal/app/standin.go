package app

import (
	"errors"
	"fmt"
	"os"
	"time"

	"steward/internal/fault"
	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
)

// StandIn says what pretend cloud to start.
type StandIn struct {
	Addr       string
	Workspaces int
	Seed       uint64
	// Unlimited turns Microsoft's rate limits off.
	Unlimited bool
	Latency   time.Duration
	// FaultsFile orders faults; empty for none.
	FaultsFile string
	// StateFile keeps what callers changed across starts; empty for no file.
	StateFile string
	// Clock is the stand-in's; nil is the machine's.
	Clock *sim.Clock
	// Plain leaves answers uncompressed: the portal is in the same program.
	Plain bool
	// RedirectURI is where the portal takes sign-in replies.
	RedirectURI string
	Logf        func(format string, args ...any)
	// quick lets moves between capacities take a second instead of minutes.
	quick bool
}

// portalClientID is the pretend registration of the portal's own sign-in. It
// opens nothing but the stand-in.
const (
	portalClientID     = "5ca1ab1e-0000-4000-8000-00000000000a"
	portalClientSecret = "stand-in-only-sign-in-secret" //nolint:gosec // opens nothing but the stand-in on loopback
)

// storyAge is how long ago the first projects were made ready to be promoted:
// before the last full scan of the demo's past, which so knows it.
const storyAge = 4 * 24 * time.Hour

// StartStandIn starts the pretend cloud on loopback. The caller closes it.
func StartStandIn(s StandIn) (*sim.Cloud, sim.Endpoints, error) {
	faults, err := readFaults(s.FaultsFile)
	if err != nil {
		return nil, sim.Endpoints{}, err
	}
	cfg := sim.Config{
		World:   world.New(world.Config{Seed: s.Seed, Workspaces: s.Workspaces}),
		Clock:   s.Clock,
		Latency: s.Latency,
		Faults:  faults,
		Plain:   s.Plain,
		Logf:    s.Logf,
		Seed:    s.Seed,
	}
	if s.quick {
		cfg.Times = acts.Times{Move: time.Second, Step: time.Second, FirstDeploy: time.Second, Refresh: time.Second}
	}
	if s.Unlimited {
		cfg.Limits = sim.Off
	}
	cfg.SignIn.ClientID, cfg.SignIn.ClientSecret = portalClientID, portalClientSecret
	if s.RedirectURI != "" {
		cfg.SignIn.RedirectURIs = []string{s.RedirectURI}
	}
	cloud := sim.New(cfg)
	if s.StateFile != "" {
		var other *world.OtherTenant
		if err := cloud.KeepState(s.StateFile); errors.As(err, &other) {
			return nil, sim.Endpoints{}, fault.Wrap(err, fault.Invalid,
				"The stand-in's tenant in %s has about %d workspaces and seed %d. Write --workspaces %d --seed %d to go on with it, or begin anew.",
				s.StateFile, other.Workspaces, other.Seed, other.Workspaces, other.Seed)
		} else if err != nil {
			return nil, sim.Endpoints{}, fault.Wrap(err, fault.Invalid, "The state file %s cannot be used: %v.", s.StateFile, err)
		}
	}
	if err := cloud.World().TellStory(cloud.Clock().Now().Add(-storyAge)); err != nil {
		return nil, sim.Endpoints{}, fault.Wrap(err, fault.Internal, "The stand-in's tenant cannot be made ready.")
	}
	at, err := cloud.Start(s.Addr)
	if err != nil {
		return nil, at, fault.Wrap(err, fault.Invalid, "The stand-in cannot listen on %s: %v.", s.Addr, err)
	}
	return cloud, at, nil
}

func readFaults(name string) ([]sim.Fault, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file of faults %s cannot be read.", name)
	}
	list, err := sim.ParseFaults(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file of faults %s cannot be used: %v.", name, err)
	}
	return list, nil
}

// WriteConfig writes a configuration that fits the running stand-in, and the
// secret files it refers to beside it, ready for serve, scan and check.
func WriteConfig(name string, w *world.World, at sim.Endpoints, listen string) error {
	return writeConfig(name, w, at, listen)
}

// Apps returns the two registrations of the stand-in as a person would copy
// them: name, client id, secret.
func Apps(w *world.World) [][3]string {
	var out [][3]string
	for _, a := range sim.DefaultApps(w) {
		out = append(out, [3]string{a.Name, a.ClientID, a.Secret})
	}
	return out
}

// Hint is what a person does with a written configuration.
func Hint(name string) string {
	return fmt.Sprintf("portal serve --config %[1]s, portal scan --config %[1]s, portal check --config %[1]s", name)
}
