package pbi

import "context"

// endpoint is one read of the client with an answer that it accepts.
type endpoint struct {
	name, good string
	call       func(context.Context, *Client) error
}

// drop turns a call that returns something into one that returns an error.
func drop[T any](f func(*Client, context.Context) (T, error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error { _, err := f(c, ctx); return err }
}

var endpoints = []endpoint{
	{"Modified", `[{"id":"3740504d-1f93-42f9-8e9d-c8ba9b787a3b"}]`, func(ctx context.Context, c *Client) error {
		_, err := c.Modified(ctx, ModifiedQuery{})
		return err
	}},
	{"GetInfo", `{"id":"e7d03602-4873-4760-b37e-1563ef5358e3","status":"NotStarted"}`, func(ctx context.Context, c *Client) error {
		_, err := c.GetInfo(ctx, []string{wsID}, ScanOptions{})
		return err
	}},
	{"ScanStatus", `{"id":"e7d03602-4873-4760-b37e-1563ef5358e3","status":"Running"}`, func(ctx context.Context, c *Client) error {
		_, err := c.ScanStatus(ctx, wsID)
		return err
	}},
	{"ScanResult", `{"workspaces":[{"id":"a","reports":[{"id":"b"}]}],"datasourceInstances":[]}`, func(ctx context.Context, c *Client) error {
		return c.ScanResult(ctx, wsID, (&result{}).sink())
	}},
	{"Groups", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error {
		return c.Groups(ctx, GroupsQuery{}, func([]Group) error { return nil })
	}},
	{"MyGroups", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error {
		return c.MyGroups(ctx, "", func([]Group) error { return nil })
	}},
	{"ActivityEvents", `{"activityEventEntities":[{"Id":"a"}]}`, func(ctx context.Context, c *Client) error {
		return c.ActivityEvents(ctx, ActivityQuery{Day: utc("2024-10-01T00:00:00Z")}, func([]Event) error { return nil })
	}},
	{"GroupUsers", `{"value":[{"identifier":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.GroupUsers(ctx, wsID); return err }},
	{"Unused", `{"unusedArtifactEntities":[{"artifactId":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.Unused(ctx, wsID); return err }},
	{"Capacities", `{"value":[{"id":"a"}]}`, drop((*Client).Capacities)},
	{"Refreshables", `{"value":[{"id":"a"}]}`, drop((*Client).Refreshables)},
	{"Apps", `{"value":[{"id":"a"}]}`, drop((*Client).Apps)},
	{"AppUsers", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.AppUsers(ctx, wsID); return err }},
	{"Pipelines", `{"value":[{"id":"a"}]}`, drop((*Client).Pipelines)},
	{"PipelineUsers", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.PipelineUsers(ctx, wsID); return err }},
	{"MyPipelines", `{"value":[{"id":"a"}]}`, drop((*Client).MyPipelines)},
	{"MyPipeline", `{"id":"a","stages":[]}`, func(ctx context.Context, c *Client) error { _, err := c.MyPipeline(ctx, wsID); return err }},
	{"Deployments", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.Deployments(ctx, wsID); return err }},
	{"Deployment", `{"id":"a","status":"Failed"}`, func(ctx context.Context, c *Client) error { _, err := c.Deployment(ctx, wsID, wsID); return err }},
	{"OrganisationLinks", `{"ArtifactAccessEntities":[{"artifactId":"a"}]}`, drop((*Client).OrganisationLinks)},
	{"PublishedToWeb", `{"ArtifactAccessEntities":[{"artifactId":"a"}]}`, drop((*Client).PublishedToWeb)},
	{"UserArtifactAccess", `{"artifactAccessEntities":[]}`, func(ctx context.Context, c *Client) error { _, err := c.UserArtifactAccess(ctx, "a@b.c"); return err }},
	{"Refreshes", `{"value":[{"requestId":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.Refreshes(ctx, wsID, wsID, 1); return err }},
	{"FabricWorkspaces", `{"workspaces":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error {
		return c.FabricWorkspaces(ctx, func([]FabricWorkspace) error { return nil })
	}},
	{"FabricItems", `{"itemEntities":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error {
		return c.FabricItems(ctx, FabricItemsQuery{}, func([]FabricItem) error { return nil })
	}},
	{"FabricItemUsers", `{"accessDetails":[{}]}`, func(ctx context.Context, c *Client) error { _, err := c.FabricItemUsers(ctx, wsID, wsID); return err }},
	{"TenantSettings", `{"value":[{"settingName":"a"}]}`, drop((*Client).TenantSettings)},
	{"CapacityOverrides", `{"value":[{"id":"a"}]}`, drop((*Client).CapacityOverrides)},
	{"DomainOverrides", `{"value":[{"id":"a"}]}`, drop((*Client).DomainOverrides)},
	{"WorkspaceOverrides", `{"value":[{"id":"a"}]}`, drop((*Client).WorkspaceOverrides)},
	{"Domains", `{"domains":[{"id":"a"}]}`, drop((*Client).Domains)},
	{"DomainWorkspaces", `{"value":[{"id":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.DomainWorkspaces(ctx, wsID); return err }},
	{"FabricWorkspaceUsers", `{"accessDetails":[{}]}`, func(ctx context.Context, c *Client) error { _, err := c.FabricWorkspaceUsers(ctx, wsID); return err }},
	{"MyPipelineUsers", `{"value":[{"identifier":"a"}]}`, func(ctx context.Context, c *Client) error { _, err := c.MyPipelineUsers(ctx, wsID); return err }},
	{"Workspaces", `{"value":[{"id":"a"}]}`, own((*Executor).Workspaces)},
	{"Workspace", `{"id":"a"}`, ownOf((*Executor).Workspace)},
	{"WorkspaceState", `{"id":"a","state":"Deleted"}`, func(ctx context.Context, c *Client) error {
		_, _, err := (&Executor{c}).WorkspaceState(ctx, wsID)
		return err
	}},
	{"HasItems", `{"value":[{"id":"a"}]}`, ownOf((*Executor).HasItems)},
	{"WorkspaceUsers", `{"value":[{"identifier":"a"}]}`, ownOf((*Executor).WorkspaceUsers)},
	{"OwnCapacities", `{"value":[{"id":"a"}]}`, own((*Executor).Capacities)},
	{"Assignment", `{"status":"Pending"}`, ownOf((*Executor).Assignment)},
	{"Reports", `{"value":[{"id":"a"}]}`, ownOf((*Executor).Reports)},
	{"Models", `{"value":[{"id":"a"}]}`, ownOf((*Executor).Models)},
	{"Dashboards", `{"value":[{"id":"a"}]}`, ownOf((*Executor).Dashboards)},
	{"Imports", `{"value":[{"id":"a"}]}`, ownOf((*Executor).Imports)},
	{"Gateways", `{"value":[{"id":"a"}]}`, own((*Executor).Gateways)},
	{"GatewaySources", `{"value":[{"id":"a"}]}`, ownOf((*Executor).GatewaySources)},
	{"Operation", `{"status":"Running"}`, ownOf((*Executor).Operation)},
	{"Tiles", `{"value":[{"id":"a"}]}`, ownIn((*Executor).Tiles)},
	{"ImportState", `{"id":"a","importState":"Publishing"}`, ownIn((*Executor).ImportState)},
	{"Parameters", `{"value":[{"name":"a"}]}`, ownIn((*Executor).Parameters)},
	{"Sources", `{"value":[{"datasourceId":"a"}]}`, ownIn((*Executor).Sources)},
	{"BoundSources", `{"value":[{"id":"a"}]}`, ownIn((*Executor).BoundSources)},
	{"DiscoverGateways", `{"value":[{"id":"a"}]}`, ownIn((*Executor).DiscoverGateways)},
	{"Definition", `{"definition":{"parts":[{"path":"a","payload":"","payloadType":"InlineBase64"}]}}`, ownIn((*Executor).Definition)},
	{"StageItems", `{"datasets":[{"artifactId":"a"}],"reports":[]}`, func(ctx context.Context, c *Client) error {
		_, err := (&Executor{c}).StageItems(ctx, wsID, 1)
		return err
	}},
	{"RefreshDetails", `{"status":"Unknown"}`, func(ctx context.Context, c *Client) error {
		_, err := (&Executor{c}).RefreshDetails(ctx, wsID, wsID, wsID)
		return err
	}},
	{"Query", `{"results":[{"tables":[{"rows":[{"[a]":1}]}]}]}`, func(ctx context.Context, c *Client) error {
		_, err := (&Executor{c}).Query(ctx, wsID, wsID, "EVALUATE {1}")
		return err
	}},
}

// own, ownOf and ownIn are the executor's reads: of all, of one workspace (or the
// like), and of one thing in a workspace.
func own[T any](f func(*Executor, context.Context) (T, error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error { _, err := f(&Executor{c}, ctx); return err }
}

func ownOf[T any](f func(*Executor, context.Context, string) (T, error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error { _, err := f(&Executor{c}, ctx, wsID); return err }
}

func ownIn[T any](f func(*Executor, context.Context, string, string) (T, error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error { _, err := f(&Executor{c}, ctx, wsID, wsID); return err }
}
