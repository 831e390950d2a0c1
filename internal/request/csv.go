package request

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Lookup finds the ids of what people write by name or address. An id is
// returned as it is, if it is known.
type Lookup interface {
	// FindWorkspace and its like answer with the ids that fit: none, one, or
	// several of the same name.
	FindWorkspace(text string) []ID
	FindPrincipal(text string) []ID
	FindCapacity(text string) []ID
	FindDomain(text string) []ID
	FindPipeline(text string) []ID
}

// Columns are the columns a CSV may have. kind is needed; the others as the
// kind needs them.
var Columns = []string{"kind", "workspace", "name", "description", "capacity", "domain", "who", "right", "until", "members", "owner", "admin",
	"pipeline", "stage", "items", "allow", "note", "confirm", "department", "project", "environments"}

const maxCSV = 1 << 20

// ParseCSV reads a pasted or uploaded list. The separator is a comma, a
// semicolon or a tab, whichever the header uses. members are written
// "Admin=FIN Admins | Viewer=anna@contoso.com", environments "DEV | TEST | PROD".
// Each refusal names the row (from 0) and the column; the rows that could be
// read are returned all the same.
func ParseCSV(b []byte, l Lookup) (*BulkParams, FieldErrors) {
	var e FieldErrors
	p := &BulkParams{}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(b) > maxCSV || !utf8.Valid(b) {
		e.add("rows", "The list is larger than a megabyte, or not text in UTF-8. Save it as CSV in UTF-8.")
		return p, e
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comma = -1, true, separator(b)
	header, err := r.Read()
	if err != nil {
		e.add("rows", "There are no rows. Paste lines of CSV with a header: %s.", strings.Join(Columns, ", "))
		return p, e
	}
	columns, bad := readHeader(header)
	if bad != "" {
		e.add("rows", "%s", bad)
		return p, e
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return p, e
		}
		if err != nil {
			e.add("rows", "Line %d is no CSV: a quote is open or out of place.", lineOfError(err))
			return p, e
		}
		line, _ := r.FieldPos(0)
		if len(p.Rows) >= maxRows {
			e.add("rows", "More than %d rows are too many for one request. Split the file.", maxRows)
			return p, e
		}
		p.addRow(&e, columns, record, int64(line), l)
	}
}

// lineOfError is where a list stopped being CSV; 0 when nobody said.
func lineOfError(err error) int {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return at.StartLine
	}
	return 0
}

// separator is the one that the first line has most of.
func separator(b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	best := ','
	for _, r := range ";\t" {
		if bytes.Count(first, []byte(string(r))) > bytes.Count(first, []byte(string(best))) {
			best = r
		}
	}
	return best
}

func readHeader(header []string) (columns []string, bad string) {
	for _, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(Columns, name) {
			return nil, fmt.Sprintf("There is no column %q. The columns are %s.", name, strings.Join(Columns, ", "))
		}
		if slices.Contains(columns, name) {
			return nil, fmt.Sprintf("The column %s is there twice.", name)
		}
		columns = append(columns, name)
	}
	if !slices.Contains(columns, "kind") {
		return nil, "The column kind is missing: it says what each row asks for."
	}
	return columns, ""
}

func (p *BulkParams) addRow(e *FieldErrors, columns, record []string, line int64, l Lookup) {
	if strings.TrimSpace(strings.Join(record, "")) == "" {
		return
	}
	row := &csvRow{cells: map[string]string{}, errs: e, at: indexed("rows", len(p.Rows)) + ".", line: line, lookup: l}
	for i, cell := range record {
		if i < len(columns) {
			row.cells[columns[i]] = strings.TrimSpace(cell)
		} else if cell != "" {
			row.bad("kind", "there are more cells than columns")
		}
	}
	kind := Kind(strings.ToLower(row.cells["kind"]))
	one := row.params(kind)
	if one == nil {
		row.bad("kind", "%q is no kind of request that a list can hold", row.cells["kind"])
		p.Rows = append(p.Rows, BulkRow{Line: line, Kind: kind, Params: json.RawMessage("{}")})
		return
	}
	for _, c := range Columns {
		if row.cells[c] != "" && c != "kind" && !row.used[c] {
			row.bad(c, "the column %s means nothing for %s", c, kind)
		}
	}
	body, err := EncodeParams(one)
	if err != nil {
		row.bad("kind", "the row cannot be stored")
	}
	p.Rows = append(p.Rows, BulkRow{Line: line, Kind: kind, Params: body})
}

// csvRow reads the cells of one row; each may be used once.
type csvRow struct {
	cells  map[string]string
	used   map[string]bool
	errs   *FieldErrors
	at     string
	line   int64
	lookup Lookup
}

func (r *csvRow) bad(column, format string, args ...any) {
	r.errs.add(r.at+column, "Line %d: %s.", r.line, fmt.Sprintf(format, args...))
}

func (r *csvRow) text(column string) string {
	if r.used == nil {
		r.used = map[string]bool{}
	}
	r.used[column] = true
	return r.cells[column]
}

// find turns a name into an id. Nothing stays nothing: the kind says whether it
// is needed.
func (r *csvRow) find(column, what string, find func(string) []ID) ID {
	return r.one(column, r.text(column), what, find)
}

func (r *csvRow) one(column, text, what string, find func(string) []ID) ID {
	if text == "" {
		return ""
	}
	ids := find(text)
	switch len(ids) {
	case 0:
		r.bad(column, "the last scan knows no %s %q", what, text)
		return ""
	case 1:
		return NewID(string(ids[0]))
	}
	r.bad(column, "there are %d of the name %q; write the id", len(ids), text)
	return ""
}

func (r *csvRow) workspace() ID {
	return r.find("workspace", "workspace", r.lookup.FindWorkspace)
}
func (r *csvRow) capacity() ID { return r.find("capacity", "capacity", r.lookup.FindCapacity) }
func (r *csvRow) domain() ID   { return r.find("domain", "domain", r.lookup.FindDomain) }
func (r *csvRow) pipeline() ID { return r.find("pipeline", "pipeline", r.lookup.FindPipeline) }
func (r *csvRow) who(column string) ID {
	return r.find(column, "person, group or application", r.lookup.FindPrincipal)
}

// right accepts a role in any case.
func (r *csvRow) right(column, text string) string {
	for _, one := range rights {
		if strings.EqualFold(string(one), text) {
			return string(one)
		}
	}
	if text != "" {
		r.bad(column, "%q is no role; there are Viewer, Contributor, Member and Admin", text)
	}
	return ""
}

func (r *csvRow) members() []Member {
	var out []Member
	for part := range strings.SplitSeq(r.text("members"), "|") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		right, who, ok := strings.Cut(part, "=")
		if !ok {
			r.bad("members", "write members as Admin=FIN Admins | Viewer=anna@contoso.com")
			return out
		}
		m := Member{Right: r.right("members", strings.TrimSpace(right)), Who: r.one("members", strings.TrimSpace(who), "person, group or application", r.lookup.FindPrincipal)}
		if m.Who != "" && m.Right != "" {
			out = append(out, m)
		}
	}
	return out
}

func (r *csvRow) until() *time.Time {
	text := r.text("until")
	if text == "" {
		return nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			at = at.UTC()
			return &at
		}
	}
	r.bad("until", "%q is no day; write 2026-12-31", text)
	return nil
}

// stage counts from 1, as people do.
func (r *csvRow) stage() int64 {
	n, err := strconv.ParseInt(r.text("stage"), 10, 64)
	if err != nil || n < 1 {
		r.bad("stage", "the stage is a number from 1")
		return 0
	}
	return n - 1
}

func (r *csvRow) environments() []EnvironmentParams {
	capacity, members := r.capacity(), r.members()
	var out []EnvironmentParams
	for part := range strings.SplitSeq(r.text("environments"), "|") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, EnvironmentParams{Name: part, Capacity: capacity, Members: slices.Clone(members)})
		}
	}
	return out
}

func (r *csvRow) params(k Kind) Params {
	switch k {
	case NewProject:
		return &ProjectParams{Department: r.text("department"), Project: r.text("project"), Description: r.text("description"), Domain: r.domain(),
			Environments: r.environments(), Pipeline: r.text("pipeline") != "", PipelineName: r.text("pipeline")}
	case WorkspaceCreate:
		return &WorkspaceCreateParams{Name: r.text("name"), Description: r.text("description"), Capacity: r.capacity(), Domain: r.domain(), Members: r.members()}
	case WorkspaceEdit:
		return &WorkspaceEditParams{Workspace: r.workspace(), Name: r.text("name"), Description: r.text("description")}
	case WorkspaceCapacity:
		return &WorkspaceCapacityParams{Workspace: r.workspace(), Capacity: r.capacity()}
	case WorkspaceDelete:
		return &WorkspaceDeleteParams{Workspace: r.workspace(), Confirm: r.text("confirm")}
	case WorkspaceRestore:
		return &WorkspaceRestoreParams{Workspace: r.workspace(), Name: r.text("name"), Admin: r.who("admin")}
	case WorkspaceArchive:
		return &WorkspaceArchiveParams{Workspace: r.workspace(), Owner: r.who("owner")}
	case AccessAdd:
		return &AccessAddParams{Workspace: r.workspace(), Members: []Member{{Who: r.who("who"), Right: r.right("right", r.text("right"))}}, Until: r.until()}
	case AccessChange:
		return &AccessChangeParams{Workspace: r.workspace(), Who: r.who("who"), Right: r.right("right", r.text("right"))}
	case AccessRemove:
		return &AccessRemoveParams{Rows: []Holding{{Workspace: r.workspace(), Who: r.who("who")}}}
	}
	return r.pipelineParams(k)
}

func (r *csvRow) pipelineParams(k Kind) Params {
	switch k {
	case Promotion:
		return r.promotion()
	case PipelineCreate:
		return &PipelineCreateParams{Name: r.text("name"), Description: r.text("description")}
	case PipelineDelete:
		return &PipelineDeleteParams{Pipeline: r.pipeline(), Confirm: r.text("confirm")}
	case PipelineAssign:
		return &PipelineAssignParams{Pipeline: r.pipeline(), Stage: r.stage(), Workspace: r.workspace()}
	case PipelineUnassign:
		return &PipelineUnassignParams{Pipeline: r.pipeline(), Stage: r.stage()}
	case PipelineUserAdd:
		return &PipelineUserAddParams{Pipeline: r.pipeline(), Who: r.who("who")}
	case PipelineUserDrop:
		return &PipelineUserDropParams{Pipeline: r.pipeline(), Who: r.who("who")}
	}
	return nil
}
