package request

// Kind implements Params.
func (*ProjectParams) Kind() Kind { return NewProject }

// Kind implements Params.
func (*WorkspaceCreateParams) Kind() Kind { return WorkspaceCreate }

// Kind implements Params.
func (*WorkspaceEditParams) Kind() Kind { return WorkspaceEdit }

// Kind implements Params.
func (*WorkspaceCapacityParams) Kind() Kind { return WorkspaceCapacity }

// Kind implements Params.
func (*WorkspaceDeleteParams) Kind() Kind { return WorkspaceDelete }

// Kind implements Params.
func (*WorkspaceRestoreParams) Kind() Kind { return WorkspaceRestore }

// Kind implements Params.
func (*WorkspaceArchiveParams) Kind() Kind { return WorkspaceArchive }

// Kind implements Params.
func (*AccessAddParams) Kind() Kind { return AccessAdd }

// Kind implements Params.
func (*AccessChangeParams) Kind() Kind { return AccessChange }

// Kind implements Params.
func (*AccessRemoveParams) Kind() Kind { return AccessRemove }

// Kind implements Params.
func (*PipelineCreateParams) Kind() Kind { return PipelineCreate }

// Kind implements Params.
func (*PipelineDeleteParams) Kind() Kind { return PipelineDelete }

// Kind implements Params.
func (*PipelineAssignParams) Kind() Kind { return PipelineAssign }

// Kind implements Params.
func (*PipelineUnassignParams) Kind() Kind { return PipelineUnassign }

// Kind implements Params.
func (*PipelineUserAddParams) Kind() Kind { return PipelineUserAdd }

// Kind implements Params.
func (*PipelineUserDropParams) Kind() Kind { return PipelineUserDrop }

// Kind implements Params.
func (*BulkParams) Kind() Kind { return Bulk }
