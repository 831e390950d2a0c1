package main

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"

	"steward/internal/config"
)

// newServiceLog is the log of a portal that serves: one JSON object a line on
// w. Names of tenants are replaced by their place in the configuration unless
// they are asked for, wherever they stand: logs go further than the pages do.
func newServiceLog(w io.Writer, cfg *config.Config, level slog.Level, names bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if !names {
		o.ReplaceAttr = withoutTenants(cfg)
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// withoutTenants replaces each tenant's name and id, as whole words.
func withoutTenants(cfg *config.Config) func([]string, slog.Attr) slog.Attr {
	type hidden struct {
		word    *regexp.Regexp
		instead string
	}
	var all []hidden
	for i, t := range cfg.Tenants {
		for _, text := range []string{t.Name, t.TenantID} {
			if text != "" {
				all = append(all, hidden{regexp.MustCompile(`(?i)(^|[^\w-])` + regexp.QuoteMeta(text) + `($|[^\w-])`), fmt.Sprintf("${1}tenants.%d${2}", i)})
			}
		}
	}
	return func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
			return a
		}
		var text string
		switch v := a.Value.Resolve(); v.Kind() {
		case slog.KindString:
			text = v.String()
		case slog.KindAny:
			text = fmt.Sprint(v.Any())
		default:
			return a
		}
		for _, h := range all {
			text = h.word.ReplaceAllString(text, h.instead)
		}
		return slog.String(a.Key, text)
	}
}
