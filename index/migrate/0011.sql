-- SPDX-License-Identifier: GPL-3.0-or-later
-- A visit that only a later call ends is shown no longer than a visit may last, and its end is no known one
-- (linker.h): all is linked anew, in pieces (relink.h).
INSERT INTO relink (source, from_us, to_us, first_id, next_id, last_id, begun_us)
  SELECT NULL, -9223372036854775808, 9223372036854775807, min(id), min(id), max(id),
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM event
  WHERE NOT EXISTS (SELECT 1 FROM relink WHERE source IS NULL AND next_id = first_id) HAVING max(id) IS NOT NULL;
