package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"steward/internal/tenant"
)

// deriver is implemented by every fact struct: assume sets what is ordinary
// before an example states its facts, Derive fills what follows from others,
// for examples, plans and the database alike.
type deriver interface {
	assume()
	Derive()
}

func (w *Workspace) assume() {
	w.Kind, w.State = string(tenant.KindWorkspace), string(tenant.StateActive)
}

// Derive fills the facts that follow from name, kind and state.
func (w *Workspace) Derive() {
	w.NameLength = int64(utf8.RuneCountInString(w.Name))
	w.Stem, w.Environment = SplitName(w.Name)
	w.Prefix = w.Name
	if i := strings.IndexAny(w.Name, "-_ "); i >= 0 {
		w.Prefix = w.Name[:i]
	}
	w.HiddenMarks = hasHiddenMarks(w.Name)
	w.Active, w.Personal = Standing(w.Kind, w.State)
	w.Ordinary = w.Active && !w.Personal && w.Kind != string(tenant.KindAdminWorkspace)
	w.Words = strings.FieldsFunc(tenant.Fold(w.Name), isSeparator)
	if !w.Usage.LastDays.Known {
		w.Usage.LastDays = w.IdleDays
	}
	w.IdleDays = w.Usage.LastDays
}

func (i *Item) assume() { i.Kind = tenant.ItemReport }

// Derive fills the facts that follow from others.
func (i *Item) Derive() {
	if !i.Usage.AgeDays.Known {
		i.Usage.AgeDays = i.AgeDays
	}
}

func (r *Refresh) assume() {}

// Derive fills the facts that follow from others.
func (r *Refresh) Derive() {
	if !r.Fresh.LastDays.Known {
		r.Fresh.LastDays = r.SinceDays
	}
	r.SinceDays = r.Fresh.LastDays
}

func (p *Principal) assume() { p.Kind = string(tenant.PrincipalUser) }

// Derive fills the facts that follow from others.
func (p *Principal) Derive() {
	p.Everyone = p.Kind == string(tenant.PrincipalEveryone)
	p.Guest = p.Guest || tenant.IsGuestAddress(p.Address)
	switch {
	case p.Gone.Known && p.Gone.Value:
		p.Leaver = Known(true)
	case p.Kind != string(tenant.PrincipalUser) && p.Gone.Known:
		p.Leaver = Known(false) // only users have accounts to disable
	case p.Gone.Known && p.Enabled.Known:
		p.Leaver = Known(!p.Enabled.Value)
	}
}

func (g *Grant) assume() { g.On = "workspace" }

// Derive fills the facts that follow from others.
func (g *Grant) Derive() { g.Writes = tenant.Right(g.Right).CanWrite() }

func (c *Capacity) assume() { c.State = "Active" }

// Derive fills the facts that follow from others.
func (c *Capacity) Derive() { c.Trial = strings.HasPrefix(strings.ToUpper(c.SKU), "FT") }

func (s *Setting) assume() {}

// Derive fills the facts that follow from others.
func (s *Setting) Derive() {
	switch {
	case s.Enabled.Known && !s.Enabled.Value:
		s.Restricted = Known(true)
	case s.Enabled.Known && s.Groups.Known:
		s.Restricted = Known(len(s.Groups.Value) > 0)
	}
}

func (t *Tenant) assume()   {}
func (p *Pipeline) assume() {}
func (w *Waiver) assume()   {}

// Derive has nothing to do: no fact of a tenant follows from others.
func (t *Tenant) Derive() {}

// Derive has nothing to do.
func (p *Pipeline) Derive() {}

// Derive has nothing to do.
func (w *Waiver) Derive() {}

// environments by the words that people end names with.
var environmentWords = map[string]string{
	"dev": "DEV", "develop": "DEV", "development": "DEV",
	"test": "TEST", "tst": "TEST", "testing": "TEST", "uat": "TEST", "qa": "TEST", "staging": "TEST",
	"prod": "PROD", "prd": "PROD", "production": "PROD", "live": "PROD",
}

// SplitName takes a workspace name apart: the folded name without its
// environment, and DEV, TEST or PROD when the last word is one or a common
// spelling of one ("Sales [Prod]", "FIN_Sales_uat").
func SplitName(name string) (stem, environment string) { return SplitFolded(tenant.Fold(name)) }

// Standing tells whether a workspace of a kind and state is active, and whether
// it is somebody's own.
func Standing(kind, state string) (active, personal bool) {
	return state == string(tenant.StateActive), kind == string(tenant.KindPersonal)
}

// SplitFolded is SplitName of a name that is folded already.
func SplitFolded(folded string) (stem, environment string) {
	trimmed := strings.TrimRightFunc(folded, isSeparator)
	i := strings.LastIndexFunc(trimmed, isSeparator)
	_, width := utf8.DecodeRuneInString(trimmed[max(i, 0):])
	if i < 0 {
		return folded, environmentWords[trimmed]
	}
	env, ok := environmentWords[trimmed[i+width:]]
	if !ok {
		return folded, ""
	}
	return strings.TrimRightFunc(trimmed[:i], isSeparator), env
}

func isSeparator(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// hasHiddenMarks reports characters that a reader cannot see: controls,
// zero-width and direction marks, blanks at an end, two blanks in a row.
func hasHiddenMarks(name string) bool {
	if strings.TrimSpace(name) != name || strings.Contains(name, "  ") {
		return true
	}
	return strings.ContainsFunc(name, func(r rune) bool {
		return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == 0x3164 || r == 0x00a0 || r == 0x2800 ||
			unicode.Is(unicode.Co, r) || r == utf8.RuneError
	})
}
