package request

import (
	"slices"
	"strconv"
	"strings"
)

// afterwards are the words of the column allow that are about what comes after
// a deployment.
const (
	wordRefresh = "refresh"
	wordApp     = "app"
)

// promotion reads a row: items by name or id with | between, none for
// everything; allow holds words with | between: create, overwrite, skip_tiles,
// take_over, label, purge, and app and refresh for afterwards.
func (r *csvRow) promotion() Params {
	p := &PromotionParams{Note: r.text("note"), Mapping: true}
	route := RouteParams{Pipeline: r.pipeline(), Stage: strconv.FormatInt(r.stage(), 10), What: CarryAll, Items: parts(r.text("items"))}
	if len(route.Items) > 0 {
		route.What = CarrySelected
	}
	p.Routes = []RouteParams{route}
	switches := map[string]*bool{"create": &p.AllowCreate, "overwrite": &p.AllowOverwrite, "skip_tiles": &p.AllowSkipTiles, "take_over": &p.AllowTakeOver,
		"label": &p.AllowLabel, "purge": &p.AllowPurge, wordRefresh: &p.Refresh, wordApp: &p.UpdateApp}
	for _, word := range parts(r.text("allow")) {
		on, known := switches[strings.ToLower(word)]
		if !known {
			r.bad("allow", "%q is nothing that can be allowed; the words are create, overwrite, skip_tiles, take_over, label, purge, app and refresh", word)
			continue
		}
		*on = true
	}
	return p
}

// parts are texts with | between.
func parts(text string) []string {
	all := strings.Split(text, "|")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
