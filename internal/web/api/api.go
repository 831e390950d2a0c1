package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/request"
)

// Root begins every address of this version.
const Root = "/api/v1"

// DocumentPath is where the OpenAPI document is; everybody may read it.
const DocumentPath = Root + "/openapi.json"

// Desk is where requests are written; desk.Desk is it.
type Desk interface {
	Draft(ctx context.Context, by desk.By, tenant string, in desk.In) (request.Request, error)
	Submit(ctx context.Context, by desk.By, id string, version int64) (request.Request, desk.Preview, error)
	Standing(ctx context.Context, by desk.By, id string) (desk.Standing, error)
	Comment(ctx context.Context, by desk.By, id, text string) error
	Withdraw(ctx context.Context, by desk.By, id string, version int64, reason string) (request.Request, error)
}

// PlanDesk is where refresh plans are started; desk.Desk is it.
type PlanDesk interface {
	StartPlan(ctx context.Context, by desk.By, plan string, via db.Cause, key string) (string, error)
}

// Site is what the pages lend the API, so that both say the same.
type Site interface {
	// By is who asks and from where, for the desk.
	By(c echo.Context) desk.By
	// Tenants are those of which the caller sees something.
	Tenants(c echo.Context) []string
	// Query reads a list's filters, tenant and moment from the address.
	Query(c echo.Context, r *audit.Report) (audit.Query, error)
	// Thing finds what the address names: a workspace, item, person or
	// pipeline. gone is when it was not there any more, zero while it is.
	Thing(c echo.Context, of audit.Target) (row audit.Row, t audit.Truth, gone time.Time, err error)
	// Violation, Run and Scan find what the address names.
	Violation(c echo.Context) (audit.Violation, error)
	Run(c echo.Context) (db.Run, []db.RunStep, error)
	Scan(c echo.Context) (db.Scan, string, error)
	// Plan finds the refresh plan that the address names by its id or its name,
	// PlanRun a run of it.
	Plan(c echo.Context) (Planned, error)
	PlanRun(c echo.Context, p Planned, run string) (PlannedRun, error)
	// Form settles what was sent for a kind of request, plans it, and returns
	// what stands against it.
	Form(c echo.Context, kind request.Kind, tenant string, values url.Values) (Form, error)
	// StartScan and StopScan ask for it and record who did; Scanning is what is
	// under way.
	StartScan(c echo.Context, tenant, kind string) error
	StopScan(c echo.Context, tenant string) error
	Scanning(c echo.Context, tenant string) (Scanning, error)
}

// Form is what was asked for, settled and planned.
type Form struct {
	Tenant string
	In     desk.In
	Plan   desk.Preview
	// Errors are refusals at fields, Problem what belongs to none; nothing is
	// stored while there are any.
	Errors  request.FieldErrors
	Problem string
}

// Config is what the API is made from.
type Config struct {
	Reader *db.Reader
	Desk   Desk
	Runner PlanDesk
	Site   Site
	// ActionOf says which action reading a report is, as for its page.
	ActionOf func(report string) auth.Action
	// PublicURL is the portal's address, for the document.
	PublicURL string
	Now       func() time.Time
}

// API answers programs.
type API struct {
	Config
	document []byte
}

// New makes the API and its document.
func New(c Config) (*API, error) {
	a := &API{Config: c}
	var err error
	a.document, err = a.openAPI()
	return a, err
}

// Operation is one line of the table.
type Operation struct {
	Method string
	// Path as OpenAPI writes it: /requests/{id}, below Root.
	Path string
	// ID names it in the document, Tag groups it, Summary says what it does,
	// About more than that.
	ID, Tag, Summary, About string
	Action                  auth.Action
	Params                  []Param
	// Body is what is sent, nil for nothing; Form lets it come as a form, too.
	Body Schema
	Form bool
	// Status is of an answer that went well, Answer its schema.
	Status int
	Answer Schema
	Serve  echo.HandlerFunc
}

// Param is a parameter in the query or, where the path names it, in the path.
type Param struct {
	Name, Says string
	Required   bool
	Schema     Schema
}

// Route is the operation's address as echo writes it.
func (o Operation) Route() string {
	return Root + strings.NewReplacer("{", ":", "}", "").Replace(o.Path)
}

// Grants are the words of tokens with which it can be called.
func (o Operation) Grants() []auth.Grant { return auth.GrantsFor(o.Action) }

// Table is every operation, in the order of the document.
func (a *API) Table() []Operation {
	var out []Operation
	for _, part := range [][]Operation{a.self(), a.reports(), a.things(), a.kinds(), a.requests(), a.plans(), a.scans()} {
		out = append(out, part...)
	}
	for i := range out {
		if out[i].Status == 0 {
			out[i].Status = http.StatusOK
		}
	}
	return out
}

// Document serves the OpenAPI document.
func (a *API) Document(c echo.Context) error {
	return tagged(c, http.StatusOK, "application/json", a.document)
}
