package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// Readiness is one thing the portal needs to be of use.
type Readiness struct {
	// Name is database, disk, ledger, rules, or scan with the number of the
	// tenant in the configuration: the page is open to everyone, and names of
	// tenants are not for everyone.
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Says is the reason when it is not OK, and may be a remark when it is.
	Says string `json:"says,omitempty"`
}

// readyz answers 200 when the portal is of use and 503 when not, each with the
// reasons. It needs no one to be signed in and answers under any name: probes
// call by address.
func (s *Server) readyz(c echo.Context) error {
	answer := struct {
		Ready  bool        `json:"ready"`
		Checks []Readiness `json:"checks"`
	}{Ready: true, Checks: []Readiness{}}
	if s.Installation != nil {
		answer.Checks = append(answer.Checks, s.Installation.Ready(c.Request().Context())...)
	}
	for _, r := range answer.Checks {
		answer.Ready = answer.Ready && r.OK
	}
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	return c.JSON(status, answer)
}
