package pbi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"steward/internal/upstream"
)

// OpExport streams a file; it may be large and slow to begin.
var OpExport = Operation{Name: "groups/{id}/reports/{id}/Export", Timeout: 10 * time.Minute, MaxBytes: 2 << 30, Repeatable: true}

// ErrNoExport is joined to the error of a report that Microsoft does not let one
// download: after a deployment by a pipeline, after a rebind, with a model in the
// large format or with incremental refresh.
var ErrNoExport = errors.New("the report cannot be exported")

// Export writes a report with its model to to as a .pbix, or an .rdl, and returns
// how many bytes that were. When it fails, what was written must be thrown away.
// Where Microsoft refuses, errors.Is(err, ErrNoExport).
// GET groups/{id}/reports/{id}/Export.
func (x *Executor) Export(ctx context.Context, workspaceID, reportID string, to io.Writer) (int64, error) {
	req := upstream.Request{Operation: OpExport, Method: http.MethodGet, Path: groupPath(workspaceID, "reports", reportID) + "/Export",
		Query: url.Values{"downloadType": {"IncludeModel"}}, Accept: "*/*"}
	var n int64
	err := x.c.powerBI.Stream(ctx, req, func(a *upstream.Answer, in io.Reader) error {
		var err error
		if n, err = io.Copy(to, in); err != nil {
			return fmt.Errorf("write the exported file: %w", err)
		}
		if n == 0 {
			return x.c.powerBI.Broken(OpExport, a, errors.New("the file is empty"))
		}
		return nil
	})
	if _, status, _ := CodeOf(err); status == http.StatusBadRequest {
		err = errors.Join(ErrNoExport, err)
	}
	return n, err
}
