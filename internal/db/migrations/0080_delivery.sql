-- +goose Up
-- What leaves the portal to tell somebody: one row for each way of telling it.
-- What is to be told stands in outbox and notice; from there it is taken once.

CREATE TABLE delivery (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL REFERENCES tenant(id),
  source    TEXT    NOT NULL CHECK (source IN ('outbox', 'notice')),
  source_id INTEGER NOT NULL,
  event     TEXT    NOT NULL,
  channel   TEXT    NOT NULL CHECK (channel IN ('mail', 'teams', 'webhook')),
  place     TEXT    NOT NULL CHECK (place <> ''),  -- an address, or the name of a webhook in the configuration
  name      TEXT    NOT NULL DEFAULT '',           -- of the person it is for
  why       TEXT    NOT NULL,
  says      TEXT    NOT NULL,
  link      TEXT    NOT NULL,                      -- within the portal
  at        INTEGER NOT NULL,                      -- when it happened
  digest    INTEGER NOT NULL DEFAULT 0 CHECK (digest IN (0, 1)), -- 1: goes with others of the day
  state     TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up', 'not wanted')),
  attempts  INTEGER NOT NULL DEFAULT 0,
  due       INTEGER NOT NULL,                      -- the next attempt is not earlier
  ended     INTEGER,
  error     TEXT    NOT NULL DEFAULT '',           -- the sentence of the last attempt
  UNIQUE (source, source_id, channel, place),
  CHECK ((state = 'waiting') = (ended IS NULL))
) STRICT;
CREATE INDEX delivery_waiting ON delivery (channel, place, digest, id) WHERE state = 'waiting';
CREATE INDEX delivery_by_at   ON delivery (tenant, at, id);
CREATE INDEX delivery_given_up ON delivery (id) WHERE state = 'given up';

-- +goose StatementBegin
CREATE TRIGGER delivery_is_fixed BEFORE UPDATE ON delivery
WHEN NEW.source <> OLD.source OR NEW.source_id <> OLD.source_id OR NEW.channel <> OLD.channel OR NEW.place <> OLD.place
  OR NEW.says <> OLD.says OR NEW.why <> OLD.why OR NEW.link <> OLD.link OR (OLD.state IN ('sent', 'not wanted') AND NEW.state <> OLD.state)
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is not rewritten'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delivery_stays BEFORE DELETE ON delivery
BEGIN SELECT RAISE(ABORT, 'deliveries are kept'); END;
-- +goose StatementEnd

-- How somebody wants to be told by mail. Without a row: at once, at any hour.
CREATE TABLE mail_wish (
  tid    TEXT    NOT NULL CHECK (tid = lower(tid)),
  oid    TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  address TEXT   NOT NULL CHECK (address <> '' AND address = lower(address)), -- as deliveries know them
  often  TEXT    NOT NULL CHECK (often IN ('at once', 'daily', 'never')),
  quiet_from INTEGER NOT NULL DEFAULT 0 CHECK (quiet_from BETWEEN 0 AND 23), -- hours of the zone; equal for none
  quiet_to   INTEGER NOT NULL DEFAULT 0 CHECK (quiet_to BETWEEN 0 AND 23),
  zone   TEXT    NOT NULL DEFAULT 'UTC',
  changed INTEGER NOT NULL,
  PRIMARY KEY (tid, oid)
) STRICT;
CREATE INDEX mail_wish_by_address ON mail_wish (address);

-- +goose Down
SELECT 1;
