-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is shown of footage lies together for each stream: a dossier reads a twentieth of the pages.
DROP INDEX segment_time;
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us, volume_id, bytes, state, path, video, audio,
  clock_offset_us, clock_uncertainty_us);
-- Footage whose clock was in doubt is little, and kept for what it may show (retention/retention.h).
CREATE INDEX segment_doubt ON segment (stream_id, start_us, end_us, clock_uncertainty_us) WHERE clock_uncertainty_us >= 1000000;
-- A slot is not given where another system planned a session.
CREATE INDEX meeting_planned ON meeting (place, slot_start_us) WHERE ended_us IS NULL;
-- What was done for a case is found by its number, and who saw footage by the footage.
CREATE INDEX audit_case ON audit (case_no COLLATE NOCASE, at_us) WHERE case_no IS NOT NULL;
CREATE INDEX audit_seen ON audit (camera, to_us, from_us) WHERE what IN ('view', 'clip', 'clip.make');
-- An end before midnight is that of its own window (link/night.h): what is stored is linked anew, as step 16 says.
INSERT INTO relink (source, from_us, to_us, first_id, next_id, last_id, begun_us)
  SELECT NULL, -9223372036854775808, 9223372036854775807, min(id), min(id), max(id),
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM event
  WHERE NOT EXISTS (SELECT 1 FROM relink WHERE source IS NULL AND next_id = first_id) HAVING max(id) IS NOT NULL;
