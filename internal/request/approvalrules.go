package request

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/tenant"
)

// The longest lives of an approval and of the time to start after it
// (requirement R5). A file may shorten them, never lengthen.
const (
	ApprovalLife = 72 * time.Hour
	WindowLife   = 24 * time.Hour
)

// ApprovalRules is approvals.yaml: who must agree to what.
type ApprovalRules struct {
	// Approval and Window are the lives in force, at most those above.
	Approval, Window time.Duration
	// Remind is after how long without a decision the approvers are reminded,
	// Escalate after how long somebody else is told.
	Remind, Escalate time.Duration
	// EscalateTo are addresses.
	EscalateTo []string
	// Refuse are patterns of rule ids; a plan that would break one of them is
	// not accepted. What stands already does not count.
	Refuse []string
	Rules  []ApprovalRule
	// Emergency is nil when there is no emergency access, which is so unless the
	// file says otherwise.
	Emergency *EmergencyRule
	// Own is what becomes of requests by which one gains something oneself.
	Own OwnGains
}

// ApprovalRule says who must agree to the requests it matches. All of its
// conditions must hold; an empty one always does.
type ApprovalRule struct {
	Name  string
	Kinds []Kind
	Risks []Risk
	// Tenants, Prefixes and Domains match when every place of the plan lies in
	// them.
	Tenants, Prefixes, Domains []string
	Stages                     []Stage
	// Line is where it begins in the file.
	Line int
}

//go:embed approvals.yaml
var builtin []byte

// BuiltinApprovalsText is the file of the rules that are built in, to begin a
// file of one's own with.
func BuiltinApprovalsText() string { return string(builtin) }

// BuiltinApprovals are the rules used when the configuration names no file.
func BuiltinApprovals() *ApprovalRules {
	r, err := ParseApprovals("approvals.yaml", builtin)
	if err != nil {
		panic(err) // a test reads the file that is built in
	}
	return r
}

// yamlLife is a time such as 72h.
type yamlLife time.Duration

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *yamlLife) UnmarshalYAML(n *yaml.Node) error {
	d, err := time.ParseDuration(n.Value)
	if err != nil || d <= 0 {
		return fmt.Errorf("line %d: %q is no length of time; write 72h or 30m", n.Line, n.Value)
	}
	*l = yamlLife(d)
	return nil
}

type yamlStage struct {
	Count int    `yaml:"count"`
	Role  string `yaml:"role"`
	Group string `yaml:"group"`
}

// yamlBody is a rule without its place in the file.
type yamlBody struct {
	Name  string `yaml:"name"`
	Kinds []Kind `yaml:"kinds"`
	Risks []Risk `yaml:"risks"`
	Scope struct {
		Tenants  []string `yaml:"tenants"`
		Prefixes []string `yaml:"prefixes"`
		Domains  []string `yaml:"domains"`
	} `yaml:"scope"`
	Approvals []yamlStage `yaml:"approvals"`
}

type yamlEmergency struct {
	Longest  yamlLife `yaml:"longest"`
	Prefixes []string `yaml:"prefixes"`
	Tell     []string `yaml:"tell"`
}

type yamlFile struct {
	ApprovalLife yamlLife       `yaml:"approval_life"`
	Window       yamlLife       `yaml:"execution_window"`
	Remind       yamlLife       `yaml:"remind_after"`
	Escalate     yamlLife       `yaml:"escalate_after"`
	EscalateTo   []string       `yaml:"escalate_to"`
	Refuse       []string       `yaml:"refuse"`
	Rules        []yaml.Node    `yaml:"rules"`
	Emergency    *yamlEmergency `yaml:"emergency"`
	Own          yamlOwnGains   `yaml:"own_gain"`
}

// ParseApprovals reads a file of approval rules. Every problem is Invalid with
// the file's name and the line.
func ParseApprovals(name string, b []byte) (*ApprovalRules, error) {
	var f yamlFile
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(err, fault.Invalid, "%s cannot be read: %v", name, plainYAML(err))
	}
	r := &ApprovalRules{Approval: orElse(f.ApprovalLife, ApprovalLife), Window: orElse(f.Window, WindowLife),
		Remind: orElse(f.Remind, 24*time.Hour), Escalate: orElse(f.Escalate, 48*time.Hour), EscalateTo: f.EscalateTo, Refuse: f.Refuse}
	if r.Approval > ApprovalLife || r.Window > WindowLife {
		return nil, fault.New(fault.Invalid, "%s: approval_life is at most %s and execution_window at most %s; they can only be made shorter.", name, ApprovalLife, WindowLife)
	}
	var err error
	if r.Own, err = f.Own.read(); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%s: %v", name, err)
	}
	if r.Emergency, err = f.Emergency.read(); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%s: emergency: %v", name, err)
	}
	for _, pattern := range f.Refuse {
		if _, err := path.Match(pattern, "x"); err != nil || pattern == "" {
			return nil, fault.New(fault.Invalid, "%s: refuse: %q is no pattern of rule ids, such as naming.*", name, pattern)
		}
	}
	for i := range f.Rules {
		one, err := readRule(&f.Rules[i])
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "%s: line %d: %v", name, f.Rules[i].Line, plainYAML(err))
		}
		if at := slices.IndexFunc(r.Rules, func(o ApprovalRule) bool { return o.Name == one.Name }); at >= 0 {
			return nil, fault.New(fault.Invalid, "%s: line %d: the rule %q is there twice, first on line %d.", name, one.Line, one.Name, r.Rules[at].Line)
		}
		r.Rules = append(r.Rules, one)
	}
	return r, nil
}

// read returns nil where the file has no such section.
func (y *yamlEmergency) read() (*EmergencyRule, error) {
	if y == nil {
		return nil, nil
	}
	e := &EmergencyRule{Longest: orElse(y.Longest, EmergencyLife), Prefixes: y.Prefixes, Tell: y.Tell}
	if e.Longest > EmergencyLife || e.Longest < time.Minute {
		return nil, fmt.Errorf("longest is at most %s and a minute at least; it can only be made shorter", EmergencyLife)
	}
	if slices.ContainsFunc(y.Prefixes, func(p string) bool { return tenant.Fold(p) == "" }) {
		return nil, errors.New("an empty prefix would allow every workspace; leave prefixes out for that")
	}
	return e, nil
}

func orElse(l yamlLife, otherwise time.Duration) time.Duration {
	if l == 0 {
		return otherwise
	}
	return time.Duration(l)
}

// plainYAML takes the library's name off its messages.
func plainYAML(err error) string {
	return strings.Join(strings.Fields(strings.NewReplacer("yaml: unmarshal errors:", "", "yaml: ", "", "request.", "").Replace(err.Error())), " ")
}

// readRule reads one rule strictly: an unknown key is an error, for what a
// typing mistake leaves out would otherwise match everything.
func readRule(n *yaml.Node) (ApprovalRule, error) {
	if err := checkKeys(n, "name", "kinds", "risks", "scope", "approvals"); err != nil {
		return ApprovalRule{}, err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		var err error
		switch n.Content[i].Value {
		case "scope":
			err = checkKeys(n.Content[i+1], "tenants", "prefixes", "domains")
		case "approvals":
			for _, s := range n.Content[i+1].Content {
				err = errors.Join(err, checkKeys(s, "count", "role", "group"))
			}
		}
		if err != nil {
			return ApprovalRule{}, err
		}
	}
	var y yamlBody
	if err := n.Decode(&y); err != nil {
		return ApprovalRule{}, err
	}
	r := ApprovalRule{Name: strings.TrimSpace(y.Name), Kinds: y.Kinds, Risks: y.Risks, Tenants: y.Scope.Tenants, Prefixes: y.Scope.Prefixes, Domains: y.Scope.Domains, Line: n.Line}
	for i, s := range y.Approvals {
		if s.Role == "" && s.Group == "" {
			s.Role = roleApprover
		}
		r.Stages = append(r.Stages, Stage{Order: i + 1, Count: s.Count, Role: s.Role, Group: string(NewID(s.Group))})
	}
	return r, r.check()
}

func checkKeys(n *yaml.Node, known ...string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: keys are expected here: %s", n.Line, strings.Join(known, ", "))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(known, n.Content[i].Value) {
			return fmt.Errorf("line %d: unknown key %q; known are %s", n.Content[i].Line, n.Content[i].Value, strings.Join(known, ", "))
		}
	}
	return nil
}

// roleApprover is the role everybody who decides needs; see internal/auth.
const roleApprover = "approver"

// stageRoles are the roles a stage may ask for beside it.
var stageRoles = []string{roleApprover, "operator", "requester"}

func (r ApprovalRule) check() error {
	if r.Name == "" {
		return errors.New("name is missing")
	}
	for _, k := range r.Kinds {
		if !k.Valid() {
			return fmt.Errorf("rule %q: there is no kind of request called %q", r.Name, k)
		}
	}
	for _, k := range r.Risks {
		if !k.Valid() {
			return fmt.Errorf("rule %q: there is no risk called %q; there are none, normal and high", r.Name, k)
		}
	}
	if len(r.Stages) == 0 {
		return fmt.Errorf("rule %q: approvals is missing: who must agree?", r.Name)
	}
	for _, s := range r.Stages {
		switch {
		case s.Count < 1 || s.Count > 10:
			return fmt.Errorf("rule %q: count is a number from 1 to 10", r.Name)
		case s.Role != "" && s.Group != "":
			return fmt.Errorf("rule %q: an approval names a role or a group, not both", r.Name)
		case s.Role != "" && !slices.Contains(stageRoles, s.Role):
			return fmt.Errorf("rule %q: the role is one of %s, not %q", r.Name, strings.Join(stageRoles, ", "), s.Role)
		}
	}
	return nil
}

// Choose returns the rule for a plan and the stages it asks for, raised to what
// the plan's risk demands. Denied when no rule fits: what nobody foresaw is
// never let through.
func (r *ApprovalRules) Choose(p *Plan) (ApprovalRule, []Stage, error) {
	i := slices.IndexFunc(r.Rules, func(one ApprovalRule) bool { return one.fits(p) })
	if i < 0 {
		return ApprovalRule{}, nil, fault.New(fault.Denied, "No approval rule says who may agree to this (%s, risk %s). Ask whoever runs the portal to add a rule to approvals.yaml.", p.Kind, p.Risk)
	}
	stages := slices.Clone(r.Rules[i].Stages)
	if missing := p.Risk.Least() - Need(stages); missing > 0 {
		stages[len(stages)-1].Count += missing
	}
	return r.Rules[i], stages, nil
}

func (r ApprovalRule) fits(p *Plan) bool {
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, p.Kind) || len(r.Risks) > 0 && !slices.Contains(r.Risks, p.Risk) {
		return false
	}
	if len(r.Tenants) > 0 && !slices.Contains(r.Tenants, p.Tenant) {
		return false
	}
	if len(r.Prefixes) == 0 && len(r.Domains) == 0 {
		return true
	}
	return len(p.Places) > 0 && !slices.ContainsFunc(p.Places, func(place Place) bool { return !r.covers(place) })
}

// covers reports whether a place lies in the rule's prefixes or domains.
func (r ApprovalRule) covers(place Place) bool {
	name, domain := tenant.Fold(place.Workspace), tenant.Fold(place.Domain)
	return slices.ContainsFunc(r.Prefixes, func(p string) bool {
		key := tenant.Fold(p)
		return key != "" && strings.HasPrefix(name, key)
	}) || slices.ContainsFunc(r.Domains, func(d string) bool {
		key := tenant.Fold(d)
		return key != "" && key == domain
	})
}

// Refuses reports whether a plan that would break the rule is not accepted.
func (r *ApprovalRules) Refuses(rule string, severity policy.Severity) bool {
	return slices.ContainsFunc(r.Refuse, func(pattern string) bool {
		ok, _ := path.Match(pattern, rule) // patterns were checked when read
		return ok || pattern == string(severity)
	})
}
