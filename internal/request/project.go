package request

import (
	"strings"
	"unicode/utf8"

	"steward/internal/tenant"
)

// maxEnvironments bounds a project; with a pipeline its stages do.
const maxEnvironments = 10

// NameFor builds the name of a project's workspace, as the form shows it while
// one types: department, project and environment with dashes between.
func (p *ProjectParams) NameFor(i int) string {
	if own := p.Environments[i].Workspace; own != "" {
		return own
	}
	return strings.Join(filled(strings.TrimSpace(p.Department), strings.TrimSpace(p.Project), strings.TrimSpace(p.Environments[i].Name)), "-")
}

// PipelineFor is the pipeline's name: its own, or department-project.
func (p *ProjectParams) PipelineFor() string {
	if p.PipelineName != "" {
		return p.PipelineName
	}
	return strings.Join(filled(strings.TrimSpace(p.Department), strings.TrimSpace(p.Project)), "-")
}

// Validate implements Params.
func (p *ProjectParams) Validate() (e FieldErrors) {
	if strings.TrimSpace(p.Department) == "" {
		e.add("department", "Name the department.")
	}
	if strings.TrimSpace(p.Project) == "" {
		e.add("project", "Name the project.")
	}
	e.checkText("description", p.Description, maxDescription-utf8.RuneCountInString(p.agreed()))
	p.checkAgreed(&e)
	switch n := len(p.Environments); {
	case n == 0:
		e.add("environments", "Choose at least one environment.")
	case n > maxEnvironments:
		e.add("environments", "At most %d environments fit into one request.", maxEnvironments)
		return e
	case p.Pipeline && n > stageCount:
		e.add("pipeline", "A pipeline has %d stages, and there are %d environments. Leave the pipeline out, or some of them.", stageCount, n)
	case p.Pipeline && n < 2:
		e.add("pipeline", "A pipeline needs at least two environments to deploy between.")
	}
	for i, env := range p.Environments {
		at := indexed("environments", i)
		if strings.TrimSpace(env.Name) == "" {
			e.add(at+".name", "Name the environment: DEV, TEST, PROD or your own word.")
			continue
		}
		e.checkName(at+".name", p.NameFor(i))
		e.checkMembers(at+".members", env.Members)
		if p.Pipeline && env.Capacity == "" {
			e.add(at+".capacity", "Pipelines need a capacity. Choose one for this environment.")
		}
	}
	e.checkMembers("everywhere", p.Everywhere)
	if p.Pipeline {
		e.checkName("pipeline_name", p.PipelineFor())
		e.checkUsers("pipeline_users", p.PipelineUsers)
	}
	return e
}

// Refs implements Params.
func (p *ProjectParams) Refs() Refs {
	r := Refs{Domains: given(p.Domain), Principals: append(given(p.PipelineUsers...), whos(p.Everywhere)...)}
	for i, env := range p.Environments {
		r.Names = append(r.Names, p.NameFor(i))
		r.Capacities = append(r.Capacities, given(env.Capacity)...)
		r.Principals = append(r.Principals, whos(env.Members)...)
	}
	return r
}

func (p *ProjectParams) plan(b *builder) {
	b.title("New project %s %s", p.Department, p.Project)
	stages := make([]target, len(p.Environments))
	var everywhere []wanted
	for i, m := range p.Everywhere {
		if who, ok := b.somebody(indexed("everywhere", i)+".who", m.Who); ok {
			everywhere = append(everywhere, wanted{who, m.Right})
		}
	}
	for i, env := range p.Environments {
		at := indexed("environments", i) + "."
		stages[i] = b.newSpace(newSpace{at: at, name: p.NameFor(i), description: p.described(),
			capacity: env.Capacity, domain: p.Domain, members: env.Members, everywhere: everywhere})
	}
	if p.Pipeline {
		description := "Deployment of " + strings.TrimSpace(p.Department+" "+p.Project)
		b.newPipeline(p.PipelineFor(), description, stages, p.PipelineUsers, "pipeline_users")
	}
}

// Environment is the usual three, for a form that begins empty.
func Environment() []EnvironmentParams {
	return []EnvironmentParams{{Name: "DEV"}, {Name: "TEST"}, {Name: "PROD"}}
}

// KindOfPrincipal is how a page names a kind of principal.
func KindOfPrincipal(k tenant.PrincipalKind) string {
	switch k {
	case tenant.PrincipalUser:
		return "person"
	case tenant.PrincipalGroup:
		return "group"
	case tenant.PrincipalApp:
		return "application"
	}
	return string(k)
}
