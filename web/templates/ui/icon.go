package ui

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// icons holds the inside of each 16×16 drawing. They are drawn with the text's
// colour; "f" ones are filled, the others are lines.
var icons = map[string]string{
	"menu":     `<path d="M2 4h12M2 8h12M2 12h12"/>`,
	"search":   `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	"close":    `<path d="m4 4 8 8M12 4l-8 8"/>`,
	"chevron":  `<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>`,
	"left":     `<path d="m9.5 4.5-3.5 3.5 3.5 3.5"/>`,
	"right":    `<path d="m6.5 4.5 3.5 3.5-3.5 3.5"/>`,
	"up":       `<path d="M8 13V3.5M4 7l4-3.5L12 7"/>`,
	"down":     `<path d="M8 3v9.5M4 9l4 3.5L12 9"/>`,
	"plus":     `<path d="M8 3v10M3 8h10"/>`,
	"filter":   `<path d="M2 4h12M4.5 8h7M7 12h2"/>`,
	"download": `<path d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/>`,
	"copy":     `<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-1h-8v8h1"/>`,
	"check":    `<path d="m3 8.5 3.5 3.5L13 4.5"/>`,
	"clock":    `<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>`,
	"person":   `<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5c.6-2.7 2.5-4 5-4s4.4 1.3 5 4"/>`,
	"inbox":    `<path d="M2.5 9h3l1 2h3l1-2h3M2.5 9v4h11V9l-2-6h-7z"/>`,
	"info":     `<circle cx="8" cy="8" r="6"/><path d="M8 7.5v3.5M8 5v.1"/>`,
	"home":     `<path d="M2.5 7.5 8 3l5.5 4.5v6h-11z"/>`,
	"grid":     `<path d="M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5H9z"/>`,
	"shield":   `<path d="M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z"/>`,
	"work":     `<path d="M2.5 5.5h11v8h-11zM6 5.5v-2h4v2M2.5 9h11"/>`,
	"book":     `<path d="M3 2.5h8.5a1 1 0 0 1 1 1v10H4a1 1 0 0 1-1-1zM3 11.5h9.5M6 5.5h4"/>`,
	"dots":     `<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.5"/>`,
	"external": `<path d="M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5"/>`,
	"item":     `<path d="M4 2h5.5L12 4.5V14H4zM9 2v3h3M6 8h4M6 11h4"/>`,
	"key":      `<circle cx="5" cy="11" r="2.5"/><path d="m7 9 6-6M10.5 5.5 12.5 7.5"/>`,
	"people":   `<circle cx="6" cy="5.5" r="2.3"/><path d="M1.8 13c.4-2.4 1.8-3.7 4.2-3.700s3.8 1.3 4.2 3.700M10.5 3.500a2.2 2.2 0 0 1 0 4M12 9.800c1.3.5 2 1.6 2.3 3.2"/>`,
	"changes":  `<path d="M2.5 5.500h9M9 3l2.5 2.500L9 8M13.5 10.500h-9M7 8l-2.5 2.500L7 13"/>`,
	"pulse":    `<path d="M1.5 8.500h3l2-5 3 9 2-4h3"/>`,
	"moon":     `<path d="M13 9.500A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.500z"/>`,
	"gauge":    `<path d="M2.5 12a6 6 0 1 1 11 0M8 10l3-4"/>`,
	"sliders":  `<path d="M2.5 5h6M12 5h1.500M2.5 11H4M7.5 11h6"/><circle cx="10.2" cy="5" r="1.7"/><circle cx="5.7" cy="11" r="1.7"/>`,
	"alert":    `<path d="M8 2.5 14.5 13.500h-13zM8 6.500v3M8 11.500v.1"/>`,
	"score":    `<path d="M3 13.500V9M8 13.500V3M13 13.500V6.5"/>`,
	"baseline": `<path d="m2.5 4.5 1.3 1.300L6 3.500M2.5 10.500l1.3 1.300L6 9.500M8.5 5h5M8.5 11h5"/>`,
	"waiver":   `<circle cx="8" cy="8" r="6"/><path d="m4 12 8-8"/>`,
	"list":     `<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1"/>`,
	"play":     `<path d="M4.5 2.800v10.400L13 8z"/>`,
	"pipeline": `<circle cx="3.5" cy="8" r="1.8"/><circle cx="12.5" cy="8" r="1.8"/><path d="M5.3 8h5.400M8.5 5.8 10.7 8l-2.2 2.2"/>`,
	"refresh":  `<path d="M13.5 8A5.5 5.5 0 1 1 11.6 3.800M13.5 2v3h-3"/>`,
	"report":   `<path d="M2.5 2.500h11v11h-11zM5.5 11V8M8 11V5M10.5 11V9"/>`,
	"scan":     `<path d="M2.5 5.500v-3h3M10.5 2.500h3v3M13.5 10.500v3h-3M5.5 13.500h-3v-3M2.5 8h11"/>`,
	"wrench":   `<path d="M10.5 2.500a3.2 3.2 0 0 0-3 4.500L2.5 12 4 13.500l5-5a3.2 3.2 0 0 0 4.5-3.500L11.5 7 9 4.500z"/>`,
	// Severities: an octagon, a triangle, a diamond, a ring.
	"critical": `<path class="f" d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5z"/><path class="on" d="M8 4.5v4M8 11v.2"/>`,
	"high":     `<path class="f" d="M8 2 15 14H1z"/><path class="on" d="M8 6.5v3.5M8 12v.1"/>`,
	"medium":   `<path class="f" d="m8 1.5 6.5 6.5L8 14.5 1.5 8z"/>`,
	"low":      `<circle cx="8" cy="8" r="5"/>`,
	// States: a ring, a dot in a ring, a tick in a disc, a half disc, a cross in a disc.
	"neutral": `<circle cx="8" cy="8" r="5"/>`,
	"running": `<circle cx="8" cy="8" r="5.5"/><circle class="f" cx="8" cy="8" r="2.5"/>`,
	"good":    `<circle class="f" cx="8" cy="8" r="6.5"/><path class="on" d="m5 8.2 2.2 2.2L11 6"/>`,
	"warn":    `<path class="f" d="M8 2 15 14H1z"/><path class="on" d="M8 6.5v3.5M8 12v.1"/>`,
	"bad":     `<circle class="f" cx="8" cy="8" r="6.5"/><path class="on" d="m5.7 5.7 4.6 4.600M10.3 5.700l-4.6 4.6"/>`,
}

// Icon draws a small picture that repeats what the text beside it says; it is
// hidden from screen readers. An unknown name draws nothing.
func Icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">%s</svg>`, icons[name])
		return err
	})
}

func toneClass(t Tone) string {
	if t == Neutral {
		return "tone-neutral"
	}
	return "tone-" + string(t)
}

func toneIcon(t Tone) string {
	switch t {
	case Info:
		return "running"
	case Good, Warn, Bad:
		return string(t)
	}
	return "neutral"
}

func severityClass(level string) string {
	switch level {
	case "critical", "high", "medium", "low":
		return "sev-" + level
	}
	return "sev-other"
}

func severityIcon(level string) string {
	if severityClass(level) == "sev-other" {
		return "neutral"
	}
	return level
}

// title writes a state's word as people write it: "in_doubt" → "In doubt".
func title(word string) string {
	w := strings.ReplaceAll(word, "_", " ")
	if w == "" {
		return "Unknown"
	}
	return strings.ToUpper(w[:1]) + w[1:]
}
