-- +goose Up
-- Where an assessed item is and what it is called, so that lists of health sort
-- and filter without looking elsewhere. What was assessed before is assessed anew.
DELETE FROM refresh_health;
ALTER TABLE refresh_health ADD COLUMN ws INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refresh_health ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_health ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_health ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_health ADD COLUMN capacity INTEGER;
-- what is to be done first, in a sentence, and how much of the newest failure is known
ALTER TABLE refresh_health ADD COLUMN first TEXT NOT NULL DEFAULT '';
CREATE INDEX refresh_health_by_name ON refresh_health (tenant, name_key, item);
CREATE INDEX refresh_health_by_ws   ON refresh_health (ws, item);
DROP INDEX refresh_health_by_success;
DROP INDEX refresh_health_by_mean;

-- +goose Down
SELECT 1;
