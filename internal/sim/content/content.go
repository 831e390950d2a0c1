// Package content owns what is inside the pretend tenant's files: the .pbix and
// .rdl that exports give and imports take, and the definition parts of Fabric.
//
// A file holds the items it was made of, so that what is exported, kept and
// imported again is exactly what it was. A .pbix of the stand-in is a real ZIP
// with the parts that a person would look for, but Power BI Desktop cannot open
// it. A .pbix from elsewhere is taken for one report and one model of which
// nothing is known but the file's fingerprint.
package content

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"steward/internal/sim/world"
)

// Package is what a file holds: a report, a model, or both.
type Package struct {
	Report *world.Item `json:"report,omitempty"`
	Model  *world.Item `json:"model,omitempty"`
}

// ErrNotAFile is returned for bytes that are no .pbix or .rdl.
var ErrNotAFile = errors.New("the bytes are no .pbix or .rdl file")

// The parts of a .pbix.
const (
	partTypes   = "[Content_Types].xml"
	partVersion = "Version"
	partLayout  = "Report/Layout"
	partModel   = "DataModelSchema"
	partItems   = "StandIn/items.json"
)

// mostItems is the largest description of the items in a file, in bytes.
const mostItems = 16 << 20

// PBIX writes a package as a .pbix file. The same package gives the same bytes.
func PBIX(p Package) ([]byte, error) {
	items, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write a .pbix: %w", err)
	}
	parts := [][2]string{{partTypes, `<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{partVersion, "1.28"}}
	if p.Report != nil {
		parts = append(parts, [2]string{partLayout, layout(p.Report)})
	}
	if p.Model != nil {
		parts = append(parts, [2]string{partModel, bim(p.Model)})
	}
	parts = append(parts, [2]string{partItems, string(items)})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range parts {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			return nil, fmt.Errorf("write a .pbix: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write a .pbix: %w", err)
	}
	return out.Bytes(), nil
}

// ReadPBIX reads a .pbix. A file that the stand-in did not write gives a package
// of one report over one model, whose content is the file's fingerprint.
func ReadPBIX(file []byte) (Package, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return Package{}, ErrNotAFile
	}
	f, err := z.Open(partItems)
	if err != nil {
		return foreign(file), nil
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, mostItems))
	var p Package
	if err != nil || json.Unmarshal(text, &p) != nil || p.Report == nil && p.Model == nil {
		return Package{}, ErrNotAFile
	}
	return p, nil
}

func foreign(file []byte) Package {
	mark := fingerprint(file)
	return Package{
		Report: &world.Item{Kind: world.KindReport, Content: mark, Report: &world.Report{Type: "PowerBIReport"}},
		Model: &world.Item{Kind: world.KindModel, Content: mark, Model: &world.Model{ContentProviderType: "PbixInImportMode",
			StorageMode: "Abf", Refreshable: true, Schema: &world.Schema{}}},
	}
}

func fingerprint(file []byte) string {
	sum := sha256.Sum256(file)
	return "sha256:" + hex.EncodeToString(sum[:12])
}

// RDL writes a paginated report.
func RDL(it *world.Item) []byte {
	name, _ := json.Marshal(it)
	return []byte(`<?xml version="1.0" encoding="utf-8"?><Report xmlns="http://schemas.microsoft.com/sqlserver/reporting/2016/01/reportdefinition"><!--` +
		hex.EncodeToString(name) + `--></Report>`)
}

// ReadRDL reads a paginated report; one that the stand-in did not write is known
// by its fingerprint only.
func ReadRDL(file []byte) (Package, error) {
	if !bytes.HasPrefix(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), []byte("<")) || !bytes.Contains(file, []byte("<Report")) {
		return Package{}, ErrNotAFile
	}
	it := &world.Item{Kind: world.KindReport, Content: fingerprint(file), Report: &world.Report{Type: "PaginatedReport"}}
	_, after, ok := bytes.Cut(file, []byte("<!--"))
	inside, _, closed := bytes.Cut(after, []byte("-->"))
	if text, err := hex.DecodeString(string(inside)); ok && closed && err == nil {
		var own world.Item
		if json.Unmarshal(text, &own) == nil && own.Report != nil {
			it = &own
		}
	}
	return Package{Report: it}, nil
}
