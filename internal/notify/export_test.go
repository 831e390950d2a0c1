package notify

import "net/netip"

// Cleaned is what the notifier does to every message before it leaves.
func Cleaned(m Message) Message { return m.clean() }

// Says is an error as its page shows it.
func Says(err error) string { return says(err) }

// May tells whether an address may be called.
func (r Reach) May(address string) bool {
	a, err := netip.ParseAddrPort(address)
	return err == nil && r.may(a)
}

// When is when a mail may leave.
var When = when
