package pbi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// Definitions of items are read and written by long-running operations of Fabric,
// whose outcome can be asked for during 24 hours.
var (
	// OpGetDefinition is a POST that only reads.
	OpGetDefinition   = Operation{Name: "fabric/workspaces/{id}/items/{id}/getDefinition", Repeatable: true, MaxBytes: 64 << 20}
	OpLongRunning     = read("fabric/operations/{id}")
	OpLongResult      = Operation{Name: "fabric/operations/{id}/result", Repeatable: true, MaxBytes: 64 << 20}
	longestDefinition = 10 * time.Minute
)

// Part is one file of a definition.
type Part struct {
	Path string `json:"path"`
	// Payload is Base64; PayloadType is InlineBase64.
	Payload     string `json:"payload"`
	PayloadType string `json:"payloadType"`
}

// UpdateDefinition replaces what is in an item. Written.OperationID is followed by
// Executor.Operation. The parts are those that Definition returned, changed or not.
func UpdateDefinition(workspaceID, itemID string, parts []Part) Write {
	return Write{Operation: "Items_UpdateItemDefinition", Method: http.MethodPost,
		Path: "workspaces/" + upstream.Segment(workspaceID) + "/items/" + upstream.Segment(itemID) + "/updateDefinition",
		Body: body(map[string]any{"definition": map[string]any{"parts": parts}})}
}

// CreateItem makes an item of a Fabric type (Report, SemanticModel, ...) from a
// definition. Written.OperationID is followed by Executor.Operation; the new item
// is then found by its name.
func CreateItem(workspaceID, itemType, name, description string, parts []Part) Write {
	b := map[string]any{"displayName": name, "type": itemType, "definition": map[string]any{"parts": parts}}
	if description != "" {
		b["description"] = description
	}
	return Write{Operation: "Items_CreateItem", Method: http.MethodPost, Path: "workspaces/" + upstream.Segment(workspaceID) + "/items", Body: body(b)}
}

// DeleteItem removes an item of any kind.
func DeleteItem(workspaceID, itemID string) Write {
	return Write{Operation: "Items_DeleteItem", Method: http.MethodDelete,
		Path: "workspaces/" + upstream.Segment(workspaceID) + "/items/" + upstream.Segment(itemID)}
}

// operationID is the id of the operation that an answer began.
func operationID(header http.Header) string {
	if id := header.Get("x-ms-operation-id"); id != "" {
		return strings.ToLower(id)
	}
	u, err := url.Parse(header.Get("Location"))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Path[strings.LastIndexByte(u.Path, '/')+1:])
}

// LongRunning is an operation of Fabric under way or over.
type LongRunning struct {
	// Status is Undefined, NotStarted, Running, Succeeded or Failed.
	Status  string
	Percent int
	// ErrorCode and ErrorText are of a failed one.
	ErrorCode, ErrorText string
}

// Over reports whether the operation has ended.
func (l LongRunning) Over() bool { return l.Status == "Succeeded" || l.Status == "Failed" }

// Operation returns the state of a long-running operation. After a day it is gone:
// see Missing.
// GET operations/{id} of Fabric.
func (x *Executor) Operation(ctx context.Context, id string) (LongRunning, error) {
	answer, err := x.c.get(ctx, x.c.fabric, OpLongRunning, "operations/"+upstream.Segment(id), nil, "")
	if err != nil {
		return LongRunning{}, err
	}
	var l LongRunning
	c := newCursor(answer.Body, nil)
	c.object(func(key, _ string) {
		switch key {
		case "status":
			l.Status = c.word()
		case "percentcomplete":
			l.Percent = c.integer()
		case "error":
			c.object(func(key, _ string) {
				switch key {
				case "errorcode":
					l.ErrorCode = c.text()
				case "message":
					l.ErrorText = c.text()
				}
			})
		}
	})
	if l.Status == "" {
		return l, x.c.fabric.Broken(OpLongRunning, answer, errNoID)
	}
	return l, nil
}

// Definition reads what is in an item: its own operation is started, waited for
// (ten minutes at most) and read. Refused for kinds that have no definition.
// POST workspaces/{id}/items/{id}/getDefinition of Fabric.
func (x *Executor) Definition(ctx context.Context, workspaceID, itemID string) ([]Part, error) {
	if x.c.fabric == nil {
		return nil, fmt.Errorf("%s: %w", OpGetDefinition.Name, errNoFabric)
	}
	answer, err := x.c.fabric.Do(ctx, upstream.Request{Operation: OpGetDefinition, Method: http.MethodPost,
		Path: "workspaces/" + upstream.Segment(workspaceID) + "/items/" + upstream.Segment(itemID) + "/getDefinition"})
	if err != nil {
		return nil, err
	}
	op := OpGetDefinition
	if answer.Status == http.StatusAccepted {
		id := operationID(http.Header(answer.Header))
		if id == "" {
			return nil, x.c.fabric.Broken(op, answer, errNoID)
		}
		if err := x.await(ctx, id); err != nil {
			return nil, err
		}
		op = OpLongResult
		if answer, err = x.c.get(ctx, x.c.fabric, op, "operations/"+upstream.Segment(id)+"/result", nil, ""); err != nil {
			return nil, err
		}
	}
	parts := readParts(answer.Body)
	if len(parts) == 0 {
		return nil, x.c.fabric.Broken(op, answer, errors.New("the definition has no parts"))
	}
	return parts, nil
}

// await waits for a reading operation to succeed.
func (x *Executor) await(ctx context.Context, id string) error {
	for began, pause := x.c.now(), 2*time.Second; ; pause = min(2*pause, 30*time.Second) {
		l, err := x.Operation(ctx, id)
		switch {
		case err != nil:
			return err
		case l.Status == "Failed":
			return fault.New(fault.Unavailable, "Microsoft Fabric could not read the definition (%s).", l.ErrorCode)
		case l.Over():
			return nil
		case x.c.now().Sub(began) > longestDefinition:
			return fault.New(fault.Unavailable, "Microsoft Fabric has not read the definition within %s.", longestDefinition)
		}
		if err := x.c.sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func readParts(answer []byte) []Part {
	var parts []Part
	c := newCursor(answer, nil)
	c.object(func(key, _ string) {
		if key != "definition" {
			return
		}
		c.object(func(key, _ string) {
			if key == "parts" {
				c.array(func() { parts = append(parts, readPart(c)) })
			}
		})
	})
	return parts
}

func readPart(c *cursor) Part {
	var p Part
	c.object(func(key, _ string) {
		switch key {
		case "path":
			p.Path = c.text()
		case "payload":
			p.Payload = c.text()
		case "payloadtype":
			p.PayloadType = c.text()
		}
	})
	return p
}
