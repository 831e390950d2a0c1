package powerbi

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"steward/internal/sim/acts"
	"steward/internal/sim/content"
	"steward/internal/sim/rest"
)

type importRow struct {
	ID         string       `json:"id"`
	State      string       `json:"importState,omitempty"`
	Created    string       `json:"createdDateTime,omitempty"`
	Updated    string       `json:"updatedDateTime,omitempty"`
	Name       string       `json:"name,omitempty"`
	Connection string       `json:"connectionType,omitempty"`
	Source     string       `json:"source,omitempty"`
	Datasets   []importItem `json:"datasets"`
	Reports    []importItem `json:"reports"`
	Error      *importError `json:"error,omitempty"`
}

type importItem struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"webUrl"`
}

type importError struct {
	Code    string `json:"code"`
	Details []any  `json:"details"`
}

func (s *Service) wireImport(c *rest.Call, im *acts.Import) importRow {
	row := importRow{ID: im.ID, State: im.State, Created: zulu(im.Created), Updated: zulu(im.Updated), Name: im.Name, Connection: "import",
		Source: "Upload", Datasets: []importItem{}, Reports: []importItem{}}
	if im.ErrorCode != "" {
		row.Error = &importError{im.ErrorCode, []any{}}
	}
	if im.State != "Succeeded" {
		return row
	}
	if _, it, ok := s.world.Item(im.ModelID, c.Now); ok {
		row.Datasets = append(row.Datasets, importItem{it.ID, it.Name, "https://app.powerbi.com/datasets/" + it.ID})
	}
	if _, it, ok := s.world.Item(im.ReportID, c.Now); ok {
		row.Reports = append(row.Reports, importItem{it.ID, it.Name, "https://app.powerbi.com/reports/" + it.ID})
	}
	return row
}

func (s *Service) imports(c *rest.Call) {
	list, err := s.acts.Imports(actor(c), c.Param("groupId"), c.Now)
	if refused(c, err) {
		return
	}
	slices.SortFunc(list, func(a, b *acts.Import) int { return b.Created.Compare(a.Created) })
	var rows []importRow
	for _, im := range list {
		rows = append(rows, s.wireImport(c, im))
	}
	answerList(c, "imports", rows)
}

func (s *Service) importOf(c *rest.Call) {
	im, err := s.acts.ImportOf(actor(c), c.Param("groupId"), c.Param("importId"), c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, s.wireImport(c, im))
	}
}

// uploadTime is how long an upload location can be used.
const uploadTime = time.Hour

// uploadLocation gives a place for a large file, which needs a capacity.
func (s *Service) uploadLocation(c *rest.Call) {
	ws, ok := s.member(c, "Contributor")
	if !ok {
		return
	}
	if ws.CapacityID == "" {
		c.BadRequest("Files of more than 1 GB need a workspace on a capacity.")
		return
	}
	key := s.cfg.NewID()
	s.blobs.keep(key, nil)
	c.JSON(http.StatusOK, map[string]string{"@odata.context": metadata("Microsoft.PowerBI.ServiceContracts.Api.V1.TemporaryUploadLocation"),
		"Url": c.Base + "/blobs/" + key, "ExpirationTime": zulu(c.Now.Add(uploadTime))})
}

// postImport takes a file in a form, or the address of one that was put into an
// upload location.
func (s *Service) postImport(c *rest.Call) {
	u := acts.Upload{Name: c.Query("datasetDisplayName"), Conflict: c.Query("nameConflict"), SkipReport: strings.EqualFold(c.Query("skipReport"), "true"),
		OverrideReport: !strings.EqualFold(c.Query("overrideReportLabel"), "false"), OverrideModel: !strings.EqualFold(c.Query("overrideModelLabel"), "false")}
	if u.Conflict == "" {
		u.Conflict = acts.ConflictIgnore
	}
	if !slices.Contains([]string{acts.ConflictIgnore, acts.ConflictAbort, acts.ConflictOverwrite, acts.ConflictCreateOr, acts.ConflictUnique}, u.Conflict) {
		c.BadRequest("nameConflict is not one of the documented values.")
		return
	}
	file, ok := s.uploaded(c)
	if !ok {
		return
	}
	var err error
	if strings.HasSuffix(strings.ToLower(u.Name), ".rdl") {
		u.Package, err = content.ReadRDL(file)
	} else {
		u.Package, err = content.ReadPBIX(file)
	}
	u.Encrypted = err != nil
	im, err := s.acts.PostImport(actor(c), c.Param("groupId"), u, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusAccepted, map[string]string{"id": im.ID})
	}
}

// uploaded reads the file of an import; it answers itself when there is none.
func (s *Service) uploaded(c *rest.Call) ([]byte, bool) {
	if !strings.HasPrefix(c.R.Header.Get("Content-Type"), "multipart/form-data") {
		var body struct {
			FileURL string `json:"fileUrl"`
		}
		if !c.Decode(&body) {
			return nil, false
		}
		key, ours := strings.CutPrefix(body.FileURL, c.Base+"/blobs/")
		file, found := s.blobs.find(key)
		if !ours || !found || file == nil {
			c.BadRequest("fileUrl is not an upload location that holds a file.")
			return nil, false
		}
		return file, true
	}
	parts, err := c.R.MultipartReader()
	if err != nil {
		c.BadRequest("The form could not be read.")
		return nil, false
	}
	part, err := parts.NextPart()
	if err != nil {
		c.BadRequest("The form holds no file.")
		return nil, false
	}
	file, err := io.ReadAll(io.LimitReader(part, maxFile+1))
	switch {
	case err != nil:
		c.BadRequest("The file broke off.")
	case len(file) > maxFile:
		c.Fail(rest.Failure{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: "The file is too large."})
	default:
		return file, true
	}
	return nil, false
}
