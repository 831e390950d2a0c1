-- +goose Up
-- The note of a deployment carries the mark of the step that sent it: the
-- history of promotions finds the request by it.
CREATE INDEX run_step_by_marker ON run_step (marker) WHERE marker <> '';

-- +goose Down
SELECT 1;
