-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is shown of footage lies together for each stream: a dossier reads a twentieth of the pages.
DROP INDEX segment_time;
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us, volume_id, bytes, state, path, video, audio,
  clock_offset_us, clock_uncertainty_us);
-- What was done for a case is found by its number, and who saw footage by the footage.
CREATE INDEX audit_case ON audit (case_no COLLATE NOCASE, at_us) WHERE case_no IS NOT NULL;
CREATE INDEX audit_seen ON audit (camera, to_us, from_us) WHERE what IN ('view', 'clip', 'clip.make');
