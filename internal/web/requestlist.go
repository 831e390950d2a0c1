package web

import (
	"steward/internal/auth"
	"steward/web/templates/ui"
)

// requestTabs divide the list of requests by whose they are.
func requestTabs(req listRequest) []ui.Tab {
	mine := req.raw.Get("mine") == "yes"
	return []ui.Tab{{Label: "All", Href: req.change(map[string]string{"mine": ""}), Active: !mine}, {Label: "Asked by me", Href: req.change(map[string]string{"mine": "yes"}), Active: mine}}
}

// newRequestAction leads to the forms, for those who may ask.
func newRequestAction(who viewer) *ui.Action {
	if !who.may(auth.BeginRequest) {
		return nil
	}
	return &ui.Action{Label: "New request", Href: "/requests/new"}
}
