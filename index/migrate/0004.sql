-- SPDX-License-Identifier: GPL-3.0-or-later
-- Facets. Millions of subjects get theirs later, in transactions of milliseconds (facet.h).
CREATE TABLE facet (
  id      INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('staff', 'business', 'matter', 'place')),
  value   TEXT NOT NULL,
  hall_id INTEGER NOT NULL REFERENCES hall(id),
  UNIQUE (kind, value, hall_id)
);
CREATE TABLE subject_facet (
  facet_id   INTEGER NOT NULL REFERENCES facet(id),
  last_us    INTEGER NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject(id),
  first_us   INTEGER NOT NULL,
  spelling   TEXT,
  PRIMARY KEY (facet_id, last_us, subject_id)
) WITHOUT ROWID;
CREATE INDEX subject_facet_subject ON subject_facet (subject_id);
INSERT INTO setting (key, value) SELECT 'facets_below', max(id) + 1 FROM subject HAVING max(id) IS NOT NULL;
-- Spans of more than a day, for retention.
CREATE INDEX span_long ON span (camera_id, from_us) WHERE superseded_us IS NULL AND to_us - from_us > 86400000000;
-- As of a hold itself.
CREATE TRIGGER hold_span_kept BEFORE DELETE ON hold_span BEGIN
  SELECT RAISE(ABORT, 'what a hold keeps is released, never deleted'); END;
CREATE TRIGGER hold_span_final BEFORE UPDATE OF id, hold_id, camera, from_us, to_us, added_us ON hold_span BEGIN
  SELECT RAISE(ABORT, 'what a hold keeps is never changed'); END;
CREATE TRIGGER hold_record_kept BEFORE DELETE ON hold_record BEGIN
  SELECT RAISE(ABORT, 'records of holds are never deleted'); END;
CREATE TRIGGER hold_record_final BEFORE UPDATE ON hold_record BEGIN
  SELECT RAISE(ABORT, 'records of holds are never changed'); END;
