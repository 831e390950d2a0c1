-- +goose Up
-- Who has no name is shown by the address, and is sorted and found by it too.
UPDATE principal SET name_key = lower(address) WHERE name = '' AND name_key = '' AND address <> '';

-- +goose Down
SELECT 1;
