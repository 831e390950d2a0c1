package notify

import (
	"fmt"
	"html/template"
	"strings"
)

// subject is the first line people see: what it is about, never longer than a
// phone shows twice.
func subject(messages []Message) string {
	if len(messages) > 1 {
		return fmt.Sprintf("Steward: %d messages of the day", len(messages))
	}
	text := []rune("Steward: " + messages[0].Says)
	if len(text) > 120 {
		text = append(text[:119], '…')
	}
	return string(text)
}

func domain(address string) string {
	if _, d, ok := strings.Cut(address, "@"); ok && d != "" {
		return d
	}
	return "steward.invalid"
}

// letter is the HTML of a mail. Styles stand on the elements, because mail
// programs drop what stands elsewhere; nothing is loaded from anywhere.
var letter = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en"><body style="font-family:sans-serif;font-size:15px;line-height:1.45;max-width:36em">
{{range .}}<div style="margin:0 0 1.5em">
<p style="margin:0 0 .5em"><strong>{{.Says}}</strong></p>
<p style="margin:0 0 .5em"><a href="{{.Link}}">Open it in Steward</a></p>
<p style="margin:0;color:#595959;font-size:13px">{{.Why}}{{if .Tenant}} Tenant: {{.Tenant}}.{{end}}</p>
</div>
{{end}}{{if (index . 0).Wished}}<p style="color:#595959;font-size:13px">How often you hear of this is set on your own page in Steward.</p>{{end}}
</body></html>
`))

// bodies are the two forms of a mail.
func bodies(messages []Message) (text, html string, err error) {
	var t, h strings.Builder
	for i, m := range messages {
		if i > 0 {
			t.WriteString("\n--\n\n")
		}
		fmt.Fprintf(&t, "%s\n\n%s\n\n%s\n", m.Says, m.Link, m.Why)
		if m.Tenant != "" {
			fmt.Fprintf(&t, "Tenant: %s.\n", m.Tenant)
		}
	}
	if messages[0].Wished() {
		t.WriteString("\nHow often you hear of this is set on your own page in Steward.\n")
	}
	if err := letter.Execute(&h, messages); err != nil {
		return "", "", fmt.Errorf("write a mail: %w", err)
	}
	return t.String(), h.String(), nil
}
