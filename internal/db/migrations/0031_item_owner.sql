-- +goose Up
-- What somebody owns is found by who configured it, not by reading every item.
-- Reports and dashboards are configured by nobody and are not in it.
CREATE INDEX item_by_owner ON item (tenant, configured_by) WHERE configured_by <> '';

-- +goose Down
DROP INDEX item_by_owner;
