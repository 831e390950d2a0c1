package entra

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
	"steward/internal/sim/rest"
)

// firstKey is made once for the whole process: making one costs a good part of a
// second, and tests start many clouds.
var firstKey = sync.OnceValue(newKey)

func newKey() jose.JSONWebKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		// The system's source of randomness is gone; nothing can be signed.
		panic(fmt.Sprintf("make a signing key: %v", err))
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.RS256), Use: "sig"}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		panic(fmt.Sprintf("name a signing key: %v", err))
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(sum)[:27]
	return key
}

// keyRing holds the signing keys, newest last. Entra publishes the next key and
// goes on publishing old ones for a while, so all of them verify.
type keyRing struct {
	mu   sync.Mutex
	keys []jose.JSONWebKey
}

func newKeyRing() *keyRing { return &keyRing{keys: []jose.JSONWebKey{firstKey()}} }

func (k *keyRing) current() jose.JSONWebKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys[len(k.keys)-1]
}

func (k *keyRing) byID(id string) (jose.JSONWebKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range k.keys {
		if key.KeyID == id {
			return key, true
		}
	}
	return jose.JSONWebKey{}, false
}

func (k *keyRing) public() jose.JSONWebKeySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, key := range k.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// RotateKeys signs with a new key from now on. The old ones stay published
// unless forget is set, which is what a revoked key looks like.
func (s *Service) RotateKeys(forget bool) {
	key := newKey()
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if forget {
		s.keys.keys = nil
	}
	s.keys.keys = append(s.keys.keys, key)
	s.mu.Lock()
	s.verified = map[string]Claims{}
	s.mu.Unlock()
}

func (s *Service) jwks(c *rest.Call) { c.JSON(200, s.keys.public()) }
