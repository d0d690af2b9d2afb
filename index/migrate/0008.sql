-- SPDX-License-Identifier: GPL-3.0-or-later
-- Face-to-face sessions.
CREATE TABLE meeting (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session TEXT NOT NULL UNIQUE,
  place TEXT NOT NULL,
  topic TEXT,
  slot_start_us INTEGER,
  slot_end_us INTEGER,
  created_us INTEGER NOT NULL,
  opened_us INTEGER,
  ended_us INTEGER,
  CHECK ((slot_start_us IS NULL) = (slot_end_us IS NULL))
);
CREATE INDEX meeting_going_on ON meeting (place) WHERE opened_us IS NOT NULL AND ended_us IS NULL;
CREATE TABLE meeting_leg (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id INTEGER NOT NULL REFERENCES meeting(id),
  code TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('citizen', 'official', 'observer')),
  token_sha256 BLOB NOT NULL UNIQUE,
  expires_us INTEGER NOT NULL,
  camera TEXT,
  consent_us INTEGER,
  consent_text_ver TEXT,
  UNIQUE (meeting_id, code),
  CHECK ((consent_us IS NULL) = (consent_text_ver IS NULL))
);
