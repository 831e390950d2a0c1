package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// program is one compiled expression.
type program struct {
	run cel.Program
	// quick answers without CEL where it can; nil when it never can.
	quick quick[bool]
	// missing tells what is unknown, of an expression that is one fact or its
	// opposite; nil for any other.
	missing func(*facts) *types.Unknown
	// watched programs count their cost while they run, because some facts
	// could make them exceed the limit.
	watched bool
	// uses are the facts it reads, as paths from the object or the tenant.
	uses [][]string
}

// compiler turns one rule's expressions into programs, with its parameters
// written into them.
type compiler struct {
	rule     *Rule
	env      *cel.Env
	params   map[string]any
	problems *Problems
}

// expression compiles one source to a program that answers a value of the
// given type. It returns nil after adding a problem.
func (c *compiler) expression(src Source, want *cel.Type) *program {
	parsed, issues := c.env.Parse(src.Text)
	if c.report(src, issues) {
		return nil
	}
	tree := parsed.NativeRep()
	if !c.substitute(src, tree) || !c.acceptable(src, tree) {
		return nil
	}
	checked, issues := c.env.Check(parsed)
	if c.report(src, issues) {
		return nil
	}
	if got := checked.OutputType(); !got.IsExactType(want) {
		c.problems.add(src.Pos, c.rule.ID, "the expression gives a %s and must give a %s", got, want)
		return nil
	}
	estimate, err := c.env.EstimateCost(checked, sizes{})
	if err != nil {
		c.problems.add(src.Pos, c.rule.ID, "its cost cannot be estimated: %v", err)
		return nil
	}
	if estimate.Max > refuseAbove {
		c.problems.add(src.Pos, c.rule.ID, "it costs too much: up to %d steps for one object, and %d are allowed; do not nest loops over lists", estimate.Max, refuseAbove)
		return nil
	}
	return c.plan(src, checked, estimate)
}

func (c *compiler) plan(src Source, checked *cel.Ast, estimate cost.Estimate) *program {
	p := &program{watched: estimate.Max > trackAbove, uses: uses(checked.NativeRep(), c.rule.Kind)}
	opts := []cel.ProgramOption{
		cel.EvalOptions(cel.OptOptimize),
		cel.OptimizeRegex(interpreter.MatchesRegexOptimization),
	}
	if p.watched {
		opts = append(opts, cel.CostLimit(costLimit), cel.InterruptCheckFrequency(100))
	}
	run, err := c.env.Program(checked, opts...)
	if err != nil {
		c.problems.add(src.Pos, c.rule.ID, "it cannot be prepared: %v", err)
		return nil
	}
	p.run = run
	if !p.watched {
		p.quick = quickBool(checked.NativeRep().Expr(), c.rule.Kind)
		p.missing = quickMissing(checked.NativeRep().Expr(), c.rule.Kind)
	}
	return p
}

// report adds CEL's own complaints, each at its place in the file.
func (c *compiler) report(src Source, issues *cel.Issues) bool {
	if issues == nil || issues.Err() == nil {
		return false
	}
	for _, e := range issues.Errors() {
		c.problems.add(src.at(e.Location.Line(), e.Location.Column()), c.rule.ID, "%s", e.Message)
	}
	return true
}

// substitute replaces params.name by the parameter's value.
func (c *compiler) substitute(src Source, tree *ast.AST) bool {
	ok := true
	fac := ast.NewExprFactory()
	next := ast.MaxID(tree)
	nextID := func() int64 { next++; return next }
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind || e.AsSelect().Operand().AsIdent() != "params" {
			return
		}
		name := e.AsSelect().FieldName()
		value, known := c.params[name]
		if !known {
			c.complain(src, tree, e.ID(), fmt.Sprintf("there is no parameter %q; the rule has %s", name, c.paramNames()))
			ok = false
			return
		}
		e.SetKindCase(literal(fac, e.ID(), value, nextID))
	}))
	return ok
}

func (c *compiler) paramNames() string {
	if len(c.rule.Parameters) == 0 {
		return "none"
	}
	names := make([]string, len(c.rule.Parameters))
	for i, p := range c.rule.Parameters {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

func (c *compiler) complain(src Source, tree *ast.AST, id int64, text string) {
	at := tree.SourceInfo().GetStartLocation(id)
	c.problems.add(src.at(at.Line(), at.Column()), c.rule.ID, "%s", text)
}

// acceptable refuses what the checker lets through and a rule must not do:
// patterns made from tenant data, dyn() to get around types, and size.
func (c *compiler) acceptable(src Source, tree *ast.AST) bool {
	ok, nodes := true, 0
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		nodes++
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		switch call.FunctionName() {
		case "dyn":
			c.complain(src, tree, e.ID(), "dyn() is not allowed: it would hide misspelt facts")
			ok = false
		case "matches":
			if text := c.badPattern(call.Args()); text != "" {
				c.complain(src, tree, e.ID(), text)
				ok = false
			}
		}
	}))
	if nodes > maxNodes && ok {
		c.problems.add(src.Pos, c.rule.ID, "the expression has %d parts and may have %d", nodes, maxNodes)
		return false
	}
	return ok
}

func (c *compiler) badPattern(args []ast.Expr) string {
	last := args[len(args)-1]
	if last.Kind() != ast.LiteralKind {
		return "the pattern of matches() must be a text or a parameter, not a fact"
	}
	pattern, ok := last.AsLiteral().(types.String)
	if !ok {
		return "the pattern of matches() must be a text"
	}
	if err := checkPattern(string(pattern)); err != nil {
		return err.Error()
	}
	return ""
}

// uses lists the facts an expression reads, each once: workspace.adminPeople,
// grant.principal.guest.
func uses(tree *ast.AST, kind Kind) [][]string {
	var out [][]string
	inner := map[int64]bool{} // operands of longer paths
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.CallKind && e.AsCall().IsMemberFunction() && slices.Contains([]string{"unusedFor", "staleFor"}, e.AsCall().FunctionName()) {
			if path := factPath(e.AsCall().Target(), kind); path != nil {
				out = append(out, append(path, usagePath))
			}
			return
		}
		if e.Kind() != ast.SelectKind || inner[e.ID()] {
			return
		}
		for o := e.AsSelect().Operand(); o.Kind() == ast.SelectKind; o = o.AsSelect().Operand() {
			inner[o.ID()] = true
		}
		if path := factPath(e, kind); len(path) > 1 {
			out = append(out, path)
		}
	}))
	slices.SortFunc(out, slices.Compare[[]string])
	return slices.CompactFunc(out, slices.Equal[[]string])
}

// usagePath stands for the Usage behind unusedFor and staleFor.
const usagePath = "usage"

func factPath(e ast.Expr, kind Kind) []string {
	switch e.Kind() {
	case ast.IdentKind:
		if name := e.AsIdent(); name == string(kind) || name == string(KindTenant) {
			return []string{name}
		}
	case ast.SelectKind:
		if path := factPath(e.AsSelect().Operand(), kind); path != nil {
			return append(path, e.AsSelect().FieldName())
		}
	}
	return nil
}
