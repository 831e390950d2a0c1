-- +goose Up
-- What began or ended between two scans, for comparing them.
CREATE INDEX principal_by_from ON principal (tenant, from_scan);
CREATE INDEX member_by_from    ON group_member (tenant, from_scan);
CREATE INDEX member_by_to      ON group_member (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX wide_link_by_from ON wide_link (tenant, from_scan);
CREATE INDEX wide_link_by_to   ON wide_link (tenant, to_scan) WHERE to_scan IS NOT NULL;

-- +goose Down
DROP INDEX principal_by_from;
DROP INDEX member_by_from;
DROP INDEX member_by_to;
DROP INDEX wide_link_by_from;
DROP INDEX wide_link_by_to;
