// Package app knows everyone: it builds the portal from its configuration,
// starts and stops it, and runs the demo and the stand-in. It is the only
// package that reads configuration on behalf of others. It owns no rule, no
// SQL and no page.
package app
