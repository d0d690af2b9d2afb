-- SPDX-License-Identifier: GPL-3.0-or-later
-- Days off, and days of a weekend that are worked for them, as the hall declares them.
CREATE TABLE work_day (
  day INTEGER PRIMARY KEY,
  works INTEGER NOT NULL CHECK (works IN (0, 1)),
  name TEXT
) WITHOUT ROWID;
