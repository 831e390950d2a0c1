package auth

import (
	"sync"
	"time"

	"steward/internal/ledger"
)

// Purpose is why the browser is sent to the provider.
type Purpose string

const (
	// ForSignIn begins a session.
	ForSignIn Purpose = "sign_in"
	// ForStepUp asks a signed-in person to prove again who they are.
	ForStepUp Purpose = "step_up"
	// ForRenewal reads the roles of a signed-in person again, without asking.
	ForRenewal Purpose = "renewal"
)

// attempt is one sign-in under way. It lives in memory: a restart costs the
// few who are signing in at that moment a second click, and nothing secret is
// written anywhere.
type attempt struct {
	browser  ledger.Hash // of the cookie that began it
	nonce    string
	verifier string // PKCE
	purpose  Purpose
	session  ledger.Hash // of a step-up or renewal
	returnTo string
	begun    time.Time
}

// maxAttempts bounds the memory that strangers can make us use.
const maxAttempts = 10000

// attempts are found by the hash of their state.
type attempts struct {
	mu    sync.Mutex
	by    map[ledger.Hash]attempt
	order []ledger.Hash // oldest first; those already taken are skipped
}

func (a *attempts) add(state string, at attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[ledger.Hash]attempt{}
	}
	for len(a.order) >= maxAttempts {
		delete(a.by, a.order[0])
		a.order = a.order[1:]
	}
	key := hashOf(state)
	a.by[key] = at
	a.order = append(a.order, key)
}

// take returns the attempt and forgets it: whatever comes of it, a state is
// used once.
func (a *attempts) take(state string) (attempt, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := hashOf(state)
	at, ok := a.by[key]
	delete(a.by, key)
	return at, ok
}

// open reports whether a browser has a sign-in under way, in another tab.
func (a *attempts) open(browser ledger.Hash, since time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range a.by {
		if at.browser == browser && !at.begun.Before(since) {
			return true
		}
	}
	return false
}

func (a *attempts) sweep(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	kept := a.order[:0]
	for _, key := range a.order {
		if at, ok := a.by[key]; ok && now.Sub(at.begun) <= AttemptLimit {
			kept = append(kept, key)
		} else {
			delete(a.by, key)
		}
	}
	a.order = kept
}
