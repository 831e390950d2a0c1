-- +goose Up
-- What the search box looks through: the words of names, one index for each
-- kind of thing. An index holds no text, only which version of a thing has
-- which words: its rowid is the row's id in the table of versions. Rows are
-- indexed in the order of their ids, up to search_mark, before a scan is
-- published; see IndexNames. Words come from tenant.Words.
--
-- detail=none: words are looked for each by itself, never as a phrase.
-- prefix: the beginnings of one to six letters have lists of their own.

CREATE VIRTUAL TABLE search_workspace USING fts5(words, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_item      USING fts5(words, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_principal USING fts5(words, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_pipeline  USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_app       USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_capacity  USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_violation USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE search_request   USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");

-- The largest id that is indexed, by table.
CREATE TABLE search_mark (
  name TEXT PRIMARY KEY,
  upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO search_mark (name, upto) VALUES ('workspace', 0), ('item', 0), ('principal', 0), ('pipeline', 0), ('app', 0), ('capacity', 0), ('violation', 0);

-- Violations whose object is called otherwise since they were indexed.
CREATE TABLE search_again (violation INTEGER PRIMARY KEY) STRICT;

-- Requests have no number of their own.
CREATE TABLE search_request_no (
  no      INTEGER PRIMARY KEY,
  request TEXT    NOT NULL UNIQUE REFERENCES request(id)
) STRICT;

-- A version that goes leaves the index too, and the mark never stands above
-- what is there: the id of a deleted last row is given to the next one.
-- +goose StatementBegin
CREATE TRIGGER search_forgets_workspace AFTER DELETE ON workspace BEGIN
  DELETE FROM search_workspace WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM workspace)) WHERE name = 'workspace';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_item AFTER DELETE ON item BEGIN
  DELETE FROM search_item WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM item)) WHERE name = 'item';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_principal AFTER DELETE ON principal BEGIN
  DELETE FROM search_principal WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM principal)) WHERE name = 'principal';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_pipeline AFTER DELETE ON pipeline BEGIN
  DELETE FROM search_pipeline WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM pipeline)) WHERE name = 'pipeline';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_app AFTER DELETE ON app BEGIN
  DELETE FROM search_app WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM app)) WHERE name = 'app';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_capacity AFTER DELETE ON capacity BEGIN
  DELETE FROM search_capacity WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM capacity)) WHERE name = 'capacity';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_forgets_violation AFTER DELETE ON violation BEGIN
  DELETE FROM search_violation WHERE rowid = OLD.id;
  UPDATE search_mark SET upto = min(upto, (SELECT coalesce(max(id), 0) FROM violation)) WHERE name = 'violation';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_follows_violation AFTER UPDATE OF label ON violation WHEN OLD.label <> NEW.label BEGIN
  INSERT INTO search_again (violation) VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
