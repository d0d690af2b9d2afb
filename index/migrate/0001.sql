-- SPDX-License-Identifier: GPL-3.0-or-later
-- Version 1: the catalogue as it began. Frozen: later changes get a step of their own. Columns are explained in ../schema.sql.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE migration (
  version    INTEGER PRIMARY KEY,
  applied_us INTEGER NOT NULL,
  program    TEXT NOT NULL
);
CREATE TABLE hall (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  code     TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  timezone TEXT NOT NULL
);
CREATE TABLE camera (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  code       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('window', 'hall', 'room', 'session')),
  created_us INTEGER NOT NULL,
  removed_us INTEGER
);
CREATE TABLE stream (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id   INTEGER NOT NULL REFERENCES camera(id),
  name        TEXT NOT NULL CHECK (name IN ('main', 'sub')),
  url         TEXT NOT NULL,
  credentials BLOB,
  record      INTEGER NOT NULL CHECK (record IN (0, 1)),
  audio       TEXT NOT NULL CHECK (audio IN ('aac', 'original', 'none')),
  UNIQUE (camera_id, name)
);
CREATE TABLE stream_state (
  stream_id INTEGER PRIMARY KEY REFERENCES stream(id),
  state     TEXT NOT NULL,
  since_us  INTEGER NOT NULL,
  detail    TEXT,
  video     TEXT,
  audio     TEXT,
  width     INTEGER NOT NULL,
  height    INTEGER NOT NULL
);
CREATE TABLE recorder (
  shard        INTEGER PRIMARY KEY,
  shards       INTEGER NOT NULL,
  pid          INTEGER NOT NULL,
  started_us   INTEGER NOT NULL,
  heartbeat_us INTEGER NOT NULL,
  stopped_us   INTEGER
);
CREATE TABLE place (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  hall_id INTEGER NOT NULL REFERENCES hall(id),
  code    TEXT NOT NULL,
  name    TEXT NOT NULL,
  UNIQUE (hall_id, code)
);
CREATE TABLE coverage (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  place_id  INTEGER NOT NULL REFERENCES place(id),
  camera_id INTEGER NOT NULL REFERENCES camera(id),
  from_us   INTEGER,
  to_us     INTEGER,
  CHECK (from_us IS NULL OR to_us IS NULL OR from_us < to_us)
);
CREATE INDEX coverage_place ON coverage (place_id);
CREATE TABLE segment (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  stream_id       INTEGER NOT NULL REFERENCES stream(id),
  start_us        INTEGER NOT NULL,
  end_us          INTEGER NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('open', 'closed', 'recovered')),
  joins           INTEGER NOT NULL CHECK (joins IN (0, 1)),
  path            TEXT NOT NULL UNIQUE,
  bytes           INTEGER NOT NULL,
  init_bytes      INTEGER NOT NULL,
  sha256          BLOB,
  media_start_us  INTEGER NOT NULL,
  frames          INTEGER NOT NULL,
  video           TEXT,
  width           INTEGER NOT NULL,
  height          INTEGER NOT NULL,
  audio           TEXT,
  clock           TEXT NOT NULL CHECK (clock IN ('camera', 'arrival')),
  clock_offset_us INTEGER,
  clock_uncertainty_us INTEGER NOT NULL CHECK (clock_uncertainty_us >= 0)
);
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us);
CREATE INDEX segment_open ON segment (stream_id) WHERE state = 'open';
CREATE TABLE segment_index (
  segment_id INTEGER PRIMARY KEY REFERENCES segment(id),
  fragments  BLOB NOT NULL
);
CREATE TABLE gap (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  stream_id INTEGER NOT NULL REFERENCES stream(id),
  from_us   INTEGER NOT NULL,
  to_us     INTEGER,
  reason    TEXT NOT NULL,
  detail    TEXT
);
CREATE INDEX gap_time ON gap (stream_id, from_us);
CREATE UNIQUE INDEX gap_open ON gap (stream_id) WHERE to_us IS NULL;
CREATE TABLE event (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  hall_id       INTEGER NOT NULL REFERENCES hall(id),
  source        TEXT NOT NULL,
  event_id      TEXT NOT NULL,
  data_ver      INTEGER NOT NULL,
  type          TEXT NOT NULL,
  time_us       INTEGER NOT NULL,
  received_us   INTEGER NOT NULL,
  place         TEXT,
  correction_of TEXT,
  body          TEXT NOT NULL,
  superseded_by INTEGER REFERENCES event(id),
  UNIQUE (source, event_id, data_ver)
);
CREATE INDEX event_place ON event (place, time_us) WHERE place IS NOT NULL;
CREATE INDEX event_correction ON event (source, correction_of) WHERE correction_of IS NOT NULL;
CREATE TABLE subject (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL CHECK (kind IN ('ticket', 'approval')),
  hall_id  INTEGER NOT NULL REFERENCES hall(id),
  day      INTEGER NOT NULL,
  key      TEXT NOT NULL COLLATE NOCASE,
  title    TEXT,
  first_us INTEGER NOT NULL,
  last_us  INTEGER NOT NULL,
  UNIQUE (kind, hall_id, key, day)
);
CREATE INDEX subject_key ON subject (key, last_us);
CREATE INDEX subject_day ON subject (day, key);
CREATE INDEX subject_last ON subject (last_us);
CREATE TABLE subject_event (
  subject_id INTEGER NOT NULL REFERENCES subject(id),
  event_id   INTEGER NOT NULL REFERENCES event(id),
  PRIMARY KEY (subject_id, event_id)
) WITHOUT ROWID;
CREATE INDEX subject_event_event ON subject_event (event_id);
CREATE TABLE span (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_id     INTEGER NOT NULL REFERENCES subject(id),
  place_id       INTEGER NOT NULL REFERENCES place(id),
  camera_id      INTEGER NOT NULL REFERENCES camera(id),
  from_us        INTEGER NOT NULL,
  to_us          INTEGER,
  method         TEXT NOT NULL CHECK (method IN ('visit', 'step')),
  confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  uncertainty_us INTEGER NOT NULL,
  linked_us      INTEGER NOT NULL,
  superseded_us  INTEGER
);
CREATE INDEX span_subject ON span (subject_id) WHERE superseded_us IS NULL;
CREATE TABLE link_rule (
  method    TEXT PRIMARY KEY,
  before_us INTEGER NOT NULL,
  after_us  INTEGER NOT NULL,
  max_us    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO link_rule VALUES ('visit', 30000000, 60000000, 7200000000);
INSERT INTO link_rule VALUES ('step', 30000000, 60000000, 7200000000);
CREATE TABLE user (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role         TEXT NOT NULL CHECK (role IN ('operator', 'investigator', 'supervisor', 'auditor', 'sysadmin', 'secadmin')),
  password     TEXT NOT NULL,
  created_us   INTEGER NOT NULL,
  disabled_us  INTEGER
);
CREATE TABLE login_failure (
  name_sha256 BLOB PRIMARY KEY,
  failures    INTEGER NOT NULL,
  failed_us   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE login (
  token_sha256 BLOB PRIMARY KEY,
  user_id      INTEGER NOT NULL REFERENCES user(id),
  created_us   INTEGER NOT NULL,
  seen_us      INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_token (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL UNIQUE,
  token_sha256 BLOB NOT NULL UNIQUE,
  scope        TEXT NOT NULL CHECK (scope IN ('events', 'read')),
  created_us   INTEGER NOT NULL,
  revoked_us   INTEGER
);
CREATE TRIGGER camera_changed AFTER UPDATE ON camera BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_added AFTER INSERT ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_changed AFTER UPDATE ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_removed AFTER DELETE ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
