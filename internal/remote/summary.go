package remote

import (
	"fmt"
	"strings"
)

// Summary is the request in Markdown, for the page of a pipeline's run. What
// people and tenants called things is shown as text, whatever it holds.
func (r Request) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s. [Open the request](%s)\n\n", plain(r.Title), plain(r.Says), r.Href)
	rows := [][2]string{{"Request", "`" + r.ID + "`"}, {"Kind", r.Kind}, {"Tenant", plain(r.Tenant)}, {"Risk", r.Risk}, {"Reason", plain(r.Reason)}, {"Note", plain(r.Note)}, {"Plan", "`" + r.Hash + "`"}}
	b.WriteString("| | |\n|---|---|\n")
	for _, row := range rows {
		if strings.Trim(row[1], "`") != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
		}
	}
	if len(r.Decisions) > 0 {
		b.WriteString("\n| Who | Said | Note | When |\n|---|---|---|---|\n")
	}
	for _, d := range r.Decisions {
		said := map[bool]string{true: "approved", false: "rejected"}[d.Approves]
		if !d.Counts {
			said += " (an earlier plan)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", plain(d.By), said, plain(d.Note), d.At)
	}
	if r.Run != nil && len(r.Run.Steps) > 0 {
		b.WriteString("\n| Step | Outcome | Note |\n|---|---|---|\n")
		for _, s := range r.Run.Steps {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", plain(s.Says), s.State, plain(s.Note))
		}
	}
	return b.String()
}

// plain takes away what Markdown and a table's cells would read as their own.
func plain(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			b.WriteByte(' ')
		case c < ' ' || c == 0x7f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069:
		case strings.ContainsRune("\\`*_{}[]()#+!|<>~@&$", c):
			fmt.Fprintf(&b, "&#%d;", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
