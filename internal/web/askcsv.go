package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// takeFile puts an uploaded list where a pasted one would be.
func takeFile(c echo.Context, a *asking) error {
	if a.about.Kind != request.Bulk || c.Request().MultipartForm == nil {
		return nil
	}
	files := c.Request().MultipartForm.File["file"]
	if len(files) == 0 || files[0].Size == 0 {
		return nil
	}
	f, err := files[0].Open()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The file could not be read. Choose it again, or paste its lines.")
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The file could not be read. Choose it again, or paste its lines.")
	}
	a.values.Set("csv", strings.TrimPrefix(string(b), "\ufeff"))
	return nil
}

// settleList reads the list. While a cell is refused no row is kept: a plan
// must not leave out what could not be read.
func (s *Server) settleList(ctx context.Context, a *asking) error {
	text := a.values.Get("csv")
	look := s.Reader.RequestLookup(ctx, a.q.View)
	rows, errs := request.ParseCSV([]byte(text), look)
	if err := look.Err(); err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		rows, errs = &request.BulkParams{}, request.FieldErrors{{Field: "csv", Sentence: "Paste lines of CSV with a header, or choose a file."}}
	}
	a.params = rows
	if err := s.loadEstate(ctx, a); err != nil {
		return err
	}
	if len(errs) == 0 {
		errs = a.hiddenRows(rows)
	}
	a.lines = lineOf(rows)
	if a.errs = errs; len(errs) > 0 {
		a.params = &request.BulkParams{}
	}
	kept, _ := a.params.(*request.BulkParams)
	kept.CSV = strings.ToValidUTF8(text, "\uFFFD")
	return nil
}

// lineOf is the line of each row.
func lineOf(p *request.BulkParams) []int64 {
	out := make([]int64, len(p.Rows))
	for i, r := range p.Rows {
		out[i] = r.Line
	}
	return out
}

// hiddenRows are refusals of rows about what the person may not ask about.
func (a *asking) hiddenRows(p *request.BulkParams) (e request.FieldErrors) {
	for i, r := range p.Rows {
		one, err := request.DecodeParams(r.Kind, r.Params)
		if err != nil {
			continue // its errors say so
		}
		refs := one.Refs()
		at := ask.Item("rows", i) + "."
		if !mayAsk(a.who, r.Kind) {
			e = append(e, request.FieldError{Field: at + "kind", Sentence: fmt.Sprintf("Line %d: your role does not ask for %s.", r.Line, r.Kind)})
		}
		for _, id := range refs.Workspaces {
			if _, ok := a.estate.Workspaces[id]; id != "" && !ok {
				e = append(e, request.FieldError{Field: at + "workspace", Sentence: fmt.Sprintf("Line %d: the last scan knows no such workspace.", r.Line)})
			}
		}
		for _, id := range refs.Pipelines {
			if _, ok := a.estate.Pipelines[id]; id != "" && !ok {
				e = append(e, request.FieldError{Field: at + "pipeline", Sentence: fmt.Sprintf("Line %d: the last scan knows no such pipeline.", r.Line)})
			}
		}
	}
	return e
}

// list is the part of the form that takes a list, with the refusals by line
// and column.
func (f *filler) list() templates.AskGroup {
	text := f.take("csv")
	if text == "" {
		text = f.take("rows")
	}
	area := ui.Field{Kind: ui.TextArea, Name: "csv", Label: "The list", Rows: 12, Value: f.a.values.Get("csv"), Mono: true, Error: text,
		Hint: "A line for each change, columns named in the first line, separated by commas, semicolons or tabs. Things are written by name, address or id. Below are lists to begin with."}
	if len(f.a.errs) > 0 && text == "" {
		area.Error = ui.Plural(int64(len(f.open)), "cell is", "cells are") + " refused; the table below says which and why. Nothing is planned until all lines are right."
	}
	if area.Error != "" {
		f.failed = append(f.failed, area)
	}
	g := templates.AskGroup{Title: "Many at once", Hint: "At most 500 lines and one megabyte. Every line is checked before anything is submitted; all of them are one plan and one approval, and each has an outcome of its own.",
		Fields: []templates.AskField{{Field: area}, {File: true, Field: ui.Field{Name: "file", Label: "Or a file", Hint: "CSV in UTF-8. It takes the place of what stands above."}}}}
	if rows := f.refusedCells(); len(rows.Rows) > 0 {
		g.Table = &rows
	}
	for _, k := range listKinds {
		about, _ := request.AboutKind(k)
		g.Links = append(g.Links, ui.Link{Label: about.Title, Href: "/requests/templates/" + string(k)})
	}
	return g
}

// refusedCells are the refusals of a list as a table: line, column, sentence.
func (f *filler) refusedCells() ui.Table {
	t := ui.Table{ID: "cells", Caption: "What is wrong in the list", Scroll: true, Columns: []ui.Column{{Label: "Line", Kind: ui.Number}, {Label: "Column", Kind: ui.Mono}, {Label: "What to do"}}}
	var rest request.FieldErrors
	for _, e := range f.open {
		line, column, ok := f.a.cell(e.Field)
		if !ok {
			rest = append(rest, e)
			continue
		}
		sentence := strings.TrimPrefix(e.Sentence, "Line "+strconv.FormatInt(line, 10)+": ")
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Num(line), ui.Txt(column), ui.Txt(capital(sentence))}})
	}
	f.open = rest
	return t
}

// cell finds line and column of rows[3].workspace.
func (a *asking) cell(field string) (line int64, column string, ok bool) {
	rest, ok := strings.CutPrefix(field, "rows[")
	digits, column, cut := strings.Cut(rest, "].")
	i, err := strconv.Atoi(digits)
	if !ok || !cut || err != nil || i < 0 || i >= len(a.lines) {
		return 0, "", false
	}
	return a.lines[i], column, true
}

// listRows shows each line of a list with what becomes of it.
func listRows(p *request.BulkParams, shown desk.Preview) ui.Table {
	t := ui.Table{ID: "lines", Caption: "The lines", Scroll: true, Columns: []ui.Column{{Label: "Line", Kind: ui.Number}, {Label: "Asks for"}, {Label: "What will be done"}, {Label: "Check", Kind: ui.Badges}}}
	for _, r := range p.Rows {
		about, _ := request.AboutKind(r.Kind)
		var says []string
		for _, s := range shown.Plan.Steps {
			if s.Row == r.Line {
				says = append(says, s.Says)
			}
		}
		for _, l := range shown.Plan.Later {
			if l.Step.Row == r.Line {
				says = append(says, l.Step.Says+" on "+ui.Day(l.Due))
			}
		}
		check := ui.State("can be done", ui.Good)
		if len(says) == 0 {
			check = ui.State("nothing to do", ui.Warn)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Num(r.Line), ui.Txt(about.Title), ui.Txt(strings.Join(says, ". ")), ui.Parts(check)}})
	}
	return t
}

// listKinds are the kinds that a list can hold.
var listKinds = []request.Kind{request.AccessAdd, request.AccessChange, request.AccessRemove, request.WorkspaceCreate, request.WorkspaceEdit, request.WorkspaceCapacity,
	request.WorkspaceArchive, request.WorkspaceDelete, request.WorkspaceRestore, request.NewProject, request.PipelineCreate, request.PipelineAssign,
	request.PipelineUnassign, request.PipelineUserAdd, request.PipelineUserDrop, request.PipelineDelete, request.Promotion}

// listExamples are the columns of a kind's list, and a line that shows how each
// is written.
var listExamples = map[request.Kind][2][]string{
	request.AccessAdd:         {{"workspace", "who", "right", "until"}, {"FIN-Sales-DEV", "FIN Analysts", "Contributor", ""}},
	request.AccessChange:      {{"workspace", "who", "right"}, {"FIN-Sales-DEV", "anna@contoso.com", "Viewer"}},
	request.AccessRemove:      {{"workspace", "who"}, {"FIN-Sales-DEV", "anna@contoso.com"}},
	request.WorkspaceCreate:   {{"name", "description", "capacity", "domain", "members"}, {"FIN-Budget-DEV", "The yearly budget", "", "", "Admin=FIN Admins | Viewer=anna@contoso.com"}},
	request.WorkspaceEdit:     {{"workspace", "name", "description"}, {"FIN-Sales-DEV", "FIN-Turnover-DEV", ""}},
	request.WorkspaceCapacity: {{"workspace", "capacity"}, {"FIN-Sales-DEV", "Premium West"}},
	request.WorkspaceArchive:  {{"workspace", "owner"}, {"FIN-Old-DEV", "FIN Admins"}},
	request.WorkspaceDelete:   {{"workspace", "confirm"}, {"FIN-Old-DEV", "FIN-Old-DEV"}},
	request.WorkspaceRestore:  {{"workspace", "name", "admin"}, {"00000000-0000-0000-0000-000000000000", "", "FIN Admins"}},
	request.NewProject:        {{"department", "project", "description", "domain", "environments", "capacity", "members", "pipeline"}, {"FIN", "Budget", "The yearly budget", "", "DEV | TEST | PROD", "Premium West", "Admin=FIN Admins", "FIN-Budget"}},
	request.PipelineCreate:    {{"name", "description"}, {"FIN-Budget", "Deployment of the budget"}},
	request.PipelineAssign:    {{"pipeline", "stage", "workspace"}, {"FIN-Budget", "1", "FIN-Budget-DEV"}},
	request.PipelineUnassign:  {{"pipeline", "stage"}, {"FIN-Budget", "1"}},
	request.PipelineUserAdd:   {{"pipeline", "who"}, {"FIN-Budget", "FIN Analysts"}},
	request.PipelineUserDrop:  {{"pipeline", "who"}, {"FIN-Budget", "anna@contoso.com"}},
	request.Promotion:         {{"pipeline", "stage", "items", "allow", "note"}, {"FIN-Budget", "1", "Budget | Budget report", "create | overwrite | refresh", "CHG-1234"}},
	request.PipelineDelete:    {{"pipeline", "confirm"}, {"FIN-Budget", "FIN-Budget"}},
}

// askTemplate is a list to begin with: the columns of a kind and one line that
// shows how they are written.
func (s *Server) askTemplate(c echo.Context) error {
	kind := request.Kind(c.Param("kind"))
	example, known := listExamples[kind]
	if !known || !slices.Contains(listKinds, kind) || !mayAsk(s.viewer(c), kind) {
		return auth.Hidden()
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="steward-`+string(kind)+`.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	w := audit.NewCSVWriter(c.Response())
	w.BOM()
	w.Record(append([]string{"kind"}, example[0]...)...)
	w.Record(append([]string{string(kind)}, example[1]...)...)
	return w.Flush()
}
