package pbi

import (
	"context"
	"net/url"
	"strings"

	"steward/internal/upstream"
)

// ArtifactAccess is one item that is shared widely, or that one person can
// reach.
type ArtifactAccess struct {
	ID, Name string
	// Type is Report, Dashboard, Dataset, ...
	Type  string
	Right string
	// ShareType is Link or PublishToWeb; empty in a person's list.
	ShareType string
	// Sharer is who shared it; nil when not told.
	Sharer *User
}

// OrganisationLinks returns what is shared with the whole organisation by
// link.
// GET admin/widelySharedArtifacts/linksSharedToWholeOrganization, 200 an hour.
func (c *Client) OrganisationLinks(ctx context.Context) ([]ArtifactAccess, error) {
	return tokenList(ctx, c, c.powerBI, OpOrgLinks, "admin/widelySharedArtifacts/linksSharedToWholeOrganization", nil, true,
		readArtifactAccess, "artifactaccessentities")
}

// PublishedToWeb returns what anybody on the internet can see.
// GET admin/widelySharedArtifacts/publishedToWeb, 200 an hour.
func (c *Client) PublishedToWeb(ctx context.Context) ([]ArtifactAccess, error) {
	return tokenList(ctx, c, c.powerBI, OpPublished, "admin/widelySharedArtifacts/publishedToWeb", nil, true,
		readArtifactAccess, "artifactaccessentities")
}

// UserArtifactAccess returns what a person (user principal name or object id)
// can reach; types narrows it (Report, Dataset, ...).
// GET admin/users/{id}/artifactAccess, 200 an hour.
func (c *Client) UserArtifactAccess(ctx context.Context, user string, types ...string) ([]ArtifactAccess, error) {
	query := url.Values{}
	if len(types) > 0 {
		query.Set("artifactTypes", strings.Join(types, ","))
	}
	return tokenList(ctx, c, c.powerBI, OpArtifacts, "admin/users/"+upstream.Segment(user)+"/artifactAccess", query, true,
		readArtifactAccess, "artifactaccessentities")
}

func readArtifactAccess(c *cursor) ArtifactAccess {
	var a ArtifactAccess
	c.object(func(key, _ string) {
		switch key {
		case "artifactid":
			a.ID = c.id()
		case "displayname":
			a.Name = c.text()
		case "artifacttype":
			a.Type = c.word()
		case "accessright":
			a.Right = c.word()
		case "sharetype":
			a.ShareType = c.word()
		case "sharer":
			if c.kind() == '{' {
				u := readUser(c)
				a.Sharer = &u
			}
		}
	})
	return a
}
