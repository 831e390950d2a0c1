-- +goose Up
-- What stands in the stages of deployment pipelines, how it is paired, and what
-- was deployed. Only a pipeline's own users are told: pipeline_reading says
-- which were read, and why others could not be.

-- One item of a stage with its pairs in the stages before and after; versions
-- by scan like everything in 0001.
CREATE TABLE pipeline_item (
  pipeline  INTEGER NOT NULL,
  ord       INTEGER NOT NULL,
  item      INTEGER NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  kind      TEXT    NOT NULL,         -- report, dashboard, dataset, dataflow, datamart
  name      TEXT    NOT NULL,
  source    INTEGER,                  -- the pair in the stage before; null = unpaired
  target    INTEGER,                  -- the pair in the stage after
  deployed  INTEGER,                  -- last deployment into this stage
  PRIMARY KEY (pipeline, ord, item, from_scan)
) STRICT, WITHOUT ROWID;
CREATE INDEX pipeline_item_by_item ON pipeline_item (item);

-- One operation of a pipeline. Microsoft tells the newest twenty; here they
-- stay. An operation happened once, so it has no versions: what is told later
-- replaces what was told before.
CREATE TABLE deployment (
  tenant     INTEGER NOT NULL,
  pipeline   INTEGER NOT NULL REFERENCES ident(id),
  operation  TEXT    NOT NULL CHECK (operation <> ''),
  status     TEXT    NOT NULL,        -- NotStarted, Executing, Succeeded, Failed
  started    INTEGER NOT NULL,        -- when it began, else when it was last heard of
  ended      INTEGER,
  source_ord INTEGER NOT NULL,
  target_ord INTEGER NOT NULL,
  note       TEXT    NOT NULL,
  note_cut   INTEGER NOT NULL,
  performer  TEXT    NOT NULL,        -- user principal name or an app's object id
  created    INTEGER NOT NULL,        -- items new in the target
  changed    INTEGER NOT NULL,
  equal      INTEGER NOT NULL,
  failed     INTEGER,                 -- steps that failed; null while the steps are not known
  PRIMARY KEY (pipeline, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployment_by_time  ON deployment (pipeline, started);
CREATE INDEX deployment_by_start ON deployment (tenant, started, pipeline, operation);

CREATE TABLE deployment_step (
  pipeline    INTEGER NOT NULL,
  operation   TEXT    NOT NULL,
  idx         INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  status      TEXT    NOT NULL,
  difference  TEXT    NOT NULL,       -- New, Different, NoDifference
  source      INTEGER,
  source_name TEXT    NOT NULL,
  target      INTEGER,
  target_name TEXT    NOT NULL,
  error_code  TEXT    NOT NULL,
  error_text  TEXT    NOT NULL,
  PRIMARY KEY (pipeline, operation, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployment_step_by_source ON deployment_step (source);
CREATE INDEX deployment_step_by_target ON deployment_step (target);

-- When a pipeline was last asked, and the sentence that says why it told
-- nothing.
CREATE TABLE pipeline_reading (
  pipeline INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  read_at  INTEGER NOT NULL,
  known_at INTEGER,                   -- when it was last read whole
  reason   TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX pipeline_reading_by_age ON pipeline_reading (tenant, read_at);

CREATE VIEW v_deployment AS
SELECT t.name AS tenant, i.guid AS pipeline, d.operation, d.status, datetime(d.started / 1000, 'unixepoch') AS started,
  datetime(d.ended / 1000, 'unixepoch') AS ended, d.source_ord, d.target_ord, d.note, d.performer, d.created, d.changed, d.equal, d.failed
FROM deployment d JOIN ident i ON i.id = d.pipeline JOIN tenant t ON t.id = d.tenant;

-- +goose Down
SELECT 1;
