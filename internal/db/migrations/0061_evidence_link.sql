-- +goose Up
-- Where the evidence about a control is kept.
ALTER TABLE control_evidence ADD COLUMN link TEXT NOT NULL DEFAULT '' CHECK (link = '' OR substr(link, 1, 8) = 'https://');

-- +goose Down
SELECT 1;
