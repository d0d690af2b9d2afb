-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events, clocks of business systems. Runs with foreign keys off (migrate.c): subject and span are made
-- anew, since SQLite cannot change a CHECK; their counters go on where they were.
ALTER TABLE event ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1));

CREATE TABLE counter_old AS SELECT name, seq FROM sqlite_sequence WHERE name IN ('subject', 'span');
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
  UNIQUE (kind, hall_id, key, day)
);
INSERT INTO subject SELECT id, kind, hall_id, day, key, title, first_us, last_us FROM subject_old;
DROP TABLE subject_old;
CREATE INDEX subject_key ON subject (key, last_us);
CREATE INDEX subject_day ON subject (day, key);
CREATE INDEX subject_last ON subject (last_us);

CREATE TABLE span_old AS SELECT * FROM span;
DROP TABLE span;
CREATE TABLE span (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_id     INTEGER NOT NULL REFERENCES subject(id),
  place_id       INTEGER NOT NULL REFERENCES place(id),
  camera_id      INTEGER NOT NULL REFERENCES camera(id),
  from_us        INTEGER NOT NULL,
  to_us          INTEGER,
  method         TEXT NOT NULL CHECK (method IN ('visit', 'step', 'session')),
  confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  uncertainty_us INTEGER NOT NULL,
  linked_us      INTEGER NOT NULL,
  superseded_us  INTEGER
);
INSERT INTO span SELECT id, subject_id, place_id, camera_id, from_us, to_us, method, confidence, uncertainty_us,
  linked_us, superseded_us FROM span_old;
DROP TABLE span_old;
CREATE INDEX span_subject ON span (subject_id) WHERE superseded_us IS NULL;

DELETE FROM sqlite_sequence WHERE name IN (SELECT name FROM counter_old);
INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM counter_old;
DROP TABLE counter_old;

INSERT INTO link_rule VALUES ('session', 60000000, 60000000, 14400000000);

CREATE TABLE source_clock (
  id             INTEGER PRIMARY KEY,
  source         TEXT NOT NULL,
  how            TEXT NOT NULL CHECK (how IN ('measured', 'set')),
  from_us        INTEGER,
  offset_us      INTEGER,
  uncertainty_us INTEGER NOT NULL CHECK (uncertainty_us >= 0),
  noted_us       INTEGER NOT NULL,
  superseded_us  INTEGER
);
CREATE INDEX source_clock_source ON source_clock (source, from_us) WHERE superseded_us IS NULL;

CREATE TABLE source_arrival (
  source    TEXT NOT NULL,
  minute_us INTEGER NOT NULL,
  least_us  INTEGER NOT NULL,
  PRIMARY KEY (source, minute_us)
) WITHOUT ROWID;

CREATE TABLE place_link (
  id       INTEGER PRIMARY KEY,
  place    TEXT NOT NULL,
  from_us  INTEGER NOT NULL,
  to_us    INTEGER NOT NULL,
  next_us  INTEGER NOT NULL,
  next_id  INTEGER NOT NULL,
  begun_us INTEGER NOT NULL
);

CREATE TABLE relink (
  id       INTEGER PRIMARY KEY,
  source   TEXT,
  from_us  INTEGER NOT NULL,
  to_us    INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  next_id  INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  begun_us INTEGER NOT NULL
);

CREATE TABLE audit (
  seq         INTEGER PRIMARY KEY,
  at_us       INTEGER NOT NULL,
  who         TEXT NOT NULL,
  role        TEXT NOT NULL,
  address     TEXT,
  what        TEXT NOT NULL,
  object_kind TEXT,
  object      TEXT COLLATE NOCASE,
  day         INTEGER,
  camera      TEXT,
  from_us     INTEGER,
  to_us       INTEGER,
  reason      TEXT,
  case_no     TEXT,
  result      TEXT NOT NULL CHECK (result IN ('ok', 'denied', 'failed')),
  words       TEXT,
  detail      TEXT,
  hash        BLOB NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_at ON audit (at_us);
CREATE INDEX audit_who ON audit (who, at_us);
CREATE INDEX audit_what ON audit (what, at_us);
CREATE INDEX audit_object ON audit (object, at_us) WHERE object IS NOT NULL;
CREATE INDEX audit_camera ON audit (camera, at_us) WHERE camera IS NOT NULL;
CREATE TRIGGER audit_turn BEFORE INSERT ON audit
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit) BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are added in their turn'); END;
CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are never changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are never deleted'); END;

CREATE TABLE damage (
  stream_id INTEGER NOT NULL REFERENCES stream(id),
  track     TEXT NOT NULL CHECK (track IN ('video', 'audio')),
  from_us   INTEGER NOT NULL,
  to_us     INTEGER NOT NULL,
  PRIMARY KEY (stream_id, track, from_us),
  CHECK (from_us < to_us)
) WITHOUT ROWID;

CREATE TABLE hold (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  kind            TEXT NOT NULL,
  hall            TEXT NOT NULL,
  key             TEXT NOT NULL COLLATE NOCASE,
  day             INTEGER NOT NULL,
  owner           TEXT NOT NULL,
  reason          TEXT NOT NULL,
  case_no         TEXT NOT NULL,
  review_day      INTEGER NOT NULL,
  created_us      INTEGER NOT NULL,
  created_by      TEXT NOT NULL,
  released_us     INTEGER,
  released_by     TEXT,
  released_reason TEXT,
  CHECK ((released_us IS NULL) = (released_by IS NULL) AND (released_us IS NULL) = (released_reason IS NULL))
);
CREATE INDEX hold_live ON hold (key, day, kind) WHERE released_us IS NULL;
CREATE TABLE hold_span (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  hold_id     INTEGER NOT NULL REFERENCES hold(id),
  camera      TEXT NOT NULL,
  from_us     INTEGER NOT NULL,
  to_us       INTEGER NOT NULL,
  added_us    INTEGER NOT NULL,
  released_us INTEGER,
  CHECK (from_us < to_us)
);
CREATE INDEX hold_span_hold ON hold_span (hold_id);
CREATE INDEX hold_span_live ON hold_span (camera, from_us, to_us) WHERE released_us IS NULL;
CREATE TABLE hold_record (
  seq  INTEGER PRIMARY KEY AUTOINCREMENT,
  line TEXT NOT NULL
);
CREATE TABLE retention_rule (
  kind     TEXT NOT NULL CHECK (kind IN ('any', 'window', 'hall', 'room', 'session')),
  purpose  TEXT NOT NULL,
  min_days INTEGER NOT NULL CHECK (min_days >= 1),
  max_days INTEGER CHECK (max_days >= min_days),
  PRIMARY KEY (kind, purpose)
) WITHOUT ROWID;
INSERT INTO retention_rule VALUES ('any', 'footage', 30, 90);
INSERT INTO retention_rule VALUES ('room', 'footage', 90, NULL);
INSERT INTO retention_rule VALUES ('session', 'footage', 365, 1825);
INSERT INTO retention_rule VALUES ('any', 'ticket', 90, 180);
INSERT INTO retention_rule VALUES ('any', 'approval', 180, 730);
INSERT INTO retention_rule VALUES ('any', 'session', 365, 1825);
INSERT INTO retention_rule VALUES ('any', 'trade', 5479, NULL);
CREATE TABLE purge_run (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  started_us INTEGER NOT NULL,
  ended_us   INTEGER,
  segments   INTEGER NOT NULL,
  bytes      INTEGER NOT NULL
);
CREATE TABLE purge_batch (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id    INTEGER NOT NULL REFERENCES purge_run(id),
  volume_id INTEGER NOT NULL REFERENCES volume(id),
  first_id  INTEGER NOT NULL,
  last_id   INTEGER NOT NULL,
  marked_us INTEGER NOT NULL,
  done_us   INTEGER
);
CREATE INDEX purge_batch_pending ON purge_batch (id) WHERE done_us IS NULL;
CREATE TABLE disposition (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id   INTEGER NOT NULL REFERENCES purge_batch(id),
  segment_id INTEGER NOT NULL,
  stream_id  INTEGER NOT NULL REFERENCES stream(id),
  start_us   INTEGER NOT NULL,
  end_us     INTEGER NOT NULL,
  bytes      INTEGER NOT NULL,
  sha256     BLOB,
  path       TEXT NOT NULL,
  rule       TEXT NOT NULL
);
CREATE INDEX disposition_time ON disposition (stream_id, start_us, end_us);
CREATE TABLE volume_outlook (
  volume_id      INTEGER PRIMARY KEY REFERENCES volume(id),
  at_us          INTEGER NOT NULL,
  used_bytes     INTEGER NOT NULL,
  held_bytes     INTEGER NOT NULL,
  bound_bytes    INTEGER NOT NULL,
  spare_bytes    INTEGER NOT NULL,
  room_bytes     INTEGER NOT NULL,
  day_bytes      INTEGER NOT NULL,
  short_us       INTEGER,
  cause          TEXT CHECK (cause IN ('held', 'minimum'))
);
ALTER TABLE volume ADD COLUMN when_full TEXT NOT NULL DEFAULT 'keep' CHECK (when_full IN ('keep', 'oldest'));
DROP INDEX segment_time;
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us, volume_id, bytes);
CREATE INDEX span_camera ON span (camera_id, from_us, to_us, subject_id) WHERE superseded_us IS NULL;
CREATE TRIGGER segment_held BEFORE DELETE ON segment WHEN OLD.bytes > OLD.init_bytes AND EXISTS (
  SELECT 1 FROM stream s JOIN camera c ON c.id = s.camera_id JOIN hold_span h ON h.camera = c.code
  WHERE s.id = OLD.stream_id AND h.released_us IS NULL AND h.from_us < OLD.end_us AND h.to_us > OLD.start_us) BEGIN
  SELECT RAISE(ABORT, 'held footage is not deleted'); END;
CREATE TRIGGER hold_kept BEFORE DELETE ON hold BEGIN
  SELECT RAISE(ABORT, 'a hold is released, never deleted'); END;
CREATE TRIGGER disposition_kept BEFORE DELETE ON disposition BEGIN
  SELECT RAISE(ABORT, 'dispositions stay for ever'); END;
CREATE TRIGGER disposition_final BEFORE UPDATE ON disposition BEGIN
  SELECT RAISE(ABORT, 'dispositions are never changed'); END;
INSERT INTO sqlite_sequence (name, seq) SELECT t.column1, value << 40 FROM setting
  CROSS JOIN (VALUES ('hold'), ('hold_span'), ('hold_record'), ('purge_run'), ('purge_batch'), ('disposition')) t
  WHERE key = 'node';
