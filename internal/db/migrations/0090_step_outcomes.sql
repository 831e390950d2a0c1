-- +goose Up
-- What a step found besides being done: a finding is something amiss that does
-- not make the step fail; parts are the outcomes of the things it carried, as
-- JSON ([{"name", "kind", "what", "state", "says"}]).
ALTER TABLE run_step ADD COLUMN finding TEXT NOT NULL DEFAULT '';
ALTER TABLE run_step ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';

-- +goose Down
SELECT 1;
