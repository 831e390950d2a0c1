-- +goose Up
-- The kinds of workspaces there are, and the workspaces of a kind by name.
CREATE INDEX workspace_by_kind ON workspace (tenant, kind, name_key);

-- +goose Down
DROP INDEX workspace_by_kind;
