-- +goose Up
-- What the pages of runs show besides: why somebody paused or cancelled a run,
-- and who decided about a step in doubt, with their reason. The list of runs is
-- read newest first.
ALTER TABLE run ADD COLUMN asked_why TEXT NOT NULL DEFAULT '';
ALTER TABLE run_step ADD COLUMN chosen_by TEXT NOT NULL DEFAULT '';
ALTER TABLE run_step ADD COLUMN chosen_why TEXT NOT NULL DEFAULT '';
CREATE INDEX run_by_tenant ON run (tenant, started, id);

-- +goose Down
SELECT 1;
