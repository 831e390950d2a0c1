-- +goose Up
-- swept says that nothing an ended scan wrote without publishing is left.
ALTER TABLE scan ADD COLUMN swept INTEGER NOT NULL DEFAULT 0;

-- Views for people who open the file with sqlite3: names instead of numbers,
-- times as text, and only what the last published scan of each tenant sees.
-- The program itself does not read them.

CREATE VIEW v_scan AS
SELECT s.id, t.name AS tenant, s.kind, s.state, s.cause, s.asked_by,
  strftime('%Y-%m-%d %H:%M:%SZ', s.started / 1000, 'unixepoch')   AS started,
  strftime('%Y-%m-%d %H:%M:%SZ', s.finished / 1000, 'unixepoch')  AS finished,
  strftime('%Y-%m-%d %H:%M:%SZ', s.published / 1000, 'unixepoch') AS published,
  s.meant, s.seen, s.calls, s.error, s.note
FROM scan s JOIN tenant t ON t.id = s.tenant;

CREATE VIEW v_workspace AS
SELECT t.name AS tenant, i.guid AS workspace_id, w.name, w.kind, w.state, w.description,
  c.guid AS capacity_id, d.guid AS domain_id, w.items, w.grants, w.admins, w.guests,
  strftime('%Y-%m-%d %H:%M:%SZ', s.started / 1000, 'unixepoch') AS since
FROM tenant t
JOIN workspace w ON w.tenant = t.id AND w.from_scan <= t.published_scan AND (w.to_scan IS NULL OR w.to_scan > t.published_scan)
JOIN ident i ON i.id = w.ws
JOIN scan s ON s.id = w.from_scan
LEFT JOIN ident c ON c.id = w.capacity
LEFT JOIN ident d ON d.id = w.domain;

CREATE VIEW v_item AS
SELECT t.name AS tenant, w.guid AS workspace_id, i.guid AS item_id, m.kind, m.name, m.description, m.state,
  strftime('%Y-%m-%d %H:%M:%SZ', m.created / 1000, 'unixepoch')  AS created,
  strftime('%Y-%m-%d %H:%M:%SZ', m.modified / 1000, 'unixepoch') AS modified,
  m.created_by, m.modified_by, m.configured_by, m.endorsement, m.label, m.shares,
  m.app IS NOT NULL AND m.original IS NOT NULL AS app_copy
FROM tenant t
JOIN item m ON m.tenant = t.id AND m.from_scan <= t.published_scan AND (m.to_scan IS NULL OR m.to_scan > t.published_scan)
JOIN ident w ON w.id = m.ws
JOIN ident i ON i.id = m.item;

CREATE VIEW v_access AS
SELECT t.name AS tenant, w.guid AS workspace_id, CASE WHEN g.object = g.ws THEN NULL ELSE o.guid END AS item_id,
  p.guid AS principal_id, n.kind AS principal_kind, n.name AS principal, n.address, n.guest, g.role
FROM tenant t
JOIN access_grant g ON g.tenant = t.id AND g.from_scan <= t.published_scan AND (g.to_scan IS NULL OR g.to_scan > t.published_scan)
JOIN ident w ON w.id = g.ws
JOIN ident o ON o.id = g.object
JOIN ident p ON p.id = g.principal
LEFT JOIN principal n ON n.principal = g.principal
  AND n.from_scan <= t.published_scan AND (n.to_scan IS NULL OR n.to_scan > t.published_scan);

CREATE VIEW v_activity AS
SELECT t.name AS tenant, strftime('%Y-%m-%d %H:%M:%fZ', a.at / 1000.0, 'unixepoch') AS at,
  a.activity, a.actor, w.guid AS workspace_id, a.ws_name, i.guid AS item_id, a.item_kind, a.item_name, a.succeeded, a.via, a.event
FROM activity a JOIN tenant t ON t.id = a.tenant
LEFT JOIN ident w ON w.id = a.ws
LEFT JOIN ident i ON i.id = a.item;

-- +goose Down
SELECT 1;
