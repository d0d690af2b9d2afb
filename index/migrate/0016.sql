-- SPDX-License-Identifier: GPL-3.0-or-later
-- Footage stays under the rules of the kind that its camera had when it was recorded.
CREATE TABLE camera_was (
  camera_id INTEGER NOT NULL REFERENCES camera(id),
  until_us  INTEGER NOT NULL,
  from_us   INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  PRIMARY KEY (camera_id, until_us)
) WITHOUT ROWID;
CREATE INDEX purge_batch_run ON purge_batch (run_id);
-- An end ends the visit at its own window (linker.h), what names a number is of who had it before (rated.h), and keys of
-- trades have no blanks around their colons: all is linked anew, in pieces (relink.h), before anything is purged.
INSERT INTO relink (source, from_us, to_us, first_id, next_id, last_id, begun_us)
  SELECT NULL, -9223372036854775808, 9223372036854775807, min(id), min(id), max(id),
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM event
  WHERE NOT EXISTS (SELECT 1 FROM relink WHERE source IS NULL AND next_id = first_id) HAVING max(id) IS NOT NULL;
