package main

import "os/user"

// account is the account of the machine under which the command runs, for the
// ledger; empty when the machine does not tell.
func account() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
