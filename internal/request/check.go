package request

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"steward/internal/tenant"
)

// Limits of Microsoft's fields, in characters (Fabric platform definition,
// CreateWorkspaceRequest; Power BI, CreatePipelineRequest). The mark takes its
// part of a description.
const (
	maxName                = 256
	maxDescription         = 4000 - markLength
	maxPipelineDescription = 1024 - markLength
	markLength             = len(" [gov:]") + 26
	maxMembers             = 200
	maxRows                = 500
)

// checkName refuses names that the service would refuse or that a person could
// not read.
func (e *FieldErrors) checkName(field, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		e.add(field, "Give it a name.")
	case !utf8.ValidString(name):
		e.add(field, "The name holds bytes that are no text. Type it again.")
	case utf8.RuneCountInString(name) > maxName:
		e.add(field, "The name has %d characters; Power BI takes at most %d.", utf8.RuneCountInString(name), maxName)
	case hidden(name, false):
		e.add(field, "The name holds characters one cannot see, or blanks at an end. Type it by hand instead of pasting.")
	}
}

// checkText refuses descriptions that do not fit.
func (e *FieldErrors) checkText(field, text string, most int) {
	switch {
	case !utf8.ValidString(text):
		e.add(field, "The text holds bytes that are no text. Type it again.")
	case utf8.RuneCountInString(text) > most:
		e.add(field, "The text has %d characters; at most %d fit.", utf8.RuneCountInString(text), most)
	case hidden(strings.TrimSpace(text), true):
		e.add(field, "The text holds control or direction characters. Type it by hand instead of pasting.")
	case len(MarkersIn(text)) > 0:
		e.add(field, "The text holds a mark of the form gov:…, which the portal writes itself. Take it out.")
	}
}

// hidden reports characters that a reader cannot see; lines are allowed in a
// text. Joiners within emoji and scripts that need them are left to the rules.
func hidden(s string, lines bool) bool {
	if strings.TrimSpace(s) != s {
		return true
	}
	return strings.ContainsFunc(s, func(r rune) bool {
		if lines && (r == '\n' || r == '\r' || r == '\t') {
			return false
		}
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != 0x200d && r != 0x200c || r == 0x2028 || r == 0x2029
	})
}

// checkRequired refuses an empty choice.
func (e *FieldErrors) checkRequired(field string, id ID, sentence string) {
	if id == "" {
		e.add(field, "%s", sentence)
	}
}

// rights are the roles of a workspace, from the least.
var rights = []tenant.Right{tenant.RightViewer, tenant.RightContributor, tenant.RightMember, tenant.RightAdmin}

// rank orders roles; 0 is none, and what nobody knows counts as none.
func rank(right string) int {
	for i, r := range rights {
		if string(r) == right {
			return i + 1
		}
	}
	return 0
}

func (e *FieldErrors) checkRight(field, right string) {
	if rank(right) == 0 {
		e.add(field, "Choose Viewer, Contributor, Member or Admin.")
	}
}

// checkMembers checks a list of members of one workspace.
func (e *FieldErrors) checkMembers(field string, members []Member) {
	if len(members) > maxMembers {
		e.add(field, "%d members are too many for one request; at most %d. Use groups.", len(members), maxMembers)
		return
	}
	seen := map[ID]bool{}
	for i, m := range members {
		at := indexed(field, i)
		e.checkRequired(at+".who", m.Who, "Choose a person, a group or an application.")
		e.checkRight(at+".right", m.Right)
		if id := NewID(string(m.Who)); m.Who != "" && seen[id] {
			e.add(at+".who", "Named twice. One role each is enough: the highest counts.")
		} else {
			seen[id] = true
		}
	}
}
