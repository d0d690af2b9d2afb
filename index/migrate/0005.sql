-- SPDX-License-Identifier: GPL-3.0-or-later
-- Retention asks of each linked subject whether a trade made it: a small index answers, and no event is read.
CREATE INDEX event_trade ON event (id) WHERE type >= 'hall.trade.' AND type < 'hall.trade/';

-- Dispositions are found by a row for many of them, where an index had an entry for each.
CREATE TABLE disposition_run (
  stream_id INTEGER NOT NULL REFERENCES stream(id),
  from_us   INTEGER NOT NULL,
  first_id  INTEGER NOT NULL,
  last_id   INTEGER NOT NULL,
  to_us     INTEGER NOT NULL,
  PRIMARY KEY (stream_id, from_us, first_id)
) WITHOUT ROWID;
INSERT INTO disposition_run (stream_id, from_us, first_id, last_id, to_us)
  SELECT stream_id, min(start_us), min(id), max(id), max(end_us) FROM disposition
  GROUP BY batch_id, stream_id, start_us / 3600000000;
DROP INDEX disposition_time;
CREATE TRIGGER disposition_run_kept BEFORE DELETE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions stay for ever'); END;
CREATE TRIGGER disposition_run_final BEFORE UPDATE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions are never changed'); END;
