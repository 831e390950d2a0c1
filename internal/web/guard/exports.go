package guard

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
)

// busyRetry is when to come back when every turn is taken: most files are done
// by then.
const busyRetry = 30 * time.Second

// limitExports lets a download through when one is free and the person has
// some left. It waits a little for its turn first, so that two people who
// click at the same moment both get their file, and a download that got no
// turn does not count.
func (g *Guard) limitExports(c echo.Context, who string, next echo.HandlerFunc) error {
	timer := time.NewTimer(g.limits.ExportWait)
	defer timer.Stop()
	select {
	case g.turns <- struct{}{}:
		defer func() { <-g.turns }()
	case <-c.Request().Context().Done():
		return c.Request().Context().Err()
	case <-timer.C:
		return g.refuse(c, "too many downloads at once", &fault.Error{Kind: fault.Throttled, RetryAfter: busyRetry,
			Sentence: fmt.Sprintf("The portal writes %d downloads at once, and others are being written now. Try again in %s; this attempt does not count.", g.limits.ExportsAtOnce, inWords(busyRetry))})
	}
	if wait := g.export.take(who); wait > 0 {
		return g.refuse(c, "too many downloads", &fault.Error{Kind: fault.Throttled, RetryAfter: wait,
			Sentence: fmt.Sprintf("You may download %d files an hour, and have. Wait %s for the next one, or ask whoever runs the portal for more (limits.exports_per_hour) or for a portal export on the server.", g.limits.ExportsPerHour, inWords(wait))})
	}
	return next(c)
}

// Exports returns how many files whoever sent the request may still download
// now, and how many they may in an hour.
func (g *Guard) Exports(c echo.Context) (left, perHour int) {
	return g.export.left(stateOf(c.Request().Context()).counted()), g.limits.ExportsPerHour
}
