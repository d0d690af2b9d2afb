-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TABLE volume (
  id            INTEGER PRIMARY KEY,
  path          TEXT NOT NULL UNIQUE,
  reserve_bytes INTEGER CHECK (reserve_bytes >= 0),
  max_bytes     INTEGER CHECK (max_bytes > 0),
  state         TEXT NOT NULL CHECK (state IN ('unknown', 'ready', 'full', 'read-only', 'failing', 'stalled', 'missing')),
  since_us      INTEGER NOT NULL,
  detail        TEXT,
  removed_us    INTEGER
);
INSERT INTO volume (id, path, state, since_us) VALUES (1, 'footage', 'unknown', 0);
ALTER TABLE segment ADD COLUMN volume_id INTEGER NOT NULL DEFAULT 1;
