package request

import (
	"strings"
)

// decode reads the rows; errors go to the field of the row.
func (p *BulkParams) decode(e *FieldErrors) []Params {
	out := make([]Params, len(p.Rows))
	for i, r := range p.Rows {
		if r.Kind == Bulk || r.Kind.House() {
			e.add(indexed("rows", i)+".kind", "A list of rows holds changes of the tenant only.")
			continue
		}
		one, err := DecodeParams(r.Kind, r.Params)
		if err != nil {
			e.add(indexed("rows", i)+".kind", "Line %d is no request that the portal knows.", r.Line)
			continue
		}
		out[i] = one
	}
	return out
}

// Validate implements Params.
func (p *BulkParams) Validate() (e FieldErrors) {
	switch {
	case len(p.Rows) == 0:
		e.add("rows", "There are no rows. Paste lines of CSV with a header, or upload a file.")
	case len(p.Rows) > maxRows:
		e.add("rows", "%d rows are too many for one request; at most %d. Split the file.", len(p.Rows), maxRows)
		return e
	}
	for i, one := range p.decode(&e) {
		if one != nil {
			e = append(e, one.Validate().within(indexed("rows", i)+".")...)
		}
	}
	return e
}

// Refs implements Params.
func (p *BulkParams) Refs() (r Refs) {
	var ignored FieldErrors
	for _, one := range p.decode(&ignored) {
		if one != nil {
			r.add(one.Refs())
		}
	}
	return r
}

func (p *BulkParams) plan(b *builder) {
	b.title("%d changes from a list", len(p.Rows))
	for i, one := range p.decode(&b.errs) {
		if one == nil {
			continue
		}
		b.prefix, b.row = indexed("rows", i)+".", p.Rows[i].Line
		one.plan(b)
	}
	b.prefix, b.row = "", 0
	b.collisions(p)
}

// renames are the operations after which the other rows' facts about the same
// workspace or pipeline no longer hold.
var renames = map[string]bool{
	"Workspaces_UpdateWorkspace": true, "Workspaces_DeleteWorkspace": true, "Workspaces_RestoreWorkspace": true, "Pipelines_DeletePipeline": true,
}

// collisions refuses rows that would pull the ground from under others, and
// rows that do the same.
func (b *builder) collisions(p *BulkParams) {
	lineOf := map[int64]int{}
	for i, r := range p.Rows {
		lineOf[r.Line] = i
	}
	moved, same := map[string]int64{}, map[string]int64{}
	for _, s := range b.plan.Steps {
		if renames[s.Call.Operation] {
			moved[s.Lock] = s.Row
		}
	}
	for _, s := range b.plan.Steps {
		field := indexed("rows", lineOf[s.Row]) + ".kind"
		if row, ok := moved[s.Lock]; ok && row != s.Row {
			b.errs.add(field, "Line %d renames, archives or deletes the same object. Ask for one after the other.", row)
			return
		}
		key := strings.Join([]string{s.Call.Operation, s.Call.Shown(), Object(s.Call.Body).String()}, " ")
		if row, ok := same[key]; ok && row != s.Row {
			b.errs.add(field, "Line %d asks for the same.", row)
			return
		}
		same[key] = s.Row
	}
}
