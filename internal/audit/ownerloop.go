package audit

// questionState is where a question to an owner stood as of the view.
const questionState = "CASE WHEN k.closed IS NULL OR k.closed > @until THEN 'waiting' ELSE k.outcome END"

// ownerLoop is every question that was put to an owner: who was asked, when
// they were reminded, whom their silence reached, and what they said.
func ownerLoop() *Report {
	past := func(column string) string { return "CASE WHEN k." + column + " <= @until THEN k." + column + " END" }
	answer := func(column string) string {
		return "CASE WHEN k.outcome = 'answered' AND k.closed <= @until THEN (SELECT oa." + column + " FROM ownership_answer oa WHERE oa.ws = k.ws AND oa.at <= k.closed ORDER BY oa.id DESC LIMIT 1) END"
	}
	waiting := func(expr string) string { return "CASE WHEN k.closed IS NULL THEN " + expr + " END" }
	return &Report{
		Name: "owner-loop", Title: "Owners' answers",
		Question: "Who was asked whether a workspace is kept, who is silent, and who was told of it?",
		Sort:     "asked",
		Columns: columns(workspaceColumns(), []Column{
			{Key: "state", Title: "State", Kind: Badge, expr: questionState},
			{Key: "owner", Title: "Asked", Kind: Name, expr: "CASE k.owner WHEN '' THEN '(nobody to ask)' ELSE k.owner_name END", Link: Link{ToPerson, "owner_id"}},
			{Key: "asked", Title: "Since", Kind: Date, Sortable: true, expr: "k.asked"},
			{Key: "says", Title: "Why", Kind: Name, expr: "k.says"},
			{Key: "reminders", Title: "Reminders", Kind: Number, expr: "k.reminders", Help: "Written down to be sent; the list of what is to be told says what was."},
			{Key: "reminded", Title: "Last reminder", Kind: Date, expr: past("reminded")},
			{Key: "remind_at", Title: "Next reminder", Kind: Date, expr: waiting("k.remind_at")},
			{Key: "escalate_at", Title: "Silence is told", Kind: Date, expr: waiting("k.escalate_at"), Help: "When others are told that the owner says nothing. Empty when they were."},
			{Key: "escalated", Title: "Silence was told", Kind: Date, expr: past("escalated")},
			{Key: "escalated_to", Title: "To", Kind: Name, expr: "CASE WHEN k.escalated <= @until THEN nullif(k.escalated_to, '') END"},
			{Key: "answer", Title: "Answer", Kind: Badge, expr: answer("answer")},
			{Key: "reason", Title: "Because", Kind: Name, expr: answer("reason")},
			{Key: "answered_by", Title: "Said by", Kind: Name, ExportOnly: true, expr: answer("author_name")},
			{Key: "due", Title: "Holds until", Kind: Date, ExportOnly: true, expr: answer("due")},
			{Key: "closed", Title: "Closed", Kind: Date, ExportOnly: true, expr: past("closed")},
			{Key: "cause", Title: "Cause", Kind: Badge, ExportOnly: true, expr: "k.cause"},
			{Key: "owner_id", Title: "Asked, id", Kind: ID, ExportOnly: true, expr: "nullif(k.owner, '')"},
		}),
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("waiting", "answered", "used again", "gone"), cond: "(" + questionState + ") = ?"},
			{Key: "escalated", Label: "Silence was told", Kind: FilterBool, words: map[string]string{"yes": "k.escalated IS NOT NULL", "no": "k.escalated IS NULL"}},
			{Key: "nobody", Label: "Somebody to ask", Kind: FilterBool, words: map[string]string{"yes": "k.owner <> ''", "no": "k.owner = ''"}},
			{Key: "owner", Label: "Asked", Kind: FilterText, cond: "instr(lower(k.owner_name), ?) > 0"},
			{Key: "owner_id", Label: "Asked, by id", Kind: FilterText, ByLink: true, cond: "k.owner = ?"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "k.ws"},
		},
		parts: []part{{
			name: "questions", from: "owner_question k", scope: "inscope(k.ws)", where: "k.tenant = @tenant AND k.asked + 0 <= @until",
			paths: []path{{sort: "asked", order: []string{"k.asked", "k.id"}}},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("k.ws")},
	}
}

// outboxList is what people are to be told, and whether it was sent.
func outboxList() *Report {
	return &Report{
		Name: "outbox", Title: "To be told",
		Question: "What should people be told, why, and was it sent?",
		Sort:     "at", Desc: true,
		Columns: columns([]Column{
			{Key: "at", Title: "Written down", Kind: Date, Sortable: true, expr: "k.at"},
			{Key: "what", Title: "What", Kind: Badge, expr: "k.what"},
			{Key: "to", Title: "Whom", Kind: Name, expr: "k.name"},
			{Key: "why", Title: "Why", Kind: Name, expr: "coalesce(nullif(k.says, ''), k.why)"},
		}, workspaceColumns(), []Column{
			{Key: "sent", Title: "Sent", Kind: Date, Null: "not sent", expr: "CASE WHEN k.sent <= @until THEN k.sent END",
				Help: "When a message left the portal. Writing one down sends nothing."},
			{Key: "address", Title: "Address", Kind: Text, ExportOnly: true, expr: "nullif(k.address, '')"},
			{Key: "to_id", Title: "Whom, id", Kind: ID, ExportOnly: true, expr: "k.recipient"},
			{Key: "link", Title: "Where", Kind: Text, ExportOnly: true, expr: "k.link"},
		}),
		Filters: []Filter{
			{Key: "what", Label: "What", Kind: FilterChoice, Choices: choices("owner asked", "owner reminded", "owner silent", "waiver ends", "waiver ended"), expr: "k.what"},
			{Key: "to", Label: "Whom", Kind: FilterText, cond: "instr(lower(k.name), ?) > 0"},
			{Key: "sent", Label: "Sent", Kind: FilterBool, words: map[string]string{"yes": "k.sent IS NOT NULL", "no": "k.sent IS NULL"}},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "k.ws"},
		},
		parts: []part{{
			name: "messages", from: "outbox k", scope: "inscope(k.ws)", where: "k.tenant = @tenant AND k.at + 0 <= @until",
			paths: []path{{sort: "at", order: []string{"k.at", "k.id"}}},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("nullif(k.ws, 0)")},
	}
}
