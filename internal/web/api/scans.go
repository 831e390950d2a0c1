package api

import (
	"net/http"
	"reflect"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
)

type scanWish struct {
	Kind string `json:"kind" enum:"full incremental"`
}

// scans are starting, watching and stopping. What a scan saw is at /scans/{id},
// all of them are the report scans.
func (a *API) scans() []Operation {
	tenant := []Param{{Name: "tenant", Says: "The tenant's name.", Required: true, Schema: text("")}}
	now := schemaOf(reflect.TypeFor[Scanning]())
	return []Operation{
		{Method: http.MethodGet, Path: "/tenants/{tenant}/scan", ID: "watchScan", Tag: "Scans", Summary: "What is being scanned now", Action: auth.ViewScans, Params: tenant, Answer: now, Serve: a.scanning},
		{Method: http.MethodPost, Path: "/tenants/{tenant}/scan", ID: "startScan", Tag: "Scans", Summary: "Start a scan",
			About:  "It goes on in the background: watch it with GET. 409 while one is running.",
			Action: auth.StartScan, Params: tenant, Body: schemaOf(reflect.TypeFor[scanWish]()), Status: http.StatusAccepted, Answer: now, Serve: a.startScan},
		{Method: http.MethodDelete, Path: "/tenants/{tenant}/scan", ID: "stopScan", Tag: "Scans", Summary: "Stop the running scan", About: "What it has read is thrown away; pages go on showing the one before.",
			Action: auth.CancelScan, Params: tenant, Answer: now, Serve: a.stopScan},
	}
}

func (a *API) scanning(c echo.Context) error {
	now, err := a.Site.Scanning(c, c.Param("tenant"))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, now)
}

func (a *API) startScan(c echo.Context) error {
	var w scanWish
	if err := read(c, &w); err != nil {
		return err
	}
	if err := a.Site.StartScan(c, c.Param("tenant"), w.Kind); err != nil {
		return err
	}
	return a.asked(c, http.StatusAccepted)
}

func (a *API) stopScan(c echo.Context) error {
	if err := a.Site.StopScan(c, c.Param("tenant")); err != nil {
		return err
	}
	return a.asked(c, http.StatusOK)
}

// asked shows what is under way after it was changed; who may start a scan sees
// it.
func (a *API) asked(c echo.Context, status int) error {
	now, err := a.Site.Scanning(c, c.Param("tenant"))
	if err != nil {
		return err
	}
	return answer(c, status, now)
}
