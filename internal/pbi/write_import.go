package pbi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// MaxImport is the largest file that can be sent directly, in bytes. Larger ones
// need an upload location, which the portal does not use.
const MaxImport = 1 << 30

// Conflict says what an import does with a name that is taken.
type Conflict string

// The ways to deal with a taken name. Ignore, Microsoft's default, makes
// duplicates and is not offered.
const (
	// ConflictAbort refuses: 409.
	ConflictAbort Conflict = "Abort"
	// ConflictOverwrite replaces; 404 when nothing is there, 409 when there is
	// more than one.
	ConflictOverwrite Conflict = "Overwrite"
	// ConflictCreateOrOverwrite replaces or makes; not for .rdl.
	ConflictCreateOrOverwrite Conflict = "CreateOrOverwrite"
)

// OpImport sends a file; OpImportState and OpImports follow it.
var (
	OpImport      = Operation{Name: "groups/{id}/imports (POST)", Timeout: 10 * time.Minute, MaxBytes: 1 << 20}
	OpImportState = read("groups/{id}/imports/{id}")
	OpImports     = read("groups/{id}/imports")
)

// ImportFile is a .pbix or .rdl file to bring into a workspace.
type ImportFile struct {
	WorkspaceID string
	// Name is what the report and its model will be called, with the extension,
	// which must be .pbix or .rdl.
	Name     string
	Conflict Conflict
	// SkipReport imports the model alone.
	SkipReport bool
	// KeepLabels leaves the sensitivity labels of what is overwritten as they are.
	KeepLabels bool
	// Size is the file's length in bytes. Open returns it from the beginning.
	Size int64
	Open func() (io.ReadCloser, error)
}

// Import is a file on its way into a workspace.
type Import struct {
	ID, Name string
	// State is Publishing, Succeeded or Failed.
	State string
	// Created and Updated are zero when not told.
	Created, Updated time.Time
	// ErrorCode is of a failed one; Microsoft does not promise it.
	ErrorCode string
	// ReportIDs and ModelIDs are what it made or replaced, once it succeeded.
	ReportIDs, ModelIDs []string
}

// Import sends a file and returns the id under which ImportState follows it. It is
// sent once; see Certainty for what an error says of the effect. Invalid, with
// nothing sent, for a name or size that the service would refuse.
func (x *Executor) Import(ctx context.Context, f ImportFile) (id string, w Written, err error) {
	if err := f.check(); err != nil {
		return "", Written{}, errors.Join(errNotSent, err)
	}
	content, err := f.form()
	if err != nil {
		return "", Written{}, errors.Join(errNotSent, err)
	}
	query := url.Values{"datasetDisplayName": {f.Name}, "nameConflict": {string(f.Conflict)}}
	if f.SkipReport {
		query.Set("skipReport", "true")
	}
	if f.KeepLabels {
		query.Set("overrideReportLabel", "false")
		query.Set("overrideModelLabel", "false")
	}
	answer, err := x.c.powerBI.Do(ctx, upstream.Request{Operation: OpImport, Method: http.MethodPost,
		Path: "groups/" + upstream.Segment(f.WorkspaceID) + "/imports", Query: query, Content: content})
	if err != nil {
		return "", Written{}, err
	}
	w = Written{Status: answer.Status, RequestID: answer.RequestID, Body: answer.Body}
	im := readImport(newCursor(answer.Body, nil))
	if im.ID == "" {
		return "", w, x.c.powerBI.Broken(OpImport, answer, errNoID)
	}
	return im.ID, w, nil
}

func (f ImportFile) check() error {
	lower := strings.ToLower(f.Name)
	rdl := strings.HasSuffix(lower, ".rdl")
	switch {
	case !rdl && !strings.HasSuffix(lower, ".pbix"):
		return fault.New(fault.Invalid, "Only .pbix and .rdl files can be imported.")
	case rdl && f.Conflict == ConflictCreateOrOverwrite:
		return fault.New(fault.Invalid, "An .rdl file can be imported as a new report or over an existing one, but not either way at once.")
	case f.Size > MaxImport:
		return fault.New(fault.Invalid, "The file has %d MB; Power BI takes 1,024 MB at most this way.", f.Size>>20)
	}
	return nil
}

// form is the file as the one part of a form, without holding it in memory.
func (f ImportFile) form() (*upstream.Content, error) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	if _, err := w.CreateFormFile("file", "upload"); err != nil {
		return nil, fmt.Errorf("write the form: %w", err)
	}
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	return &upstream.Content{Type: w.FormDataContentType(), Size: int64(head.Len()) + f.Size + int64(len(tail)),
		Open: func() (io.ReadCloser, error) {
			file, err := f.Open()
			if err != nil {
				return nil, err
			}
			return formBody{io.MultiReader(bytes.NewReader(head.Bytes()), file, strings.NewReader(tail)), file}, nil
		}}, nil
}

type formBody struct {
	io.Reader
	io.Closer
}

// ImportState returns an import.
// GET groups/{id}/imports/{id}.
func (x *Executor) ImportState(ctx context.Context, workspaceID, id string) (Import, error) {
	answer, err := x.c.get(ctx, x.c.powerBI, OpImportState, groupPath(workspaceID, "imports", id), nil, "")
	if err != nil {
		return Import{}, err
	}
	im := readImport(newCursor(answer.Body, nil))
	if im.ID == "" || im.State == "" {
		return Import{}, x.c.powerBI.Broken(OpImportState, answer, errNoID)
	}
	return im, nil
}

// Imports returns the imports of a workspace: where one whose reply was lost is
// found again, by name and time.
// GET groups/{id}/imports.
func (x *Executor) Imports(ctx context.Context, workspaceID string) ([]Import, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpImports, "groups/"+upstream.Segment(workspaceID)+"/imports", nil, readImport, "value")
}

func readImport(c *cursor) Import {
	var im Import
	c.object(func(key, _ string) {
		switch key {
		case "id":
			im.ID = c.id()
		case "name":
			im.Name = c.text()
		case "importstate":
			im.State = c.word()
		case "createddatetime":
			im.Created = c.time()
		case "updateddatetime":
			im.Updated = c.time()
		case "reports":
			im.ReportIDs = readIDs(c)
		case "datasets":
			im.ModelIDs = readIDs(c)
		case "error":
			c.object(func(key, _ string) {
				if key == "code" {
					im.ErrorCode = c.text()
				}
			})
		}
	})
	return im
}

func readIDs(c *cursor) []string {
	var ids []string
	c.array(func() {
		id, _ := readNamed(c)
		ids = append(ids, id)
	})
	return ids
}
