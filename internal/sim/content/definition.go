package content

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"steward/internal/sim/world"
)

// Part is one file of an item's definition, its text in Base64.
type Part struct {
	Path    string `json:"path"`
	Payload string `json:"payload"`
	Type    string `json:"payloadType"`
}

// The files of a definition.
const (
	fileReport   = "definition.pbir"
	fileLayout   = "report.json"
	fileModel    = "model.bim"
	fileSettings = "definition.pbism"
	filePlatform = ".platform"
)

// ErrNoDefinition is returned for a kind of item that has none.
var ErrNoDefinition = errors.New("items of this kind have no definition")

// ErrBroken is returned for a definition that does not fit the item.
var ErrBroken = errors.New("the definition is broken")

// Definition writes the parts of a report or a model.
func Definition(it *world.Item) ([]Part, error) {
	platform := encode(map[string]any{"metadata": map[string]string{"type": it.Kind.FabricType(), "displayName": it.Name, "description": it.Description}})
	switch {
	case it.Report != nil && it.Report.Type == "PowerBIReport":
		binding := map[string]any{"version": "4.0", "datasetReference": map[string]any{"byConnection": map[string]any{
			"connectionString": "semanticmodelid=" + it.Report.ModelID}}}
		return []Part{part(fileReport, encode(binding)), part(fileLayout, layout(it)), part(filePlatform, platform)}, nil
	case it.Model != nil && it.Model.Schema != nil && !it.Model.ForeignID:
		return []Part{part(fileSettings, `{"version":"4.2","settings":{}}`), part(fileModel, bim(it)), part(filePlatform, platform)}, nil
	}
	return nil, ErrNoDefinition
}

// Apply puts a definition into an item of its kind. What a definition does not
// hold (owner, schedule, rights, label) stays.
func Apply(it *world.Item, parts []Part) error {
	files := map[string][]byte{}
	for _, p := range parts {
		text, err := base64.StdEncoding.DecodeString(p.Payload)
		if err != nil || p.Type != "InlineBase64" {
			return ErrBroken
		}
		files[p.Path] = text
	}
	switch {
	case it.Report != nil:
		return applyReport(it, files)
	case it.Model != nil:
		return applyModel(it, files)
	}
	return ErrNoDefinition
}

func applyReport(it *world.Item, files map[string][]byte) error {
	var l reportLayout
	var bind struct {
		Reference struct {
			By struct {
				Connection string `json:"connectionString"`
			} `json:"byConnection"`
		} `json:"datasetReference"`
	}
	if json.Unmarshal(files[fileLayout], &l) != nil {
		return ErrBroken
	}
	if text, ok := files[fileReport]; ok && json.Unmarshal(text, &bind) != nil {
		return ErrBroken
	}
	rep := *it.Report
	if id := modelID(bind.Reference.By.Connection); id != "" {
		rep.ModelID, rep.ModelWorkspaceID = id, ""
	}
	it.Report, it.Content = &rep, l.Mark
	if l.Mark == "" {
		it.Content = fingerprint(files[fileLayout])
	}
	return nil
}

func applyModel(it *world.Item, files map[string][]byte) error {
	schema, mark, err := readBIM(files[fileModel])
	if err != nil {
		return ErrBroken
	}
	m := *it.Model
	m.Schema = schema
	it.Model, it.Content = &m, mark
	if mark == "" {
		it.Content = fingerprint(files[fileModel])
	}
	return nil
}

func part(path, text string) Part {
	return Part{Path: path, Payload: base64.StdEncoding.EncodeToString([]byte(text)), Type: "InlineBase64"}
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // maps of strings cannot fail
	}
	return string(text)
}

// reportLayout is the inside of a report as the stand-in has it: its mark is all
// that tells two reports apart.
type reportLayout struct {
	Pages []string `json:"sections"`
	Mark  string   `json:"standInContent"`
}

func layout(it *world.Item) string {
	return encode(reportLayout{[]string{"Overview"}, it.ContentMark()})
}
