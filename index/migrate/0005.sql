-- SPDX-License-Identifier: GPL-3.0-or-later
-- Retention asks of each linked subject whether a trade made it: a small index answers, and no event is read.
CREATE INDEX event_trade ON event (id) WHERE type >= 'hall.trade.' AND type < 'hall.trade/';

-- Dispositions are found by a row for many of them, where an index had an entry for each.
CREATE TABLE disposition_run (
  stream_id INTEGER NOT NULL REFERENCES stream(id),
  from_us   INTEGER NOT NULL,
  first_id  INTEGER NOT NULL,
  last_id   INTEGER NOT NULL,
  to_us     INTEGER NOT NULL,
  PRIMARY KEY (stream_id, from_us, first_id)
) WITHOUT ROWID;
INSERT INTO disposition_run (stream_id, from_us, first_id, last_id, to_us)
  SELECT stream_id, min(start_us), min(id), max(id), max(end_us) FROM disposition
  GROUP BY batch_id, stream_id, start_us / 3600000000;
DROP INDEX disposition_time;
CREATE TRIGGER disposition_run_kept BEFORE DELETE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions stay for ever'); END;
CREATE TRIGGER disposition_run_final BEFORE UPDATE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions are never changed'); END;

-- Tickets of one number and day told apart (ticket.h). subject is made anew, since SQLite cannot change a UNIQUE;
-- its counter goes on where it was. What was stored before is read again in pieces (relink.h).
ALTER TABLE event ADD COLUMN ticket_id TEXT COLLATE NOCASE;
CREATE INDEX event_ticket_id ON event (ticket_id) WHERE ticket_id IS NOT NULL;
ALTER TABLE hold ADD COLUMN part TEXT NOT NULL DEFAULT '';

CREATE TABLE counter_old AS SELECT name, seq FROM sqlite_sequence WHERE name = 'subject';
CREATE TABLE subject_old AS SELECT * FROM subject;
DROP TABLE subject;
CREATE TABLE subject (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL CHECK (kind IN ('ticket', 'approval', 'session')),
  hall_id  INTEGER NOT NULL REFERENCES hall(id),
  day      INTEGER NOT NULL,
  key      TEXT NOT NULL COLLATE NOCASE,
  title    TEXT,
  first_us INTEGER NOT NULL,
  last_us  INTEGER NOT NULL,
  part     TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, hall_id, key, day, part)
);
INSERT INTO subject SELECT id, kind, hall_id, day, key, title, first_us, last_us, '' FROM subject_old;
DROP TABLE subject_old;
CREATE INDEX subject_key ON subject (key, last_us);
CREATE INDEX subject_day ON subject (day, key);
CREATE INDEX subject_last ON subject (last_us);
CREATE INDEX subject_long ON subject (last_us) WHERE last_us - first_us > 86400000000 AND kind <> 'approval';
DELETE FROM sqlite_sequence WHERE name IN (SELECT name FROM counter_old);
INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM counter_old;
DROP TABLE counter_old;

INSERT INTO relink (source, from_us, to_us, first_id, next_id, last_id, begun_us)
  SELECT NULL, -9223372036854775808, 9223372036854775807, min(id), min(id), max(id),
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM event
  WHERE EXISTS (SELECT 1 FROM subject WHERE kind = 'ticket') HAVING max(id) IS NOT NULL;
