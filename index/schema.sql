-- SPDX-License-Identifier: GPL-3.0-or-later
-- The catalogue: what a new home is created with, and the manual of every column.
--
-- Conventions
--   *_us         microseconds UTC since 1970, unless the comment says a duration
--   id           unique across nodes: a home draws a node number (1..4095) when it is made and every
--                counter starts at node << 40 (catalogue.c); ids are never reused and stay below 2^53,
--                so that JavaScript can hold them
--   times        spans are [from, to): `to` is the first moment that no longer belongs
-- A change here needs a step in migrate/; test/index/test-migrate.c compares the two ways.

CREATE TABLE setting (    -- facts about this catalogue, one row each
  key   TEXT PRIMARY KEY, -- 'node', 'created_us', 'cameras_generation'; 'facets_below' (find/facet.c: subjects from here on have
                          -- theirs); 'alarms_event' (alarm/watch.c: events up to here were looked at); 'purge_tried_us' (purge/run.c); 'restoring' while rebuild/restore.h is at it
  value INTEGER NOT NULL  -- the fact, as a whole number
) WITHOUT ROWID;

CREATE TABLE migration (          -- which program brought the catalogue to which version
  version    INTEGER PRIMARY KEY, -- equals PRAGMA user_version after that step
  applied_us INTEGER NOT NULL,    -- when that step was committed
  program    TEXT NOT NULL        -- version of Mingjing that did it
);

CREATE TABLE hall (                           -- 大厅: a site
  id       INTEGER PRIMARY KEY AUTOINCREMENT, -- stands for the hall in every other table
  code     TEXT NOT NULL UNIQUE,              -- hall_code in events
  name     TEXT NOT NULL,                     -- as people know it
  timezone TEXT NOT NULL                      -- '+08:00' or an IANA name: its local day is a ticket's day
);

CREATE TABLE camera (                           -- 摄像机
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- stands for the camera in every other table
  code       TEXT NOT NULL UNIQUE,              -- the ID people give it; a folder name under footage/
  name       TEXT NOT NULL,                     -- as people know it
  kind       TEXT NOT NULL CHECK (kind IN ('window', 'hall', 'room', 'session')), -- decides retention
  created_us INTEGER NOT NULL,                  -- when it was first added
  removed_us INTEGER                            -- NULL while in use; its footage stays findable after
);

CREATE TABLE camera_was (                       -- kinds that a camera had: what was recorded then stays under their rules, too
  camera_id INTEGER NOT NULL REFERENCES camera(id), -- which camera
  until_us  INTEGER NOT NULL,                   -- until when it was of that kind
  from_us   INTEGER NOT NULL,                   -- and since when; 0 = since ever
  kind      TEXT NOT NULL,                      -- as camera.kind
  PRIMARY KEY (camera_id, until_us)
) WITHOUT ROWID;

CREATE TABLE stream (                                    -- 码流: one source of a camera
  id          INTEGER PRIMARY KEY AUTOINCREMENT,         -- stands for the stream in every other table
  camera_id   INTEGER NOT NULL REFERENCES camera(id),    -- whose stream it is
  name        TEXT NOT NULL CHECK (name IN ('main', 'sub')), -- main: what is recorded; sub: a smaller one
  url         TEXT NOT NULL,                             -- without credentials
  credentials BLOB,                                      -- 'user:password' as in the URL, sealed with keys/camera.key; NULL = none
  record      INTEGER NOT NULL CHECK (record IN (0, 1)), -- 0 = live only
  audio       TEXT NOT NULL CHECK (audio IN ('aac', 'original', 'none')), -- what becomes of sound no browser plays
  UNIQUE (camera_id, name)
);

CREATE TABLE stream_state (                            -- what the recorder last said of a stream; written by capture alone
  stream_id INTEGER PRIMARY KEY REFERENCES stream(id), -- of which stream
  state     TEXT NOT NULL,                             -- see IDX_STATE_* in state.h
  since_us  INTEGER NOT NULL,                          -- when it entered this state
  detail    TEXT,                                      -- what is wrong, in words; NULL when nothing is
  video     TEXT,                                      -- 'h264', 'hevc'; NULL if unknown
  audio     TEXT,                                      -- 'aac', 'pcm_alaw' …: as it is stored
  width     INTEGER NOT NULL,                          -- pixels; 0 if unknown
  height    INTEGER NOT NULL                           -- pixels; 0 if unknown
);

CREATE TABLE recorder (             -- one row a capture shard: is it alive, and until when was it
  shard        INTEGER PRIMARY KEY, -- I of --shard I/N, from 1
  shards       INTEGER NOT NULL,    -- N
  pid          INTEGER NOT NULL,    -- its process, while it runs
  started_us   INTEGER NOT NULL,    -- when that process started
  heartbeat_us INTEGER NOT NULL,    -- written about every second
  stopped_us   INTEGER              -- NULL unless it said goodbye
);

CREATE TABLE volume (                  -- a directory that footage is recorded in, on a disk of its own if there are several
  id            INTEGER PRIMARY KEY,   -- of this node alone; 1 = footage/ of the home
  path          TEXT NOT NULL UNIQUE,  -- absolute, or relative to the home
  reserve_bytes INTEGER CHECK (reserve_bytes >= 0), -- always left free on its file system; NULL = see segment/volume.h
  max_bytes     INTEGER CHECK (max_bytes > 0), -- of footage in it; NULL = as much as the reserve leaves
  state         TEXT NOT NULL CHECK (state IN ('unknown', 'ready', 'full', 'read-only', 'failing', 'stalled', 'missing')), -- as capture last found it; see segment/volume.h
  since_us      INTEGER NOT NULL,      -- when it entered this state
  detail        TEXT,                  -- what is wrong, in words; NULL when nothing is
  removed_us    INTEGER,               -- NULL while recorded to; its footage stays findable after
  when_full     TEXT NOT NULL DEFAULT 'keep' CHECK (when_full IN ('keep', 'oldest')) -- the declared policy, see retention/retention.h
);
INSERT INTO volume (id, path, state, since_us) VALUES (1, 'footage', 'unknown', 0);

CREATE TABLE place (                            -- 点位: where something happens
  id      INTEGER PRIMARY KEY AUTOINCREMENT,    -- stands for the place in every other table
  hall_id INTEGER NOT NULL REFERENCES hall(id), -- in which hall
  code    TEXT NOT NULL,                        -- window_no in events
  name    TEXT NOT NULL,                        -- as people know it
  UNIQUE (hall_id, code)
);

CREATE TABLE coverage (                             -- 覆盖关系: which camera sees which place, and when it did
  id        INTEGER PRIMARY KEY AUTOINCREMENT,      -- one statement of the map
  place_id  INTEGER NOT NULL REFERENCES place(id),  -- the place that is seen
  camera_id INTEGER NOT NULL REFERENCES camera(id), -- by which camera
  from_us   INTEGER,                                -- NULL = since ever
  to_us     INTEGER,                                -- NULL = until told otherwise
  CHECK (from_us IS NULL OR to_us IS NULL OR from_us < to_us)
);
CREATE INDEX coverage_place ON coverage (place_id);

CREATE TABLE segment (                               -- 录像段: one recorded file
  id              INTEGER PRIMARY KEY AUTOINCREMENT, -- in URLs of the API: /segments/<id>.mp4
  stream_id       INTEGER NOT NULL REFERENCES stream(id), -- of which stream
  start_us        INTEGER NOT NULL,                  -- when its first picture was taken, on the host's clock
  end_us          INTEGER NOT NULL,                  -- when the next picture would be due; grows while open
  state           TEXT NOT NULL CHECK (state IN ('open', 'closed', 'recovered')), -- recovered: closed after a crash by reading the file
  joins           INTEGER NOT NULL CHECK (joins IN (0, 1)), -- 1: goes on from the segment before it: no frame between, same parameters, one media timeline
  path            TEXT NOT NULL UNIQUE,              -- below its volume's folder
  bytes           INTEGER NOT NULL,                  -- of whole fragments, with the init part
  init_bytes      INTEGER NOT NULL,                  -- ftyp + moov, which a player needs before any fragment
  sha256          BLOB,                              -- of the whole file; NULL while open
  media_start_us  INTEGER NOT NULL,                  -- time of the first picture on the file's own timeline (tfdt), a duration
  frames          INTEGER NOT NULL,                  -- pictures in whole fragments
  video           TEXT,                              -- 'h264', 'hevc'; NULL without pictures
  width           INTEGER NOT NULL,                  -- pixels; 0 if unknown
  height          INTEGER NOT NULL,                  -- pixels; 0 if unknown
  audio           TEXT,                              -- as stored; NULL without sound
  clock           TEXT NOT NULL CHECK (clock IN ('camera', 'arrival')), -- whence start_us: the camera's RTCP reports, or when the packet came
  clock_offset_us INTEGER,                           -- host's clock less camera's, measured (latency included), a duration; NULL if it tells no time
  clock_uncertainty_us INTEGER NOT NULL CHECK (clock_uncertainty_us >= 0), -- of start_us, a duration
  volume_id       INTEGER NOT NULL DEFAULT 1         -- in which volume its file lies; no reference, which SQLite cannot add to rows that exist
);
-- Retention is weighed and footage shown (segment/segment.c) without touching the rows: those of a stream lie far apart, each on a page of its own
CREATE INDEX segment_time ON segment (stream_id, start_us, end_us, volume_id, bytes, state, path, video, audio, clock_offset_us, clock_uncertainty_us);
-- Little of it is in doubt by a second, and is kept for what it may show (retention/retention.h)
CREATE INDEX segment_doubt ON segment (stream_id, start_us, end_us, clock_uncertainty_us) WHERE clock_uncertainty_us >= 1000000;
CREATE INDEX segment_open ON segment (stream_id) WHERE state = 'open';

CREATE TABLE segment_index (                             -- where each fragment lies; apart from segment so that time queries stay small
  segment_id INTEGER PRIMARY KEY REFERENCES segment(id), -- of which segment
  fragments  BLOB NOT NULL                               -- see segment/fragment.h
);

CREATE TABLE gap (                                  -- 缺口: should have been recorded and was not
  id        INTEGER PRIMARY KEY AUTOINCREMENT,      -- one hole
  stream_id INTEGER NOT NULL REFERENCES stream(id), -- in which stream
  from_us   INTEGER NOT NULL,                       -- the first moment that is missing
  to_us     INTEGER,                                -- NULL while it lasts
  reason    TEXT NOT NULL,                          -- see IDX_REASON_* in segment/gap.h
  detail    TEXT                                    -- in words
);
CREATE INDEX gap_time ON gap (stream_id, from_us);
CREATE UNIQUE INDEX gap_open ON gap (stream_id) WHERE to_us IS NULL;

CREATE TABLE damage (                               -- 受损: was recorded and is not whole, because packets were lost; see segment/damage.h
  stream_id INTEGER NOT NULL REFERENCES stream(id), -- in which stream
  track     TEXT NOT NULL CHECK (track IN ('video', 'audio')), -- of pictures or of sound
  from_us   INTEGER NOT NULL,                       -- the first moment that may be wrong or missing
  to_us     INTEGER NOT NULL,                       -- the next whole key frame
  PRIMARY KEY (stream_id, track, from_us),
  CHECK (from_us < to_us)
) WITHOUT ROWID;

CREATE TABLE event (                                  -- what a business system said; never changed, but for superseded_by
  id            INTEGER PRIMARY KEY AUTOINCREMENT,    -- in answers of the API
  hall_id       INTEGER NOT NULL REFERENCES hall(id), -- the hall it speaks of
  source        TEXT NOT NULL,                        -- CloudEvents source
  event_id      TEXT NOT NULL,                        -- CloudEvents id
  data_ver      INTEGER NOT NULL,                     -- data.data_ver: rises on a correction; 1 if the event has none
  type          TEXT NOT NULL,                        -- CloudEvents type, as it came: unknown types are kept
  time_us       INTEGER NOT NULL,                     -- when it happened, by the source's clock
  received_us   INTEGER NOT NULL,                     -- when it reached us, by the host's clock
  place         TEXT,                                 -- window_no or room, if it names one
  correction_of TEXT,                                 -- event_id of the same source that it replaces
  body          TEXT NOT NULL,                        -- the whole CloudEvent, keys sorted
  superseded_by INTEGER REFERENCES event(id),         -- the correction that replaced it
  cancelled     INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)), -- data.data_state 0 (作废): it says that what it corrects never was
  ticket_id     TEXT COLLATE NOCASE,                  -- data.ticket_id: the vendor's own name of the ticket, if the event carries one
  UNIQUE (source, event_id, data_ver)
);
CREATE INDEX event_place ON event (place, time_us) WHERE place IS NOT NULL;
CREATE INDEX event_correction ON event (source, correction_of) WHERE correction_of IS NOT NULL;
CREATE INDEX event_trade ON event (id) WHERE type >= 'hall.trade.' AND type < 'hall.trade/'; -- few: what is linked to them is told for retention without reading events
CREATE INDEX event_ticket_id ON event (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE subject (                           -- 对象: what an investigator asks for
  id       INTEGER PRIMARY KEY AUTOINCREMENT,    -- one ticket, approval or session
  kind     TEXT NOT NULL CHECK (kind IN ('ticket', 'approval', 'session')), -- what it is
  hall_id  INTEGER NOT NULL REFERENCES hall(id), -- of which hall
  day      INTEGER NOT NULL,                     -- a ticket's local date as 20261122; 0 for the others
  key      TEXT NOT NULL COLLATE NOCASE,         -- ticket number, approval ID or session ID; of a trade without one "PROJECT:SECTION:TYPE"
  title    TEXT,                                 -- the matter, from the newest event that tells it
  first_us INTEGER NOT NULL,                     -- first and last event
  last_us  INTEGER NOT NULL,                     -- time of its last event
  part     TEXT NOT NULL DEFAULT '',             -- 'id:…' or 'source:…' of a ticket whose number is another's too that day; see link/ticket.h
  UNIQUE (kind, hall_id, key, day, part)
);
CREATE INDEX subject_key ON subject (key, last_us);
CREATE INDEX subject_day ON subject (day, key);    -- search among the tickets of a day
CREATE INDEX subject_last ON subject (last_us);    -- search for what is common: newest first
CREATE INDEX subject_long ON subject (last_us) WHERE last_us - first_us > 86400000000 AND kind <> 'approval'; -- the few that last more than a day, for link/place_link.h

CREATE TABLE subject_event (                          -- an event may speak of a ticket and of an approval at once
  subject_id INTEGER NOT NULL REFERENCES subject(id), -- the ticket, approval or session
  event_id   INTEGER NOT NULL REFERENCES event(id),   -- the event that names it
  PRIMARY KEY (subject_id, event_id)
) WITHOUT ROWID;
CREATE INDEX subject_event_event ON subject_event (event_id);

CREATE TABLE facet (                            -- what subjects are found by besides their numbers; see find/facet.h
  id      INTEGER PRIMARY KEY,                  -- of this node alone
  kind    TEXT NOT NULL CHECK (kind IN ('staff', 'business', 'matter', 'place')), -- what it is
  value   TEXT NOT NULL,                        -- staff ID, business type …: ASCII letters in upper case
  hall_id INTEGER NOT NULL REFERENCES hall(id), -- of which hall: two may give one number to different people
  UNIQUE (kind, value, hall_id)
);

CREATE TABLE subject_facet (                            -- a sitting of a subject that has the facet; follows its events
  facet_id   INTEGER NOT NULL REFERENCES facet(id),     -- which one
  last_us    INTEGER NOT NULL,                          -- the last event of the sitting
  subject_id INTEGER NOT NULL REFERENCES subject(id),   -- of which ticket, approval or session
  first_us   INTEGER NOT NULL,                          -- the first event of the sitting
  spelling   TEXT,                                      -- of the value; NULL = as facet.value
  PRIMARY KEY (facet_id, last_us, subject_id)
) WITHOUT ROWID;
CREATE INDEX subject_facet_subject ON subject_facet (subject_id);

CREATE TABLE span (                                      -- 关联区间: subject × camera × time
  id             INTEGER PRIMARY KEY AUTOINCREMENT,      -- one link
  subject_id     INTEGER NOT NULL REFERENCES subject(id), -- whose footage it is
  place_id       INTEGER NOT NULL REFERENCES place(id),  -- where it happened
  camera_id      INTEGER NOT NULL REFERENCES camera(id), -- the camera that saw it
  from_us        INTEGER NOT NULL,                       -- first moment that is shown
  to_us          INTEGER,                                -- NULL: the visit goes on
  method         TEXT NOT NULL CHECK (method IN ('visit', 'step', 'session')), -- visit: called to finished of a ticket; step: one event at a place; session: started to ended
  confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1), -- 1.0: call and end known; see link/linker.h
  uncertainty_us INTEGER NOT NULL,                       -- by which it was widened for the clocks, a duration
  linked_us      INTEGER NOT NULL,                       -- when the linker made it
  superseded_us  INTEGER                                 -- NULL while it holds; superseded spans are kept
);
CREATE INDEX span_subject ON span (subject_id) WHERE superseded_us IS NULL;
CREATE INDEX span_camera ON span (camera_id, from_us, to_us, subject_id) WHERE superseded_us IS NULL; -- what footage was linked to, for retention
CREATE INDEX span_long ON span (camera_id, from_us) WHERE superseded_us IS NULL AND to_us - from_us > 86400000000; -- the few that last more than a day: they touch what is far behind their beginning

CREATE TABLE link_rule (      -- how much footage around what happened
  method    TEXT PRIMARY KEY, -- as span.method
  before_us INTEGER NOT NULL, -- durations
  after_us  INTEGER NOT NULL, -- duration
  max_us    INTEGER NOT NULL  -- a visit that never finishes is cut here
) WITHOUT ROWID;
INSERT INTO link_rule VALUES ('visit', 30000000, 60000000, 7200000000);
INSERT INTO link_rule VALUES ('step', 30000000, 60000000, 7200000000);
INSERT INTO link_rule VALUES ('session', 60000000, 60000000, 14400000000);

CREATE TABLE source_clock (             -- how far the clock of a business system is from the host's; see event/source.h
  id             INTEGER PRIMARY KEY,   -- of this node alone
  source         TEXT NOT NULL,         -- CloudEvents source
  how            TEXT NOT NULL CHECK (how IN ('measured', 'set')), -- from arrivals, or by hand, which prevails
  from_us        INTEGER,               -- by its own clock: events from this moment on; NULL = since ever
  offset_us      INTEGER,               -- the host's clock less the source's, a duration; NULL of a set one: as measured again
  uncertainty_us INTEGER NOT NULL CHECK (uncertainty_us >= 0), -- by which it may be wrong, a duration
  noted_us       INTEGER NOT NULL,      -- when it was found or set
  superseded_us  INTEGER                -- NULL while it holds; superseded ones are kept
);
CREATE INDEX source_clock_source ON source_clock (source, from_us) WHERE superseded_us IS NULL;

CREATE TABLE source_arrival (        -- how long events were under way of late: what a clock is measured from
  source    TEXT NOT NULL,           -- CloudEvents source
  minute_us INTEGER NOT NULL,        -- the minute they arrived in, by the host's clock
  least_us  INTEGER NOT NULL,        -- received less happened, the least of that minute, a duration
  PRIMARY KEY (source, minute_us)
) WITHOUT ROWID;

CREATE TABLE place_link (       -- places whose coverage changed: what happened there is being linked anew, see link/place_link.h
  id       INTEGER PRIMARY KEY, -- of this node alone
  place    TEXT NOT NULL,       -- its code, as in event.place
  from_us  INTEGER NOT NULL,    -- events in [from_us, to_us); if it is to_us: what was going on at that moment
  to_us    INTEGER NOT NULL,    -- the end of that time
  next_us  INTEGER NOT NULL,    -- time of the last event that is done, or from_us; of what was going on: of the last subject
  next_id  INTEGER NOT NULL,    -- its id, or 0
  begun_us INTEGER NOT NULL     -- when it was asked for
);

CREATE TABLE relink (             -- linking anew that is under way; goes on after an interruption
  id       INTEGER PRIMARY KEY,   -- of this node alone
  source   TEXT,                  -- events of this source; NULL = of all, and read again from their bodies
  from_us  INTEGER NOT NULL,      -- that happened in [from_us, to_us), by the source's clock
  to_us    INTEGER NOT NULL,      -- the end of that time
  first_id INTEGER NOT NULL,      -- the event it began with
  next_id  INTEGER NOT NULL,      -- the event to go on with
  last_id  INTEGER NOT NULL,      -- the newest event there was when it began
  begun_us INTEGER NOT NULL       -- when it was asked for
);

CREATE TABLE hold (                                  -- 证据锁定: what keeps footage from being purged; see hold/hold.h
  id              INTEGER PRIMARY KEY AUTOINCREMENT, -- in URLs of the API and in the journals (hold/journal.h)
  kind            TEXT NOT NULL,                     -- 'camera': on cameras and a time; else the kind of its subject
  hall            TEXT NOT NULL,                     -- the subject's hall, as its code: a hold outlives the catalogue it was made in; '' for cameras
  key             TEXT NOT NULL COLLATE NOCASE,      -- the subject's number or ID; '' for cameras
  day             INTEGER NOT NULL,                  -- the subject's day; 0 if it has none
  owner           TEXT NOT NULL,                     -- who answers for it
  reason          TEXT NOT NULL,                     -- why
  case_no         TEXT NOT NULL,                     -- of the case that it belongs to
  review_day      INTEGER NOT NULL,                  -- when somebody should look at it again, as 20261122; 0 = never; it goes on in any case
  created_us      INTEGER NOT NULL,                  -- when it was put
  created_by      TEXT NOT NULL,                     -- by whom
  released_us     INTEGER,                           -- NULL while it is in force
  released_by     TEXT,                              -- who ended it
  released_reason TEXT,                              -- and why
  part            TEXT NOT NULL DEFAULT '',          -- as subject.part: of one ticket alone; '' = of all that have the number that day
  CHECK ((released_us IS NULL) = (released_by IS NULL) AND (released_us IS NULL) = (released_reason IS NULL))
);
CREATE INDEX hold_live ON hold (key, day, kind) WHERE released_us IS NULL;

CREATE TABLE hold_span (                          -- what a hold keeps; rows are added when its subject changes, none goes
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- one stretch
  hold_id     INTEGER NOT NULL REFERENCES hold(id), -- by which hold
  camera      TEXT NOT NULL,                      -- of which camera, all its streams; its code, as hold.hall
  from_us     INTEGER NOT NULL,                   -- first moment that is kept
  to_us       INTEGER NOT NULL,                   -- may lie ahead
  added_us    INTEGER NOT NULL,                   -- when it was put: with the hold, or when later events made it
  released_us INTEGER,                            -- that of the hold
  CHECK (from_us < to_us)
);
CREATE INDEX hold_span_hold ON hold_span (hold_id);
CREATE INDEX hold_span_live ON hold_span (camera, from_us, to_us) WHERE released_us IS NULL;

CREATE TABLE hold_record (                   -- all that ever happened to holds, in order: what the journals are copies of
  seq  INTEGER PRIMARY KEY AUTOINCREMENT,    -- place in that order
  line TEXT NOT NULL                         -- as in the journals, see hold/journal.h
);

-- How long footage is kept: kind of camera × purpose. Footage has the purpose 'footage' always, and the kind of every
-- subject that is linked to it. All rules that fit count, and the longest of them wins, both ways. Sources of the
-- figures below; what no law gives is a value to start from, for the hall to change:
--   any footage   30: 公共安全视频图像信息系统管理条例 (State Council order 799, from 2025-04-01) art. 17. 90: the law gives no
--                 maximum but "the shortest time necessary" (PIPL art. 19); 90 days is what 反恐怖主义法 art. 32 asks of
--                 designated places as a minimum, and what halls plan their disks for
--   room          a bid room unless told otherwise: whatever a missing link might hide must not go by age alone
--   session       face-to-face video: no national figure; years, as promises are followed up
--   ticket        beyond the 60 days in which reconsideration may be asked for (行政复议法)
--   approval      the six months in which a decision may be sued over (行政诉讼法 art. 46), and some
--   trade         15 years from the end of the procurement: 政府采购法 art. 42; no maximum: archived with the files
CREATE TABLE retention_rule (                              -- one row a kind and purpose
  kind     TEXT NOT NULL CHECK (kind IN ('any', 'window', 'hall', 'room', 'session')), -- of the camera
  purpose  TEXT NOT NULL,                                 -- 'footage', or the kind of a linked subject
  min_days INTEGER NOT NULL CHECK (min_days >= 1),        -- kept at least so long, from its end
  max_days INTEGER CHECK (max_days >= min_days),          -- gone by then; NULL = never by age
  PRIMARY KEY (kind, purpose)
) WITHOUT ROWID;
INSERT INTO retention_rule VALUES ('any', 'footage', 30, 90);
INSERT INTO retention_rule VALUES ('room', 'footage', 90, NULL);
INSERT INTO retention_rule VALUES ('session', 'footage', 365, 1825);
INSERT INTO retention_rule VALUES ('any', 'ticket', 90, 180);
INSERT INTO retention_rule VALUES ('any', 'approval', 180, 730);
INSERT INTO retention_rule VALUES ('any', 'session', 365, 1825);
INSERT INTO retention_rule VALUES ('any', 'trade', 5479, NULL);

CREATE TABLE purge_run (                        -- one run of `mingjing purge` that was not a dry one
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- one run
  started_us INTEGER NOT NULL,                  -- when it began
  ended_us   INTEGER,                           -- NULL: it runs, or was killed; the next one finishes what it began
  segments   INTEGER NOT NULL,                  -- how many it deleted
  bytes      INTEGER NOT NULL                   -- and how much they were
);

CREATE TABLE purge_batch (                      -- segments that were marked in one transaction; see purge/purge.h
  id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- one batch
  run_id    INTEGER NOT NULL REFERENCES purge_run(id), -- of which run
  volume_id INTEGER NOT NULL REFERENCES volume(id), -- where its files lie
  first_id  INTEGER NOT NULL,                   -- of its dispositions
  last_id   INTEGER NOT NULL,                   -- of its dispositions, which follow each other
  marked_us INTEGER NOT NULL,                   -- when they were marked
  done_us   INTEGER                             -- when their files were gone for good; NULL: still to be removed
);
CREATE INDEX purge_batch_pending ON purge_batch (id) WHERE done_us IS NULL;
CREATE INDEX purge_batch_run ON purge_batch (run_id);

CREATE TABLE disposition (                       -- 处置记录: that a segment was deleted, for ever
  id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- one segment
  batch_id   INTEGER NOT NULL REFERENCES purge_batch(id), -- by which run, when
  segment_id INTEGER NOT NULL,                   -- its id while it lived; not used again
  stream_id  INTEGER NOT NULL REFERENCES stream(id), -- of which stream
  start_us   INTEGER NOT NULL,                   -- as segment.start_us
  end_us     INTEGER NOT NULL,                   -- as segment.end_us
  bytes      INTEGER NOT NULL,                   -- of its file
  sha256     BLOB,                               -- of its file: outlives it, so that a copy of it can still be checked
  path       TEXT NOT NULL,                      -- below its volume's folder
  rule       TEXT NOT NULL                       -- why it might go, see retention/retention.h
);
CREATE TABLE disposition_run (                   -- where the dispositions of a time are: those of one batch and stream that began in one hour
  stream_id INTEGER NOT NULL REFERENCES stream(id), -- of which stream
  from_us   INTEGER NOT NULL,                    -- the first start among them
  first_id  INTEGER NOT NULL,                    -- the first of them
  last_id   INTEGER NOT NULL,                    -- the last of them; others may lie between
  to_us     INTEGER NOT NULL,                    -- the last end among them
  PRIMARY KEY (stream_id, from_us, first_id)
) WITHOUT ROWID;

CREATE TABLE volume_outlook (                    -- what becomes of a volume, as the last purge found it; see retention/forecast.h
  volume_id   INTEGER PRIMARY KEY REFERENCES volume(id), -- which volume
  at_us       INTEGER NOT NULL,                  -- when that was
  used_bytes  INTEGER NOT NULL,                  -- of footage
  held_bytes  INTEGER NOT NULL,                  -- of it: held
  bound_bytes INTEGER NOT NULL,                  -- of it: not held, and within its minimum
  spare_bytes INTEGER NOT NULL,                  -- of it: may go
  room_bytes  INTEGER NOT NULL,                  -- that may still be written; negative when it is over
  day_bytes   INTEGER NOT NULL,                  -- recorded a day of late
  short_us    INTEGER,                           -- when nothing may go any more and there is no room; NULL = not in sight
  cause       TEXT CHECK (cause IN ('held', 'minimum')) -- what keeps what is left then; NULL with short_us
);

CREATE TABLE user (                                 -- people
  id           INTEGER PRIMARY KEY AUTOINCREMENT,   -- one account
  name         TEXT NOT NULL UNIQUE COLLATE NOCASE, -- what is typed at sign-in
  role         TEXT NOT NULL CHECK (role IN ('operator', 'investigator', 'supervisor', 'auditor', 'sysadmin', 'secadmin')), -- what the account may do
  password     TEXT NOT NULL,                       -- crypt(5), yescrypt
  created_us   INTEGER NOT NULL,                    -- when it was made
  disabled_us  INTEGER,                                  -- NULL while the account may be used
  must_change  INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)), -- the password was given by somebody else: nothing but changing it
  limited      INTEGER NOT NULL DEFAULT 0 CHECK (limited IN (0, 1)) -- sees the places of user_scope alone; see account/scope.h
);

CREATE TABLE user_scope (                           -- the places that a limited account sees
  user_id  INTEGER NOT NULL REFERENCES user(id),    -- which account
  place_id INTEGER NOT NULL REFERENCES place(id) ON DELETE CASCADE, -- and which place
  PRIMARY KEY (user_id, place_id)
) WITHOUT ROWID;

CREATE TABLE user_totp (                                -- second factors, see account/second.h
  user_id      INTEGER PRIMARY KEY REFERENCES user(id), -- whose
  secret       BLOB NOT NULL,                           -- sealed with web/totp.key
  confirmed_us INTEGER,                                 -- when a first code was right; NULL: it asks for none yet
  last_step    INTEGER NOT NULL                         -- of the newest code that was taken: none is taken twice
);

CREATE TABLE recovery_code (                        -- instead of a code when the telephone is gone
  user_id     INTEGER NOT NULL REFERENCES user(id), -- whose
  code_sha256 BLOB NOT NULL,                        -- 80 random bits; the code itself is nowhere
  used_us     INTEGER,                              -- NULL while it may be used, once
  PRIMARY KEY (user_id, code_sha256)
) WITHOUT ROWID;

CREATE TABLE login_failure (     -- wrong passwords of late, by the name that was typed: of accounts and of no accounts alike
  name_sha256 BLOB PRIMARY KEY, -- of the name in lower case
  failures    INTEGER NOT NULL, -- since the last right one
  failed_us   INTEGER NOT NULL  -- when the last of them was
) WITHOUT ROWID;

CREATE TABLE login (                                 -- a browser that is signed in
  token_sha256 BLOB PRIMARY KEY,                     -- of the cookie; the cookie itself is nowhere
  user_id      INTEGER NOT NULL REFERENCES user(id), -- who is signed in
  created_us   INTEGER NOT NULL,                     -- when that began
  seen_us      INTEGER NOT NULL,                     -- last request, to the minute
  expires_us   INTEGER NOT NULL,                     -- signed out then, unless seen before
  ends_us      INTEGER NOT NULL DEFAULT 9223372036854775807 -- and then in any case
) WITHOUT ROWID;

CREATE TABLE login_rule (                               -- how long a login lasts, by role
  role       TEXT PRIMARY KEY,                          -- as user.role
  idle_us    INTEGER NOT NULL CHECK (idle_us > 0),      -- without a request, a duration
  longest_us INTEGER NOT NULL CHECK (longest_us >= idle_us) -- in any case, a duration
) WITHOUT ROWID;
INSERT INTO login_rule VALUES ('operator', 43200000000, 50400000000);
INSERT INTO login_rule VALUES ('investigator', 3600000000, 43200000000);
INSERT INTO login_rule VALUES ('supervisor', 3600000000, 43200000000);
INSERT INTO login_rule VALUES ('auditor', 1800000000, 43200000000);
INSERT INTO login_rule VALUES ('sysadmin', 1800000000, 43200000000);
INSERT INTO login_rule VALUES ('secadmin', 1800000000, 43200000000);

CREATE TABLE view_reason (           -- why somebody looks at footage, for as long as the login lasts; see account/reason.h
  id           INTEGER PRIMARY KEY,  -- of this node alone; in addresses of footage
  login_sha256 BLOB NOT NULL REFERENCES login(token_sha256) ON DELETE CASCADE, -- said in which login
  kind         TEXT NOT NULL CHECK (kind IN ('ticket', 'approval', 'session', 'place', 'camera')), -- of what
  ref_id       INTEGER NOT NULL,     -- its id: of the subject, the place or the camera
  object       TEXT NOT NULL,        -- its number, ID or code, as the audit log tells it
  day          INTEGER NOT NULL,     -- of a ticket; else 0
  reason       TEXT NOT NULL,        -- why
  case_no      TEXT NOT NULL,        -- of the case that it is for
  given_us     INTEGER NOT NULL      -- when it was said
);
CREATE INDEX view_reason_login ON view_reason (login_sha256);

-- How pictures stand on the live wall, by name; see layout.h.
CREATE TABLE layout (                     -- one of them
  id         INTEGER PRIMARY KEY,         -- of this node alone
  owner_id   INTEGER REFERENCES user(id), -- whose; NULL = shared, everybody's
  name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40), -- as people call it
  body       TEXT NOT NULL,               -- a JSON object {"size", "cameras", "tour_seconds"}
  changed_us INTEGER NOT NULL             -- when it was saved last
);
CREATE UNIQUE INDEX layout_name ON layout (coalesce(owner_id, 0), name);

CREATE TABLE api_token (                          -- a program that may call
  id           INTEGER PRIMARY KEY AUTOINCREMENT, -- one token
  name         TEXT NOT NULL UNIQUE,              -- which program has it
  token_sha256 BLOB NOT NULL UNIQUE,              -- of the token; the token itself is nowhere
  scope        TEXT NOT NULL CHECK (scope IN ('events', 'read')), -- events: may add them; read: may look
  created_us   INTEGER NOT NULL,                  -- when it was made
  revoked_us   INTEGER,                           -- NULL while it may be used
  used_us      INTEGER,                           -- when it last was, to some minutes; NULL = never
  expires_us   INTEGER                            -- may not be used from then on; NULL = no end
);

CREATE TABLE alarm (                              -- 告警: a condition that holds now, or held; see alarm/alarm.h
  id             INTEGER PRIMARY KEY AUTOINCREMENT, -- in URLs of the API
  kind           TEXT NOT NULL,                   -- see IDX_ALARM_… in alarm/alarm.h
  object         TEXT NOT NULL,                   -- of which camera and stream, volume, source, alert …: together with kind, what it is about
  severity       TEXT NOT NULL CHECK (severity IN ('yellow', 'red')), -- the worst it was
  code           TEXT NOT NULL,                   -- what precisely, as the page has words for it: 'offline', 'full', 'held' …
  detail         TEXT NOT NULL,                   -- what is wrong and what to do, in words
  camera         TEXT,                            -- whose footage shows the moment; its code
  place          TEXT,                            -- where, if it is one place; its code
  at_us          INTEGER NOT NULL,                -- the moment: of an alert, when it happened; else since_us
  since_us       INTEGER NOT NULL,                -- when it began
  seen_us        INTEGER NOT NULL,                -- when it was raised
  quiet_us       INTEGER,                         -- since when it no longer holds, and may come back; NULL while it holds
  until_us       INTEGER,                         -- when it ended; NULL while it is open
  times          INTEGER NOT NULL,                -- how often it came, this one included
  event_id       INTEGER REFERENCES event(id),    -- of an alert: what said so
  acknowledged_us INTEGER,                        -- when somebody took it; NULL = nobody has
  acknowledged_by TEXT,                           -- who
  note           TEXT,                            -- what they had to say of it
  CHECK ((acknowledged_us IS NULL) = (acknowledged_by IS NULL))
);
CREATE UNIQUE INDEX alarm_open ON alarm (kind, object) WHERE until_us IS NULL;
CREATE INDEX alarm_seen ON alarm (seen_us, id);
CREATE INDEX alarm_event ON alarm (event_id) WHERE event_id IS NOT NULL;

CREATE TABLE lease (              -- what one process at a time does; see lease.h
  name     TEXT PRIMARY KEY,      -- 'alarms'
  owner    TEXT NOT NULL,         -- which process has it
  until_us INTEGER NOT NULL       -- until then, unless it says so again
) WITHOUT ROWID;

CREATE TABLE mark_kind (                          -- 标记类型: what a mark may say, see mark/kind.h
  code     TEXT PRIMARY KEY,                      -- mark.kind, and rule_code of its event
  zh       TEXT NOT NULL,                         -- in words, which its event keeps
  en       TEXT NOT NULL,                         -- the same in English
  level    TEXT NOT NULL CHECK (level IN ('warning', 'yellow', 'red')), -- of its event
  rank     INTEGER NOT NULL,                      -- in which order they are offered: 1, 2, 3 …
  ended_us INTEGER                                -- since when it is offered no more; NULL = it is
) WITHOUT ROWID;
INSERT INTO mark_kind VALUES ('absent', '离岗', 'absent from post', 'warning', 1, NULL);
INSERT INTO mark_kind VALUES ('attitude', '态度', 'attitude', 'warning', 2, NULL);
INSERT INTO mark_kind VALUES ('phone', '玩手机', 'on the phone', 'warning', 3, NULL);
INSERT INTO mark_kind VALUES ('dispute', '纠纷', 'dispute', 'warning', 4, NULL);
INSERT INTO mark_kind VALUES ('other', '其他', 'other', 'warning', 5, NULL);

CREATE TABLE mark (                               -- 标记: what a person saw in a picture, see mark/mark.h; the event says the rest
  id           INTEGER PRIMARY KEY AUTOINCREMENT, -- in URLs of the API
  event_id     INTEGER NOT NULL UNIQUE REFERENCES event(id), -- hall.alert.raised, of this node
  camera       TEXT NOT NULL,                     -- the code of the camera
  at_us        INTEGER NOT NULL,                  -- when the picture was taken
  kind         TEXT NOT NULL,                     -- of mark_kind, as it was then: 'absent' …
  words        TEXT,                              -- what else was seen
  made_by      TEXT NOT NULL,                     -- who
  made_us      INTEGER NOT NULL,                  -- and when
  place        TEXT,                              -- where; its code
  subject_id   INTEGER REFERENCES subject(id),    -- what was going on there then
  still_sha256 BLOB NOT NULL                      -- of the picture
);
CREATE INDEX mark_made ON mark (made_us, id);

CREATE TABLE mark_still (                           -- apart from mark, so that lists stay small
  mark_id INTEGER PRIMARY KEY REFERENCES mark(id),  -- of which mark
  jpeg    BLOB NOT NULL                             -- the picture; outlives its footage
);

CREATE TABLE meeting (                            -- 面对面会话: one that is planned, goes on or is over, see meet/meet.h
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- one session
  session       TEXT NOT NULL UNIQUE,             -- session_id in events
  place         TEXT NOT NULL,                    -- where it is; its code
  topic         TEXT,                             -- of what it is
  slot_start_us INTEGER,                          -- when it is to begin; NULL = at any time
  slot_end_us   INTEGER,                          -- and to end
  created_us    INTEGER NOT NULL,                 -- when it was planned
  opened_us     INTEGER,                          -- when the first party came
  ended_us      INTEGER,                          -- when it was ended
  CHECK ((slot_start_us IS NULL) = (slot_end_us IS NULL))
);
CREATE INDEX meeting_planned ON meeting (place, slot_start_us) WHERE ended_us IS NULL;
CREATE INDEX meeting_going_on ON meeting (place) WHERE opened_us IS NOT NULL AND ended_us IS NULL;

CREATE TABLE meeting_leg (                        -- a party of it
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- one leg
  meeting_id    INTEGER NOT NULL REFERENCES meeting(id), -- of which session
  code          TEXT NOT NULL,                    -- leg_id in events
  role          TEXT NOT NULL CHECK (role IN ('citizen', 'official', 'observer')), -- who sits there
  token_sha256  BLOB NOT NULL UNIQUE,             -- of its join token; the token itself is nowhere
  expires_us    INTEGER NOT NULL,                 -- when that counts for nothing any more
  camera        TEXT,                             -- code of the camera that its footage is of; NULL before its first offer
  consent_us    INTEGER,                          -- when the party agreed to be recorded
  consent_text_ver TEXT,                          -- and to which version of the notice
  terminal      TEXT,                             -- code of the camera that is the room terminal which is this party; NULL = a browser
  UNIQUE (meeting_id, code),
  CHECK ((consent_us IS NULL) = (consent_text_ver IS NULL))
);

CREATE TABLE meeting_slot (                       -- when a department has time for a session, see meet/slot.h
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- in URLs of the API
  dept          TEXT NOT NULL,                    -- whose it is
  official      TEXT,                             -- staff_id of who will sit there; NULL = not said
  place         TEXT NOT NULL,                    -- where; its code
  topics        TEXT NOT NULL,                    -- JSON array of the categories that it is for; empty: all
  start_us      INTEGER NOT NULL,                 -- when it begins
  end_us        INTEGER NOT NULL,                 -- and ends
  created_us    INTEGER NOT NULL,                 -- when it was published
  withdrawn_us  INTEGER,                          -- when it was withdrawn; NULL = it was not
  link_sha256   BLOB NOT NULL UNIQUE,             -- of the token of its link, by which a citizen books it
  meeting_id    INTEGER UNIQUE REFERENCES meeting(id), -- the session that has it; NULL = it is free
  CHECK (end_us > start_us)
);
CREATE INDEX meeting_slot_time ON meeting_slot (start_us);

CREATE TABLE meeting_booking (                    -- what is known of a session beside its parties, see meet/book.h
  meeting_id    INTEGER PRIMARY KEY REFERENCES meeting(id), -- of which session
  dept          TEXT,                             -- whose official it is
  official      TEXT,                             -- staff_ids of those who sit there, one a line
  citizen_ref   TEXT,                             -- a hash or number of another system's; never a name
  ticket_no     TEXT,                             -- the ticket, if there is one
  approval_id   TEXT,                             -- the approval, if there is one
  cancelled_us  INTEGER,                          -- when it was cancelled, before it began
  node_code     TEXT,                             -- where the citizen sits: the station of the city, town or village
  satisfaction  INTEGER CHECK (satisfaction BETWEEN 1 AND 5), -- how the citizen rates it: 5 very satisfied … 1 not at all
  rated_us      INTEGER                           -- and when
);

CREATE TABLE meeting_notice (                     -- what parties are told and agree to before they are recorded, see meet/notice.h
  version TEXT PRIMARY KEY,                       -- consent_text_ver in events
  zh      TEXT NOT NULL,                          -- its words; paragraphs are lines
  en      TEXT,                                   -- the same in English, if there is that
  made_us INTEGER NOT NULL,                       -- since when it is shown: the newest is
  sha256  TEXT NOT NULL                           -- of zh, a newline, and en
) WITHOUT ROWID;

CREATE TABLE promise (                            -- 承诺, see meet/promise.h
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- one promise
  code          TEXT NOT NULL UNIQUE,             -- promise_id in events
  session       TEXT NOT NULL,                    -- session_id of where it was made
  dept          TEXT,                             -- whose it is, as far as is known
  owner         TEXT NOT NULL,                    -- who sees to it
  text          TEXT NOT NULL,                    -- what
  due_us        INTEGER NOT NULL,                 -- when the day on which it is due is over
  made_us       INTEGER NOT NULL,                 -- when it was made
  done_us       INTEGER,                          -- when it was done; NULL = not yet
  done_by       TEXT,                             -- who says so
  proof         TEXT,                             -- what shows it
  proof_sha256  TEXT,                             -- of a file that shows it
  CHECK ((done_us IS NULL) = (proof IS NULL))
);
CREATE INDEX promise_session ON promise (session);
CREATE INDEX promise_due ON promise (due_us) WHERE done_us IS NULL;

CREATE TABLE work_day (                           -- 工作日: days that are not as their weekday says, see work_day.h
  day           INTEGER PRIMARY KEY,              -- of the hall, as 20270101
  works         INTEGER NOT NULL CHECK (works IN (0, 1)), -- 0: a day off 节假日; 1: a weekend's day that is worked 调休
  name          TEXT                              -- what it is called: 元旦
) WITHOUT ROWID;

CREATE TABLE webhook (                                 -- who is told of alarms and marks, see alarm/webhook.h
  id           INTEGER PRIMARY KEY AUTOINCREMENT,      -- one receiver
  url          TEXT NOT NULL UNIQUE,                   -- without credentials
  kinds        TEXT NOT NULL,                          -- of alarms, parted by ','; '' = all, and marks
  secret       BLOB NOT NULL,                          -- what signs, sealed with webhook.key
  created_us   INTEGER NOT NULL,                       -- when it was added
  delivered    INTEGER NOT NULL,                       -- how many it took
  dropped      INTEGER NOT NULL,                       -- how many were given up, or pushed out of a full queue
  tries        INTEGER NOT NULL,                       -- failures in a row
  next_us      INTEGER NOT NULL,                       -- not before
  failed_us    INTEGER,                                -- when it failed last
  failure      TEXT                                    -- how
);

CREATE TABLE webhook_delivery (                          -- what waits to be sent, oldest first; gone when it was taken
  id         INTEGER PRIMARY KEY AUTOINCREMENT,          -- told to the receiver, who may get one twice
  webhook_id INTEGER NOT NULL REFERENCES webhook(id),    -- to whom
  made_us    INTEGER NOT NULL,                           -- when it happened
  body       TEXT NOT NULL                               -- JSON
);
CREATE INDEX webhook_delivery_hook ON webhook_delivery (webhook_id, id);

CREATE TABLE audit (                  -- 审计日志: who did, saw or was refused what; rows are added and never changed, see audit/audit.h
  seq         INTEGER PRIMARY KEY,    -- 1, 2, 3 … of this node alone, without a hole
  at_us       INTEGER NOT NULL,       -- when, by the host's clock
  who         TEXT NOT NULL,          -- account, token, 'cli:root', 'system', 'nobody'; with role it says who without doubt
  role        TEXT NOT NULL,          -- of the account then; or 'token', 'cli', 'system', 'nobody'
  address     TEXT,                   -- whence, without port; on the machine itself NULL, or who signed in there
  what        TEXT NOT NULL,          -- 'find', 'view', 'hold.add' …
  object_kind TEXT,                   -- 'ticket', 'approval', 'user', 'hold' …
  object      TEXT COLLATE NOCASE,    -- its number, ID or name
  day         INTEGER,                -- of a ticket, as 20261122
  camera      TEXT,                   -- code of the camera
  from_us     INTEGER,                -- of the footage or validity; NULL = not told, or open
  to_us       INTEGER,                -- its end, likewise
  reason      TEXT,                   -- why, as it was said
  case_no     TEXT,                   -- of the case that it was for
  result      TEXT NOT NULL CHECK (result IN ('ok', 'denied', 'failed')), -- denied: not permitted
  words       TEXT,                   -- what went wrong
  detail      TEXT,                   -- what else is worth knowing: a JSON object
  hash        BLOB NOT NULL CHECK (length(hash) = 32) -- of this row and the hash before it, see audit/audit.h
);
CREATE INDEX audit_at ON audit (at_us);
CREATE INDEX audit_who ON audit (who, at_us);
CREATE INDEX audit_what ON audit (what, at_us);
CREATE INDEX audit_object ON audit (object, at_us) WHERE object IS NOT NULL;
CREATE INDEX audit_camera ON audit (camera, at_us) WHERE camera IS NOT NULL;
CREATE INDEX audit_case ON audit (case_no COLLATE NOCASE, at_us) WHERE case_no IS NOT NULL;
CREATE INDEX audit_seen ON audit (camera, to_us, from_us) WHERE what IN ('view', 'clip', 'clip.make'); -- who saw this, see audit/looked.h
-- against mistakes; the chain of hashes is against malice
CREATE TRIGGER audit_turn BEFORE INSERT ON audit
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit) BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are added in their turn'); END;
CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are never changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'rows of the audit log are never deleted'); END;

-- capture compares this number to see whether cameras changed
CREATE TRIGGER camera_changed AFTER UPDATE ON camera BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_added AFTER INSERT ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_changed AFTER UPDATE ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;
CREATE TRIGGER stream_removed AFTER DELETE ON stream BEGIN
  UPDATE setting SET value = value + 1 WHERE key = 'cameras_generation'; END;

-- Whatever the programs do.
CREATE TRIGGER segment_held BEFORE DELETE ON segment WHEN OLD.bytes > OLD.init_bytes AND EXISTS (
  SELECT 1 FROM stream s JOIN camera c ON c.id = s.camera_id JOIN hold_span h ON h.camera = c.code
  WHERE s.id = OLD.stream_id AND h.released_us IS NULL AND h.from_us < OLD.end_us AND h.to_us > OLD.start_us) BEGIN
  SELECT RAISE(ABORT, 'held footage is not deleted'); END;
CREATE TRIGGER hold_kept BEFORE DELETE ON hold BEGIN
  SELECT RAISE(ABORT, 'a hold is released, never deleted'); END;
CREATE TRIGGER hold_span_kept BEFORE DELETE ON hold_span BEGIN
  SELECT RAISE(ABORT, 'what a hold keeps is released, never deleted'); END;
CREATE TRIGGER hold_span_final BEFORE UPDATE OF id, hold_id, camera, from_us, to_us, added_us ON hold_span BEGIN
  SELECT RAISE(ABORT, 'what a hold keeps is never changed'); END;
CREATE TRIGGER hold_record_kept BEFORE DELETE ON hold_record BEGIN
  SELECT RAISE(ABORT, 'records of holds are never deleted'); END;
CREATE TRIGGER hold_record_final BEFORE UPDATE ON hold_record BEGIN
  SELECT RAISE(ABORT, 'records of holds are never changed'); END;
CREATE TRIGGER meeting_notice_kept BEFORE DELETE ON meeting_notice BEGIN
  SELECT RAISE(ABORT, 'what parties agreed to stays'); END;
CREATE TRIGGER meeting_notice_final BEFORE UPDATE ON meeting_notice BEGIN
  SELECT RAISE(ABORT, 'what parties agreed to is never changed'); END;
CREATE TRIGGER disposition_kept BEFORE DELETE ON disposition BEGIN
  SELECT RAISE(ABORT, 'dispositions stay for ever'); END;
CREATE TRIGGER disposition_final BEFORE UPDATE ON disposition BEGIN
  SELECT RAISE(ABORT, 'dispositions are never changed'); END;
CREATE TRIGGER disposition_run_kept BEFORE DELETE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions stay for ever'); END;
CREATE TRIGGER disposition_run_final BEFORE UPDATE ON disposition_run BEGIN
  SELECT RAISE(ABORT, 'dispositions are never changed'); END;
