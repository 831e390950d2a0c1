package notify

import (
	"context"
	"encoding/json"
	"net/http"
)

// Teams posts a message to a workflow of Microsoft Teams ("When a Teams webhook
// request is received") as an adaptive card. Texts stand in text runs, which
// know no Markdown: a name cannot become a link.
func (h Hook) Teams(ctx context.Context, m Message) error {
	body, err := json.Marshal(card(m))
	if err != nil {
		return Permanent(err)
	}
	return h.post(ctx, body, http.Header{})
}

type object map[string]any

func card(m Message) object {
	why := m.Why
	if m.Tenant != "" {
		why += " Tenant: " + m.Tenant + "."
	}
	content := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"msteams": object{"width": "Full"},
		"body": []object{
			{"type": "RichTextBlock", "inlines": []object{{"type": "TextRun", "text": m.Says, "weight": "Bolder", "size": "Medium"}}},
			{"type": "RichTextBlock", "inlines": []object{{"type": "TextRun", "text": why, "isSubtle": true}}},
		},
		"actions": []object{{"type": "Action.OpenUrl", "title": "Open it in Steward", "url": m.Link}},
	}
	return object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": content}}}
}
