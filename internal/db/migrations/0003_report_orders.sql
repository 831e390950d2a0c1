-- +goose Up
-- The orders that lists are read in. A key of an order is never null, or a
-- page could not say where it ended.
DROP INDEX item_by_modified;
CREATE INDEX item_by_change ON item (tenant, coalesce(modified, 0));

-- +goose Down
DROP INDEX item_by_change;
CREATE INDEX item_by_modified ON item (tenant, modified);
