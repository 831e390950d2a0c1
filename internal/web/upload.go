package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/guard"
	"steward/web/templates/ui"
)

const (
	// uploadPath takes files that are larger than forms may be.
	uploadPath = "/requests/file"
	// uploadMost is the largest file with what a form puts around it, in bytes.
	uploadMost = request.MaxUpload + 64<<10
	// uploadTime is how long a file may take to come.
	uploadTime = 15 * time.Minute
)

// upload keeps a file for an import and goes on to the form, with the file
// chosen. The file is written as it comes, and never whole in memory.
func (s *Server) upload(c echo.Context) error {
	a, err := s.begin(c, request.FileImport, c.QueryParam("tenant"))
	if err != nil {
		return err
	}
	a.values = c.QueryParams()
	slow := http.NewResponseController(c.Response())
	if err := errors.Join(slow.SetReadDeadline(time.Now().Add(uploadTime)), slow.SetWriteDeadline(time.Now().Add(uploadTime))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	u, err := s.keepUpload(c, a)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, ui.With("/requests/new/"+string(request.FileImport), ui.Param{Name: "tenant", Value: a.q.View.TenantName},
			ui.Param{Name: "workspace", Value: c.QueryParam("workspace")}, ui.Param{Name: "file", Value: u.Sum}))
	}
	var field *fault.Error
	if !errors.As(err, &field) || field.Field != "file" {
		return err
	}
	if err := s.settle(c.Request().Context(), a); err != nil {
		return err
	}
	a.errs = request.FieldErrors{{Field: "file", Sentence: field.Sentence}}
	return s.askPage(c, http.StatusUnprocessableEntity, a)
}

func (s *Server) keepUpload(c echo.Context, a *asking) (request.Upload, error) {
	none := &fault.Error{Kind: fault.Invalid, Field: "file", Sentence: "Choose a .pbix or .rdl file."}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return request.Upload{}, none
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return request.Upload{}, none
		case err != nil:
			return request.Upload{}, tooLarge(err)
		case part.FormName() != "file" || part.FileName() == "":
			continue
		}
		u, err := s.Requests.Keep(c.Request().Context(), s.by(c), a.q.View.TenantName, part.FileName(), part)
		return u, tooLarge(err)
	}
}

// tooLarge says at the field that a file is larger than can be taken.
func tooLarge(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return &fault.Error{Kind: fault.Invalid, Field: "file", Sentence: "The file has more than 1,024 MB, which is the most that Power BI takes this way."}
	}
	return err
}

// uploads are the files that the person has uploaded, newest first.
func (f *filler) uploads() ([]ui.Choice, error) {
	all, err := f.s.Reader.Uploads(f.c.Request().Context(), f.a.q.View.TenantName, f.s.by(f.c).Party())
	var out []ui.Choice
	for _, u := range all {
		out = append(out, ui.Choice{Value: u.Sum, Label: u.Name + " (" + ui.Count(u.Size) + " bytes, " + u.At.Format(clock) + ")"})
	}
	return out, err
}

// bodyLimit is the most that a route takes, where it takes more than forms do.
func bodyLimit(r guard.Route) guard.Route {
	if r.Path == uploadPath {
		r.MaxBody = uploadMost
	}
	return r
}
