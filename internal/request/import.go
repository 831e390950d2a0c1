package request

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// FileImport publishes an uploaded file in a workspace (api guide, section 7).
const FileImport Kind = "import"

// MaxUpload is the most that Power BI takes in one piece, in bytes.
const MaxUpload = 1 << 30

// Upload is a file that somebody uploaded.
type Upload struct {
	// Sum is the SHA-256 of its bytes, Name what it was called, Size in bytes.
	Sum, Name string
	Size      int64
	At        time.Time
}

// ImportParams ask that an uploaded file be published. Name is what it is called
// in the workspace; empty takes that of the file.
type ImportParams struct {
	Workspace  ID     `json:"workspace"`
	File       string `json:"file"`
	Name       string `json:"name"`
	Conflict   string `json:"conflict"`
	SkipReport bool   `json:"skip_report"`
}

// Conflicts are the ways to deal with a name that is taken, with what each
// means.
func Conflicts() [][2]string {
	return [][2]string{{"Abort", "Refuse, if the name is taken"}, {"Overwrite", "Replace what has the name"},
		{"CreateOrOverwrite", "Replace what has the name, or make it new (.pbix only)"},
		{"GenerateUniqueName", "Make it new under a name that is free (.pbix only)"}, {"Ignore", "Make it new, also as a second of the name (.pbix only)"}}
}

// forRDL are the ways that paginated reports know.
var forRDL = []string{"Abort", "Overwrite"}

// CheckUpload refuses a file by its name: only these can be imported.
func CheckUpload(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); {
	case ext == ".json":
		return "Dataflows cannot be imported by an application. Import model.json by hand in Power BI."
	case ext != ".pbix" && ext != ".rdl":
		return "Only .pbix and .rdl files can be imported."
	case strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name))) == "":
		return "The file has no name besides its ending."
	}
	return ""
}

// Kind implements Params.
func (*ImportParams) Kind() Kind { return FileImport }

// Validate implements Params.
func (p *ImportParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	if p.File == "" {
		e.add("file", "Upload a file first, then choose it here.")
	}
	if p.Name != "" {
		e.checkName("name", p.Name)
	}
	if !slices.ContainsFunc(Conflicts(), func(c [2]string) bool { return c[0] == p.Conflict }) {
		e.add("conflict", "Choose what becomes of something of the same name.")
	}
	return e
}

// Refs implements Params.
func (p *ImportParams) Refs() Refs {
	return Refs{Workspaces: given(p.Workspace), Contents: given(p.Workspace)}
}

func (p *ImportParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	u := b.estate.Upload
	switch {
	case u == nil || u.Sum != p.File:
		b.fail("file", "You have uploaded no such file. Upload it again.")
		return
	case CheckUpload(u.Name) != "":
		b.fail("file", "%s", CheckUpload(u.Name))
	case u.Size > MaxUpload:
		b.fail("file", "The file has %d MB; Power BI takes %d MB at most this way.", u.Size>>20, MaxUpload>>20)
	}
	if !ok || len(b.errs) > 0 || !b.mayMove("workspace", w) {
		return
	}
	ext := strings.ToLower(path.Ext(u.Name))
	name := strings.TrimSuffix(strings.TrimSpace(firstOf(p.Name, strings.TrimSuffix(u.Name, path.Ext(u.Name)))), ext)
	if ext == ".rdl" && !slices.Contains(forRDL, p.Conflict) {
		b.fail("conflict", "A paginated report can be refused or replaced, and nothing else.")
		return
	}
	if ext == ".rdl" && p.SkipReport {
		b.fail("skip_report", "An .rdl file holds nothing but a report.")
		return
	}
	there := b.sameName(w, name, ext)
	if !b.conflictFits(p.Conflict, there, name, w.Name) {
		return
	}
	b.title("Import %s into %s", name+ext, w.Name)
	if b.isProduction(w) {
		b.risky("%s is productive.", w.Name)
	}
	b.importFile(p, w, name+ext, there)
}

func firstOf(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}

// sameName are the items that an import of a name meets.
func (b *builder) sameName(w Workspace, name, ext string) (out []promotion.Item) {
	for _, it := range b.estate.Content[NewID(w.ID)] {
		fits := it.Kind == tenant.ItemDataset || it.Kind == tenant.ItemReport && it.Model == ""
		if ext == ".rdl" {
			fits = it.Kind == tenant.ItemReport && it.Paginated
		}
		if fits && strings.EqualFold(it.Name, name) {
			out = append(out, it)
		}
	}
	return out
}

// conflictFits refuses what the service would refuse (api guide, section 7:
// DuplicatePackageNotFoundError, MoreThanOneDuplicatePackageFoundError).
func (b *builder) conflictFits(conflict string, there []promotion.Item, name, workspace string) bool {
	n := len(there)
	switch {
	case conflict == "Abort" && n > 0:
		b.fail("conflict", "%s has something called %s already. Replace it, or give this another name.", workspace, name)
	case conflict == "Overwrite" && n == 0:
		b.fail("conflict", "%s has nothing called %s that could be replaced. Make it new.", workspace, name)
	case (conflict == "Overwrite" || conflict == "CreateOrOverwrite") && n > 1:
		b.fail("conflict", "%s has %d of the name %s: nobody could tell which to replace. Rename one.", workspace, n, name)
	default:
		return true
	}
	return false
}

// importFile adds the backup of what is replaced, and the import.
func (b *builder) importFile(p *ImportParams, w Workspace, name string, there []promotion.Item) {
	t := &transfer{builder: b, dst: existing(w)}
	replaces := p.Conflict == "Overwrite" || p.Conflict == "CreateOrOverwrite"
	s := Step{Says: fmt.Sprintf("Import %s (%d bytes) into %s", name, b.estate.Upload.Size, w.Name), Lock: t.dst.lock, Results: map[string]string{"import": "/id"},
		Call: importCall(t.dst.id, name, p.Conflict, Text(p.File)), Look: importLook(t.dst.id, name), Wait: WaitImport, Expects: t.stand(t.dst),
		Final: "What was imported is new: delete it in Power BI when it is not wanted."}
	if p.SkipReport {
		s.Call.Body["skipReport"] = Truth(true)
	}
	// A second import of the name is refused, or puts the same bytes where they
	// are; only these two make another item.
	s.Look.Redo = p.Conflict != "Ignore" && p.Conflict != "GenerateUniqueName"
	if replaces && len(there) == 1 {
		b.risky("Replaces what is in %s of %s.", there[0].Name, w.Name)
		t.keep(t.dst, there[0], true)
		s.Needs = t.kept
		s.Final = "What was there is kept as a backup and can be put back from it by hand."
	}
	if p.Conflict == "Ignore" && len(there) > 0 {
		b.risky("%s gets a second item called %s.", w.Name, there[0].Name)
	}
	b.add(s)
}
