-- +goose Up
-- The workspaces that a plan has ever been about, by ident: who may not see one
-- of them does not see the plan.
CREATE TABLE refresh_plan_place (
  plan TEXT    NOT NULL,
  ws   INTEGER NOT NULL,
  PRIMARY KEY (plan, ws)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
