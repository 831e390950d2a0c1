// Package secret owns how a secret is held in memory, where it is read from and
// how text is cleaned of secrets before anyone sees it. It does not know what a
// secret is for, and stores none.
//
// A configuration names a secret by reference only (file:PATH or env:NAME), so
// that the configuration itself may be shown, copied and backed up. The
// reference is read again at each use: whoever rotates a secret replaces the
// file, and nothing needs to be restarted.
//
// A Value prints as [redacted] through every way of printing that Go has,
// including as a field of someone else's struct. The text leaves it through
// Reveal and through nothing else, so a reviewer can find every use.
package secret
