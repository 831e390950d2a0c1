package pbi

import (
	"context"
	"time"

	"steward/internal/upstream"
)

// UnusedItem is a dataset, report or dashboard that nobody used for 30 days.
type UnusedItem struct {
	ID, Name string
	// Type is Dataset, Report or Dashboard.
	Type string
	// SizeMB is in megabytes; 0 when not told.
	SizeMB float64
	// Created and LastAccessed are zero when not told.
	Created, LastAccessed time.Time
}

// Unused returns the items of a workspace that nobody used for 30 days.
// GET admin/groups/{id}/unused, 200 an hour; a preview of Microsoft's.
func (c *Client) Unused(ctx context.Context, workspaceID string) ([]UnusedItem, error) {
	path := "admin/groups/" + upstream.Segment(workspaceID) + "/unused"
	return tokenList(ctx, c, c.powerBI, OpUnused, path, nil, true, readUnused, "unusedartifactentities")
}

func readUnused(c *cursor) UnusedItem {
	var u UnusedItem
	c.object(func(key, _ string) {
		switch key {
		case "artifactid":
			u.ID = c.id()
		case "displayname":
			u.Name = c.text()
		case "artifacttype":
			u.Type = c.word()
		case "artifactsizeinmb":
			u.SizeMB = c.number()
		case "createddatetime":
			u.Created = c.time()
		case "lastaccesseddatetime":
			u.LastAccessed = c.time()
		}
	})
	return u
}
