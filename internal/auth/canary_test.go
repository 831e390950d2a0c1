package auth_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
)

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// No secret of a sign-in, good or bad, is in the database's files or the log.
func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	p := open(t, true, func(c *auth.Config) {
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	secrets := []string{authtest.Secret, "refresh-0", "eyJ"}
	cookie, _ := p.signIn()
	secrets = append(secrets, cookie)
	for _, f := range forgeries {
		v := p.begin(auth.Start{})
		secrets = append(secrets, v.Query.Get("code"), v.Query.Get("state"), v.Browser)
		if f.reply != nil && !strings.HasPrefix(f.name, "eleven") {
			f.reply(p, &v)
		}
		p.issuer.Forge(f.token)
		if _, err := p.Complete(t.Context(), v.Callback); err != nil {
			for _, s := range secrets {
				if s != "" && strings.Contains(err.Error(), s) {
					t.Errorf("%s: the error holds a secret: %v", f.name, err)
				}
			}
		}
		p.issuer.Fail("/token", 0)
		p.issuer.Fail("/keys", 0)
		p.setSecret(authtest.Secret)
		p.issuer.Forge(nil)
	}
	p.advance(11 * time.Minute)
	p.mustLookup(cookie)
	files, err := filepath.Glob(p.db.Path() + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files: %v, %v", files, err)
	}
	where := map[string][]byte{"log": log.Bytes()}
	for _, f := range files {
		if where[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range where {
		for _, s := range secrets {
			if s != "" && bytes.Contains(text, []byte(s)) {
				t.Errorf("%s holds %q", name, s)
			}
		}
	}
	if !bytes.Contains(log.Bytes(), []byte("sign-in not completed")) {
		t.Error("the log says nothing about refused sign-ins")
	}
}
