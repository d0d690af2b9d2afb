-- SPDX-License-Identifier: GPL-3.0-or-later
-- What parties agree to in the hall's own words; where the citizen sits, and how satisfied they were.
CREATE TABLE meeting_notice (
  version TEXT PRIMARY KEY,
  zh TEXT NOT NULL,
  en TEXT,
  made_us INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER meeting_notice_kept BEFORE DELETE ON meeting_notice BEGIN
  SELECT RAISE(ABORT, 'what parties agreed to stays'); END;
CREATE TRIGGER meeting_notice_final BEFORE UPDATE ON meeting_notice BEGIN
  SELECT RAISE(ABORT, 'what parties agreed to is never changed'); END;
ALTER TABLE meeting_booking ADD COLUMN node_code TEXT;
ALTER TABLE meeting_booking ADD COLUMN satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5);
ALTER TABLE meeting_booking ADD COLUMN rated_us INTEGER;
