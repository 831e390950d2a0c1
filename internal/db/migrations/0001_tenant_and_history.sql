-- +goose Up
-- The tenant as scans saw it. Every row of a history table is one version of
-- one thing: visible at scan S when from_scan <= S and (to_scan is null or
-- to_scan > S). Unchanged things are not rewritten. Times are UTC
-- milliseconds. GUIDs are interned in ident.

CREATE TABLE tenant (
  id             INTEGER PRIMARY KEY,
  name           TEXT    NOT NULL UNIQUE,
  guid           TEXT    NOT NULL,
  published_scan INTEGER,             -- the scan that pages read; null before the first
  created        INTEGER NOT NULL
) STRICT;

-- One number for each id of a tenant, whatever the kind of thing it names.
CREATE TABLE ident (
  id     INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL REFERENCES tenant(id),
  guid   TEXT    NOT NULL,
  UNIQUE (tenant, guid)
) STRICT;

CREATE TABLE scan (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  kind       TEXT    NOT NULL CHECK (kind IN ('full','incremental','targeted')),
  state      TEXT    NOT NULL CHECK (state IN ('running','complete','partial','failed','cancelled')),
  cause      TEXT    NOT NULL,        -- schedule, person, command, first, request, replay
  asked_by   TEXT    NOT NULL DEFAULT '',
  started    INTEGER NOT NULL,
  finished   INTEGER,
  published  INTEGER,                 -- when pages began to read it; null if never
  since      INTEGER,                 -- modifiedSince of an incremental scan
  meant      INTEGER NOT NULL DEFAULT 0, -- workspaces the tenant is known to have
  seen       INTEGER NOT NULL DEFAULT 0, -- of those, how many are known as of this scan
  calls      INTEGER NOT NULL DEFAULT 0, -- requests sent
  heartbeat  INTEGER NOT NULL,
  error      TEXT    NOT NULL DEFAULT '', -- the sentence a user may see
  note       TEXT    NOT NULL DEFAULT '{}', -- JSON: changes counted, flags, hold reason
  CHECK ((state = 'running') = (finished IS NULL))
) STRICT;
CREATE INDEX scan_by_tenant ON scan (tenant, id);
CREATE UNIQUE INDEX scan_one_running ON scan (tenant) WHERE state = 'running';

-- The batches of a scan: at most 100 workspaces each, resumed after a crash.
CREATE TABLE scan_batch (
  scan      INTEGER NOT NULL REFERENCES scan(id),
  seq       INTEGER NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('waiting','asked','done','failed')),
  ids       TEXT    NOT NULL,         -- JSON array of workspace ids
  upstream  TEXT    NOT NULL DEFAULT '', -- the scanner's id of the batch
  asked     INTEGER,
  finished  INTEGER,
  attempts  INTEGER NOT NULL DEFAULT 0,
  error     TEXT    NOT NULL DEFAULT '',
  request_id TEXT   NOT NULL DEFAULT '',
  PRIMARY KEY (scan, seq)
) STRICT, WITHOUT ROWID;

-- What else a scan meant to see and saw: capacities, apps, pipelines,
-- settings, activity of a day, members behind groups …
CREATE TABLE scan_part (
  scan     INTEGER NOT NULL REFERENCES scan(id),
  part     TEXT    NOT NULL,
  state    TEXT    NOT NULL CHECK (state IN ('waiting','running','done','partial','failed','skipped')),
  meant    INTEGER NOT NULL DEFAULT 0,
  seen     INTEGER NOT NULL DEFAULT 0,
  finished INTEGER,
  as_of    INTEGER,                   -- when this part was last seen whole
  error    TEXT    NOT NULL DEFAULT '',
  request_id TEXT  NOT NULL DEFAULT '',
  PRIMARY KEY (scan, part)
) STRICT, WITHOUT ROWID;

-- Workspaces that a published scan knows it did not see, with the reason.
CREATE TABLE scan_gap (
  scan   INTEGER NOT NULL REFERENCES scan(id),
  ws     INTEGER NOT NULL REFERENCES ident(id),
  reason TEXT    NOT NULL,
  last_seen INTEGER,                  -- scan that saw it last; null if none
  PRIMARY KEY (scan, ws)
) STRICT, WITHOUT ROWID;

-- The digest of the raw answer a workspace's rows were made from: equal means
-- that nothing needs to be compared. Written only on change.
CREATE TABLE workspace_digest (
  ws     INTEGER PRIMARY KEY REFERENCES ident(id),
  digest BLOB    NOT NULL,
  scan   INTEGER NOT NULL
) STRICT;

CREATE TABLE workspace (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL,
  ws          INTEGER NOT NULL REFERENCES ident(id),
  from_scan   INTEGER NOT NULL,
  to_scan     INTEGER,
  hash        INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  name_key    TEXT    NOT NULL,       -- tenant.Fold(name)
  kind        TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  description TEXT    NOT NULL,
  dedicated   INTEGER NOT NULL,
  capacity    INTEGER REFERENCES ident(id),
  domain      INTEGER REFERENCES ident(id),
  storage     TEXT    NOT NULL,
  users_known INTEGER NOT NULL,
  -- counts, so that lists need not count: not part of what makes a change
  items       INTEGER NOT NULL,       -- without app copies
  grants      INTEGER NOT NULL,       -- workspace roles
  admins      INTEGER NOT NULL,       -- holders of Admin: users, groups, apps
  guests      INTEGER NOT NULL        -- guests among the role holders
) STRICT;
CREATE INDEX workspace_by_ws       ON workspace (ws, from_scan);
CREATE INDEX workspace_by_name     ON workspace (tenant, name_key, ws);
CREATE INDEX workspace_by_items    ON workspace (tenant, items, ws);
CREATE INDEX workspace_by_admins   ON workspace (tenant, admins, ws);
CREATE INDEX workspace_by_capacity ON workspace (tenant, capacity, name_key);
CREATE INDEX workspace_by_domain   ON workspace (tenant, domain, name_key);
CREATE INDEX workspace_by_state    ON workspace (tenant, state, name_key);
CREATE INDEX workspace_by_from     ON workspace (tenant, from_scan);
CREATE INDEX workspace_by_to       ON workspace (tenant, to_scan) WHERE to_scan IS NOT NULL;

CREATE TABLE item (
  id            INTEGER PRIMARY KEY,
  tenant        INTEGER NOT NULL,
  ws            INTEGER NOT NULL REFERENCES ident(id),
  item          INTEGER NOT NULL REFERENCES ident(id),
  from_scan     INTEGER NOT NULL,
  to_scan       INTEGER,
  hash          INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  name_key      TEXT    NOT NULL,
  description   TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  created       INTEGER,
  modified      INTEGER,
  created_by    TEXT    NOT NULL,     -- id, address or name, as told
  modified_by   TEXT    NOT NULL,
  configured_by TEXT    NOT NULL,
  model         INTEGER REFERENCES ident(id), -- report.datasetId
  model_ws      INTEGER REFERENCES ident(id), -- only when in another workspace
  app           INTEGER REFERENCES ident(id),
  original      INTEGER REFERENCES ident(id),
  report_type   TEXT    NOT NULL,
  endorsement   TEXT    NOT NULL,
  certified_by  TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  storage_mode  TEXT    NOT NULL,
  provider      TEXT    NOT NULL,
  refresh       TEXT,                 -- schedule as JSON; null when none is told
  schema_error  TEXT    NOT NULL,
  tables        INTEGER NOT NULL,     -- -1 unknown
  roles         INTEGER NOT NULL,     -- -1 unknown
  users_known   INTEGER NOT NULL,
  shares        INTEGER NOT NULL,     -- grants on this item: a count, not a change
  extra         BLOB
) STRICT;
CREATE INDEX item_by_item     ON item (item, from_scan);
CREATE INDEX item_by_ws       ON item (ws, kind, name_key);
CREATE INDEX item_by_name     ON item (tenant, name_key, item);
CREATE INDEX item_by_kind     ON item (tenant, kind, name_key);
CREATE INDEX item_by_modified ON item (tenant, modified);
CREATE INDEX item_by_from     ON item (tenant, from_scan);
CREATE INDEX item_by_to       ON item (tenant, to_scan) WHERE to_scan IS NOT NULL;

-- One right of one principal on one workspace (object = ws) or item.
CREATE TABLE access_grant (
  ws        INTEGER NOT NULL,
  object    INTEGER NOT NULL,
  principal INTEGER NOT NULL,
  role      TEXT    NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  profile   TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (ws, object, principal, role, from_scan)
) STRICT, WITHOUT ROWID;
CREATE INDEX grant_by_principal ON access_grant (principal, ws, object);
CREATE INDEX grant_by_to        ON access_grant (tenant, to_scan) WHERE to_scan IS NOT NULL;

-- Which scan wrote grants for which workspace: lets a comparison of two scans
-- find new grants without an index on every grant.
CREATE TABLE workspace_touch (
  tenant INTEGER NOT NULL,
  scan   INTEGER NOT NULL,
  ws     INTEGER NOT NULL,
  PRIMARY KEY (tenant, scan, ws)
) STRICT, WITHOUT ROWID;

CREATE TABLE principal (
  id           INTEGER PRIMARY KEY,
  tenant       INTEGER NOT NULL,
  principal    INTEGER NOT NULL REFERENCES ident(id),
  from_scan    INTEGER NOT NULL,
  to_scan      INTEGER,
  hash         INTEGER NOT NULL,
  kind         TEXT    NOT NULL,      -- User, Group, App, None
  name         TEXT    NOT NULL,
  name_key     TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  guest        INTEGER NOT NULL,
  -- what Microsoft Graph says; null = not asked or not answered
  gone         INTEGER,
  enabled      INTEGER,
  mail         TEXT,
  department   TEXT,
  company      TEXT,
  manager      INTEGER REFERENCES ident(id),
  security     INTEGER,
  unified      INTEGER,
  members_known INTEGER NOT NULL DEFAULT 0,
  people       INTEGER                -- people behind a group; null unknown
) STRICT;
CREATE INDEX principal_by_principal ON principal (principal, from_scan);
CREATE INDEX principal_by_name      ON principal (tenant, name_key, principal);
CREATE INDEX principal_by_address   ON principal (tenant, address);
CREATE INDEX principal_by_kind      ON principal (tenant, kind, guest, name_key);
CREATE INDEX principal_by_to        ON principal (tenant, to_scan) WHERE to_scan IS NOT NULL;

CREATE TABLE group_member (
  grp       INTEGER NOT NULL,
  member    INTEGER NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  PRIMARY KEY (grp, member, from_scan)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_of ON group_member (member, grp);

-- Lineage: downstream is made from upstream. upstream may be an item or a
-- data source; upstream_ws is null for sources and for items whose workspace
-- was not told.
CREATE TABLE edge (
  ws          INTEGER NOT NULL,       -- workspace of the downstream item
  downstream  INTEGER NOT NULL,
  upstream    INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  from_scan   INTEGER NOT NULL,
  to_scan     INTEGER,
  tenant      INTEGER NOT NULL,
  upstream_ws INTEGER,
  PRIMARY KEY (ws, downstream, upstream, kind, from_scan)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_by_upstream   ON edge (upstream, downstream);
CREATE INDEX edge_by_downstream ON edge (downstream, upstream);

-- Small tables below are all shaped alike: key, version, hash, columns; body
-- holds what only a detail page shows, as JSON.
CREATE TABLE datasource (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, source INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  type TEXT NOT NULL, gateway TEXT NOT NULL, location TEXT NOT NULL, misconfigured INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX datasource_by_source ON datasource (source, from_scan);
CREATE INDEX datasource_by_type   ON datasource (tenant, type, location);

CREATE TABLE capacity (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, capacity INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, sku TEXT NOT NULL, state TEXT NOT NULL, region TEXT NOT NULL,
  admins TEXT NOT NULL                -- JSON array of addresses or ids
) STRICT;
CREATE INDEX capacity_by_capacity ON capacity (capacity, from_scan);
CREATE INDEX capacity_by_name     ON capacity (tenant, name_key);

CREATE TABLE domain (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, domain INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, parent INTEGER REFERENCES ident(id)
) STRICT;
CREATE INDEX domain_by_domain ON domain (domain, from_scan);
CREATE INDEX domain_by_name   ON domain (tenant, name_key);

CREATE TABLE app (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, app INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, ws INTEGER REFERENCES ident(id),
  published_by TEXT NOT NULL, updated INTEGER
) STRICT;
CREATE INDEX app_by_app  ON app (app, from_scan);
CREATE INDEX app_by_name ON app (tenant, name_key);
CREATE INDEX app_by_ws   ON app (ws);

CREATE TABLE pipeline (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, pipeline INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, users_known INTEGER NOT NULL,
  stages INTEGER NOT NULL, assigned INTEGER NOT NULL, users INTEGER NOT NULL
) STRICT;
CREATE INDEX pipeline_by_pipeline ON pipeline (pipeline, from_scan);
CREATE INDEX pipeline_by_name     ON pipeline (tenant, name_key);

CREATE TABLE pipeline_stage (
  pipeline INTEGER NOT NULL, ord INTEGER NOT NULL, from_scan INTEGER NOT NULL, to_scan INTEGER,
  tenant INTEGER NOT NULL, name TEXT NOT NULL, ws INTEGER,
  PRIMARY KEY (pipeline, ord, from_scan)
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_by_ws ON pipeline_stage (ws);

CREATE TABLE pipeline_user (
  pipeline INTEGER NOT NULL, principal INTEGER NOT NULL, from_scan INTEGER NOT NULL, to_scan INTEGER,
  tenant INTEGER NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (pipeline, principal, from_scan)
) STRICT, WITHOUT ROWID;

CREATE TABLE refreshable (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, kind TEXT NOT NULL, ws INTEGER, capacity INTEGER,
  window_start INTEGER, window_end INTEGER, refreshes INTEGER NOT NULL, failures INTEGER NOT NULL,
  average_s REAL NOT NULL, median_s REAL NOT NULL, per_day INTEGER NOT NULL,
  last_status TEXT NOT NULL, last_type TEXT NOT NULL, last_start INTEGER, last_end INTEGER, last_error TEXT NOT NULL,
  configured_by TEXT NOT NULL, schedule TEXT
) STRICT;
CREATE INDEX refreshable_by_item ON refreshable (item, from_scan);
CREATE INDEX refreshable_by_name ON refreshable (tenant, name_key);
CREATE INDEX refreshable_by_fail ON refreshable (tenant, failures);

CREATE TABLE setting (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,
  name TEXT NOT NULL, override_of TEXT NOT NULL, override_id TEXT NOT NULL,
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  title TEXT NOT NULL, area TEXT NOT NULL, enabled INTEGER NOT NULL, for_groups INTEGER NOT NULL,
  enabled_groups TEXT NOT NULL, excluded_groups TEXT NOT NULL, properties TEXT NOT NULL, delegated TEXT NOT NULL
) STRICT;
CREATE INDEX setting_by_name ON setting (tenant, name, override_of, override_id, from_scan);

CREATE TABLE wide_link (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, link TEXT NOT NULL, item INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  item_name TEXT NOT NULL, item_kind TEXT NOT NULL, role TEXT NOT NULL,
  sharer INTEGER REFERENCES ident(id), sharer_name TEXT NOT NULL, sharer_address TEXT NOT NULL
) STRICT;
CREATE INDEX wide_link_by_item ON wide_link (item, link, from_scan);
CREATE INDEX wide_link_by_kind ON wide_link (tenant, link);

CREATE TABLE unused_item (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES ident(id), ws INTEGER,
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL, size_mb REAL NOT NULL, created INTEGER, last_accessed INTEGER
) STRICT;
CREATE INDEX unused_by_item ON unused_item (item, from_scan);
CREATE INDEX unused_by_ws   ON unused_item (ws);

-- Activity is kept beyond Microsoft's 28 days and is not versioned: an event
-- happened once. Late ones are upserted on their id.
CREATE TABLE activity (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL,
  event     TEXT    NOT NULL,         -- Microsoft's id
  at        INTEGER NOT NULL,
  day       INTEGER NOT NULL,         -- days since 1970-01-01 UTC
  activity  TEXT    NOT NULL,
  actor     TEXT    NOT NULL,         -- address, object id or PowerBI
  ws        INTEGER,
  item      INTEGER,
  item_kind TEXT    NOT NULL,
  item_name TEXT    NOT NULL,
  ws_name   TEXT    NOT NULL,
  succeeded INTEGER NOT NULL,
  via       TEXT    NOT NULL,
  raw       BLOB    NOT NULL,         -- the event as sent, gzip where it pays
  UNIQUE (tenant, event)
) STRICT;
CREATE INDEX activity_by_at    ON activity (tenant, at);
CREATE INDEX activity_by_ws    ON activity (ws, at);
CREATE INDEX activity_by_item  ON activity (item, at);
CREATE INDEX activity_by_actor ON activity (tenant, actor, at);
CREATE INDEX activity_by_kind  ON activity (tenant, activity, at);

-- Use of an item on a day: what people did with it, our own calls and
-- system events left out. Rebuilt for the days a scan re-read.
CREATE TABLE usage_day (
  tenant INTEGER NOT NULL,
  day    INTEGER NOT NULL,
  item   INTEGER NOT NULL,
  ws     INTEGER,
  views  INTEGER NOT NULL,
  edits  INTEGER NOT NULL,
  exports INTEGER NOT NULL,
  shares INTEGER NOT NULL,
  refreshes INTEGER NOT NULL,
  people INTEGER NOT NULL,            -- different viewers that day
  PRIMARY KEY (tenant, day, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_item ON usage_day (item, day);
CREATE INDEX usage_by_ws   ON usage_day (ws, day);

-- Days of activity read so far: whole, or up to which hour.
CREATE TABLE activity_day (
  tenant INTEGER NOT NULL, day INTEGER NOT NULL,
  read_at INTEGER NOT NULL, whole INTEGER NOT NULL, events INTEGER NOT NULL, error TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant, day)
) STRICT, WITHOUT ROWID;

-- Calls reserved within the windows of Microsoft's limits, kept so that a
-- restart does not overrun them.
CREATE TABLE budget (
  tenant    TEXT    NOT NULL,
  operation TEXT    NOT NULL,
  state     BLOB    NOT NULL,
  updated   INTEGER NOT NULL,
  PRIMARY KEY (tenant, operation)
) STRICT, WITHOUT ROWID;

-- Counts of a published scan, so that the overview and trends need not count.
CREATE TABLE scan_figure (
  scan  INTEGER NOT NULL REFERENCES scan(id),
  name  TEXT    NOT NULL,             -- e.g. workspaces.active, items.report, grants.guest
  value INTEGER NOT NULL,
  PRIMARY KEY (scan, name)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
