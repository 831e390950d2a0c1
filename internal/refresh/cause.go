package refresh

import (
	"regexp"
	"strings"
)

// Trouble is what sort of cause made a refresh fail: it says who can mend it.
type Trouble string

// The sorts of causes.
const (
	TroubleCredentials Trouble = "credentials"
	TroubleGateway     Trouble = "gateway"
	TroubleSource      Trouble = "source"
	TroubleData        Trouble = "data"
	TroubleTimeout     Trouble = "timeout"
	TroubleMemory      Trouble = "memory"
	TroubleBusy        Trouble = "busy"
	TroubleCancelled   Trouble = "cancelled"
	TroubleService     Trouble = "service"
	TroubleOther       Trouble = "other"
)

// remedies say what each sort of cause means and what to do about it.
var remedies = map[Trouble]struct{ says, do string }{
	TroubleCredentials: {"The credentials of a data source are missing or no longer valid.",
		"The owner enters them again in the model's settings, under data source credentials; or another owner takes the model over and does."},
	TroubleGateway: {"The gateway to the data source did not answer.",
		"Whoever runs the gateway starts it again and looks at its version and its network; several models failing at the same time point to it."},
	TroubleSource: {"The data source did not answer as the model's queries expect.",
		"Ask whoever runs the source: a table, a column, a row or a right is missing, or it was down."},
	TroubleData: {"The data do not fit the model.",
		"Mend the data at the source, or the model: a key has duplicates or blanks, or a column has another type."},
	TroubleTimeout: {"It took longer than Power BI lets a refresh run.",
		"Refresh less at a time: incremental refresh, fewer columns, or a time of day when the source is not busy."},
	TroubleMemory: {"It needed more memory than the capacity lets a model use.",
		"Make the model smaller, refresh its tables one after the other, or use incremental refresh."},
	TroubleBusy: {"The capacity, or the model itself, was busy.",
		"Move the schedule away from others: the page of schedules proposes when."},
	TroubleCancelled: {"Somebody cancelled it, or a newer refresh took its place.",
		"Nothing is broken. If it happens again and again, something starts refreshes that get in each other's way."},
	TroubleService: {"Power BI itself failed.",
		"Try it again. If it goes on, look at the service's health page and give Microsoft's support the request id."},
	TroubleOther: {"Microsoft's text says more than the portal can tell.",
		"Read the text below. The request id helps Microsoft's support to find it."},
}

// signs tell the sort of a cause, by what stands in the code and the text in
// lower case; the first that fits counts. Microsoft lists no codes: these are
// those of the api guide, section 5.1, and words of the messages.
var signs = []struct {
	trouble Trouble
	words   []string
}{
	{TroubleCancelled, []string{"cancelledbyuser", "was cancelled", "was canceled", "operationcanceled"}},
	{TroubleCredentials, []string{"credential", "unauthorized", "access is denied", "login failed", "invalid_grant", "aadsts", "oauth"}},
	{TroubleGateway, []string{"gateway"}},
	{TroubleTimeout, []string{"timeout", "timed out", "time limit"}},
	{TroubleMemory, []string{"memory", "resourcegovernance", "exceeds the limit", "too large"}},
	{TroubleBusy, []string{"capacitylimit", "capacity limit", "throttl", "too many", "already executing", "busy", "concurrent"}},
	{TroubleData, []string{"duplicate value", "blank value", "cannot convert", "type mismatch", "relationship", "overflow"}},
	{TroubleSource, []string{"key didn't match", "server", "network", "connection", "database", "datasource", "data source", "query", "column", "table", "file"}},
	{TroubleService, []string{"serviceerror", "internal error", "unknownerror", "servererror"}},
}

// troubleOf tells the sort of a failure.
func troubleOf(code, text string, s Status) Trouble {
	if s == Cancelled {
		return TroubleCancelled
	}
	all := strings.ToLower(code + " " + text)
	for _, sign := range signs {
		for _, w := range sign.words {
			if strings.Contains(all, w) {
				return sign.trouble
			}
		}
	}
	return TroubleOther
}

// The parts of a message that differ from one failure to the next, in the order
// in which they are taken out.
var (
	guids   = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	links   = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"']+`)
	marked  = regexp.MustCompile(`<[a-z]+>[^<]*</[a-z]+>|<[^<>]{1,200}>`)
	quotes  = regexp.MustCompile(`"[^"]{1,200}"|“[^”]{1,200}”|\[[^\[\]]{1,200}\]|(^|[\s(=:,])'[^'\n]{1,200}'`)
	places  = regexp.MustCompile(`(?i)\b[a-z0-9_-]+(\.[a-z0-9_-]+){2,}\b|\\\\[^\s;,]+|\b[a-z]:\\[^\s;,]+|\b[\w.+-]+@[\w-]+(\.[\w-]+)+\b`)
	numbers = regexp.MustCompile(`\b(0x[0-9a-fA-F]+|\d[\d.,:/TZ+-]*\d|\d)\b`)
	blanks  = regexp.MustCompile(`\s+`)
)

// longestCause bounds what is kept of a message: what follows differs, and
// tells nothing about the sort of failure.
const longestCause = 300

// Normalise takes out of a message what differs from one failure to the next:
// ids, numbers, names, addresses. Two failures of one cause read the same.
func Normalise(text string) string {
	if len(text) > 4*longestCause {
		text = strings.ToValidUTF8(text[:4*longestCause], "")
	}
	text = guids.ReplaceAllString(text, "{id}")
	text = links.ReplaceAllString(text, "{address}")
	text = marked.ReplaceAllString(text, "{name}")
	text = quotes.ReplaceAllString(text, "$1{name}")
	text = places.ReplaceAllString(text, "{address}")
	text = numbers.ReplaceAllString(text, "{n}")
	text = strings.TrimSpace(blanks.ReplaceAllString(text, " "))
	if r := []rune(text); len(r) > longestCause {
		text = string(r[:longestCause]) + "…"
	}
	return text
}

// Cause is why refreshes failed: all failures with the same code and the same
// normalised text.
type Cause struct {
	// Code is Microsoft's; Text the normalised message. Either may be empty.
	Code, Text string
	Trouble    Trouble
	// Count is how many runs of the time looked at failed for it.
	Count int
	// Last is the newest of them.
	Last Run
}

// CauseOf is the cause of one failed run.
func CauseOf(r Run) Cause {
	return Cause{Code: r.ErrorCode, Text: Normalise(r.ErrorText), Trouble: troubleOf(r.ErrorCode, r.ErrorText, r.Status), Count: 1, Last: r}
}

// Key is the same for equal causes, whatever the model.
func (c Cause) Key() string { return c.Code + "\n" + c.Text }

// Says is a sentence for a person; Remedy what to do.
func (c Cause) Says() string { return remedies[c.Trouble].says }

// Remedy says what to do about the cause.
func (c Cause) Remedy() string { return remedies[c.Trouble].do }

// SaysOf and RemedyOf are the sentences of a sort of cause.
func SaysOf(t Trouble) string { return remedies[t].says }

// RemedyOf says what to do about a sort of cause.
func RemedyOf(t Trouble) string { return remedies[t].do }

// Troubles lists the sorts of causes.
func Troubles() []Trouble {
	return []Trouble{TroubleCredentials, TroubleGateway, TroubleSource, TroubleData, TroubleTimeout, TroubleMemory, TroubleBusy,
		TroubleCancelled, TroubleService, TroubleOther}
}
