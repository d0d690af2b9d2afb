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
