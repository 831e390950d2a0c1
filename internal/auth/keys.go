package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/fault"
)

// keyInterval is the least time between two fetches of the provider's keys. A
// stranger who sends tokens with made-up key ids makes us ask this often and
// no more.
const keyInterval = 10 * time.Second

// keyAge is how old the keys may get before they are fetched again although
// the one in question is known: a withdrawn key must not live on here.
const keyAge = time.Hour

// keyMaxAge is how long known keys are used while the provider does not answer.
const keyMaxAge = 24 * time.Hour

// algorithms are those a token may be signed with. None and HMAC are not among
// them: with HMAC the public key would be the secret.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA}

// keySet holds the provider's public keys. It replaces go-oidc's, which asks
// the provider again for every unknown key id.
type keySet struct {
	url  string
	http *http.Client
	now  func() time.Time

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time // last success
	tried   time.Time // last attempt
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	if len(jws.Signatures) != 1 {
		return nil, errors.New("a token has exactly one signature")
	}
	id := jws.Signatures[0].Header.KeyID
	keys, err := k.candidates(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if payload, err := jws.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, fmt.Errorf("no key of the provider verifies the token (key id %.40q)", id)
}

// candidates returns the keys with the id; all of them when the token names
// none, as a provider with a single key may.
func (k *keySet) candidates(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	found := k.matching(id)
	age := now.Sub(k.fetched)
	if len(found) > 0 && age < keyAge {
		return found, nil
	}
	if now.Sub(k.tried) < keyInterval {
		if len(found) > 0 && age < keyMaxAge {
			return found, nil
		}
		return nil, nil // unknown, and asked a moment ago
	}
	k.tried = now
	err := k.fetch(ctx, now)
	if found = k.matching(id); len(found) > 0 && now.Sub(k.fetched) < keyMaxAge {
		return found, nil
	}
	return nil, err
}

func (k *keySet) matching(id string) []jose.JSONWebKey {
	var out []jose.JSONWebKey
	for _, key := range k.keys {
		if (id == "" || key.KeyID == id) && key.Use != "enc" && key.IsPublic() {
			out = append(out, key)
		}
	}
	return out
}

// fetch runs under the lock: others wait for it instead of asking too.
func (k *keySet) fetch(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return fmt.Errorf("fetch keys: %w", err)
	}
	resp, err := k.http.Do(req)
	if err != nil {
		return unavailable(fmt.Errorf("fetch keys: %w", err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return unavailable(fmt.Errorf("fetch keys: %w", err))
	}
	if resp.StatusCode != http.StatusOK {
		return unavailable(fmt.Errorf("fetch keys: status %d", resp.StatusCode))
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return unavailable(fmt.Errorf("read keys: %w", err))
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil { // a key of a kind we do not know is no reason to refuse the others
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return unavailable(errors.New("the provider's key set is empty"))
	}
	k.keys, k.fetched = keys, now
	return nil
}

// unavailable is how every failure to reach the provider looks to people.
func unavailable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "The sign-in provider does not answer. Try again in a moment; people who are signed in are not affected for up to 15 minutes.")
}
