package notify_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"steward/internal/notify"
)

// TestWhatMayBeCalled holds every way we know to write an address that is not
// a public one, as the dialler sees it after names were resolved.
func TestWhatMayBeCalled(t *testing.T) {
	t.Parallel()
	no := []string{
		"127.0.0.1:443", "127.1.2.3:443", "127.255.255.255:443", "0.0.0.0:443", "0.1.2.3:443", "10.0.0.1:443", "10.255.255.255:443",
		"172.16.0.1:443", "172.31.255.255:443", "192.168.0.1:443", "192.168.255.254:443", "169.254.0.1:443", "169.254.169.254:443", "169.254.170.2:443",
		"100.64.0.1:443", "100.127.255.255:443", "192.0.0.1:443", "192.0.0.192:443", "192.0.2.1:443", "198.18.0.1:443", "198.19.255.255:443", "198.51.100.7:443", "203.0.113.9:443",
		"192.88.99.1:443", "224.0.0.1:443", "239.255.255.255:443", "240.0.0.1:443", "255.255.255.255:443",
		"[::]:443", "[::1]:443", "[::ffff:127.0.0.1]:443", "[::ffff:10.0.0.1]:443", "[::ffff:169.254.169.254]:443", "[::ffff:192.168.1.1]:443", "[::127.0.0.1]:443", "[::7f00:1]:443",
		"[64:ff9b::7f00:1]:443", "[64:ff9b::a9fe:a9fe]:443", "[64:ff9b:1::1]:443", "[2002:7f00:1::]:443", "[2002:a00:1::1]:443", "[2001::1]:443", "[2001:db8::1]:443",
		"[fc00::1]:443", "[fd00::1]:443", "[fd00:ec2::254]:443", "[fe80::1]:443", "[fe80::1%eth0]:443", "[febf::1]:443", "[fec0::1]:443", "[ff02::1]:443", "[ff0e::1]:443", "[100::1]:443", "[3fff::1]:443", "[5f00::1]:443",
		"8.8.8.8:80", "8.8.8.8:22", "8.8.8.8:8443", "8.8.8.8:0", "[2606:4700::1111]:25", "1.1.1.1:444", "", "8.8.8.8", "localhost:443",
	}
	if len(no) < 60 {
		t.Fatalf("%d forms, want 60", len(no))
	}
	var r notify.Reach
	for _, a := range no {
		if r.May(a) {
			t.Errorf("%s may be called", a)
		}
	}
	for _, a := range []string{"8.8.8.8:443", "20.190.128.1:443", "[2606:4700::1111]:443", "[2603:1020::1]:443"} {
		if !r.May(a) {
			t.Errorf("%s may not be called", a)
		}
	}
	r.Allow = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	if !r.May("10.1.2.3:8443") || !r.May("[::ffff:10.1.2.3]:443") || r.May("10.2.0.1:443") {
		t.Error("the networks that were allowed are not exactly those")
	}
}

// TestNobodyIsCalledByARoundabout counts what arrives at a receiver that may
// not be called, by its name, by a redirect and by a proxy of the environment.
func TestNobodyIsCalledByARoundabout(t *testing.T) {
	var calls int
	inner := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ }))
	t.Cleanup(inner.Close)
	t.Setenv("HTTPS_PROXY", inner.URL)
	_, port, _ := net.SplitHostPort(inner.Listener.Addr().String())
	outer := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(outer.Close)
	closed := notify.Reach{Roots: pool(inner)}
	open := notify.Reach{Roots: pool(outer), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	for name, h := range map[string]notify.Hook{
		"its address":    hook(t, inner.URL, closed),
		"localhost":      hook(t, "https://localhost:"+port+"/", closed),
		"a redirect":     hook(t, outer.URL, open),
		"plain http":     hook(t, "http"+inner.URL[len("https"):], open),
		"a user in it":   hook(t, "https://user@"+inner.Listener.Addr().String()+"/", open),
		"another scheme": hook(t, "file:///etc/passwd", open),
	} {
		if err := h.Webhook(t.Context(), asked); err == nil || !notify.IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls != 0 {
		t.Errorf("%d calls arrived", calls)
	}
}
