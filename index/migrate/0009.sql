-- SPDX-License-Identifier: GPL-3.0-or-later
-- Slots that departments publish, what was booked, and what was promised.
CREATE TABLE meeting_slot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dept TEXT NOT NULL,
  official TEXT,
  place TEXT NOT NULL,
  topics TEXT NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  withdrawn_us INTEGER,
  link_sha256 BLOB NOT NULL UNIQUE,
  meeting_id INTEGER UNIQUE REFERENCES meeting(id),
  CHECK (end_us > start_us)
);
CREATE INDEX meeting_slot_time ON meeting_slot (start_us);
CREATE TABLE meeting_booking (
  meeting_id INTEGER PRIMARY KEY REFERENCES meeting(id),
  dept TEXT,
  official TEXT,
  citizen_ref TEXT,
  ticket_no TEXT,
  approval_id TEXT,
  cancelled_us INTEGER
);
CREATE TABLE promise (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  session TEXT NOT NULL,
  dept TEXT,
  owner TEXT NOT NULL,
  text TEXT NOT NULL,
  due_us INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  done_us INTEGER,
  done_by TEXT,
  proof TEXT,
  proof_sha256 TEXT,
  CHECK ((done_us IS NULL) = (proof IS NULL))
);
CREATE INDEX promise_session ON promise (session);
CREATE INDEX promise_due ON promise (due_us) WHERE done_us IS NULL;
