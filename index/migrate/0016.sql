-- SPDX-License-Identifier: GPL-3.0-or-later
-- Footage stays under the rules of the kind that its camera had when it was recorded.
CREATE TABLE camera_was (
  camera_id INTEGER NOT NULL REFERENCES camera(id),
  kind      TEXT NOT NULL,
  until_us  INTEGER NOT NULL,
  PRIMARY KEY (camera_id, kind)
) WITHOUT ROWID;
