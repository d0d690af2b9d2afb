-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is shown of footage lies together for each stream: a dossier reads a twentieth of the pages.
DROP INDEX segment_time;
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us, volume_id, bytes, state, path, video, audio,
  clock_offset_us, clock_uncertainty_us);
