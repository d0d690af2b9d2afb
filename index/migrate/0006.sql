-- SPDX-License-Identifier: GPL-3.0-or-later
-- Alarms, marks, and who is told of them.
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('yellow', 'red')),
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  camera TEXT,
  place TEXT,
  at_us INTEGER NOT NULL,
  since_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL,
  quiet_us INTEGER,
  until_us INTEGER,
  times INTEGER NOT NULL,
  event_id INTEGER REFERENCES event(id),
  acknowledged_us INTEGER,
  acknowledged_by TEXT,
  note TEXT,
  CHECK ((acknowledged_us IS NULL) = (acknowledged_by IS NULL))
);
CREATE UNIQUE INDEX alarm_open ON alarm (kind, object) WHERE until_us IS NULL;
CREATE INDEX alarm_seen ON alarm (seen_us, id);
CREATE INDEX alarm_event ON alarm (event_id) WHERE event_id IS NOT NULL;
CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  until_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE mark (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id INTEGER NOT NULL UNIQUE REFERENCES event(id),
  camera TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  kind TEXT NOT NULL,
  words TEXT,
  made_by TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  place TEXT,
  subject_id INTEGER REFERENCES subject(id),
  still_sha256 BLOB NOT NULL
);
CREATE INDEX mark_made ON mark (made_us, id);
CREATE TABLE mark_still (
  mark_id INTEGER PRIMARY KEY REFERENCES mark(id),
  jpeg BLOB NOT NULL
);
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  kinds TEXT NOT NULL,
  secret BLOB NOT NULL,
  created_us INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  next_us INTEGER NOT NULL,
  failed_us INTEGER,
  failure TEXT
);
CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id INTEGER NOT NULL REFERENCES webhook(id),
  made_us INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX webhook_delivery_hook ON webhook_delivery (webhook_id, id);
INSERT INTO sqlite_sequence (name, seq) SELECT t.column1, value << 40 FROM setting
  CROSS JOIN (VALUES ('alarm'), ('mark'), ('webhook'), ('webhook_delivery')) t
  WHERE key = 'node';
