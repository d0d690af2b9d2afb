// SPDX-License-Identifier: GPL-3.0-or-later
/* Which of the frames that test cameras sent are on disk: in which order, once each, whole, and with
 * the right time. Reads the marks (mark/mark.h) in recorded files; decodes nothing.
 *
 * Order of calls: sent_stored_read (files in the order of time) → sent_log_read → sent_compare.
 * Everything is plain arrays that the caller frees with g_array_unref. Any thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SentFrame { // a line of mingjing-test-rtsp --sent
    uint32_t mount, frame, connection;
    int64_t utc_us;
    bool key, spoiled;
} SentFrame;

typedef struct StoredFrame {   // an access unit on disk
    uint32_t mount, frame;     // 0, 0 if not marked
    int64_t utc_us, camera_us; // as the mark says
    int64_t pts_us;            // media time in the file
    int64_t start_us;          // of the file, as it says itself
    int64_t index_us;          // UTC that this and pts make of it
    guint file;                // of the paths that were read
    bool marked, whole, key;
    bool indexed; // both are there: a file of ours
} StoredFrame;

/* All .mp4 and .mov files below @path in the order of their paths; @path itself if it is a file; the
 * footage if it is a Mingjing home. Element type char *, owned. Appends to @files. */
bool sent_find_files(const char *path, GPtrArray *files, GError **error);

/* The frames of video in @files, in the order in which they are stored. A file that ends in the middle
 * of a fragment is read as far as it goes. GArray of StoredFrame. */
GArray *sent_stored_read(const GPtrArray *files, GError **error);

/* GArray of SentFrame in the order of sending. A last line without its end is left out. */
GArray *sent_log_read(const char *path, GError **error);

typedef struct SentReport {
    int64_t sent;   // by the log; spoiled ones too
    int64_t stored; // access units on disk
    int64_t lost;   // sent whole, not stored, between the first and last stored of its connection
    int64_t head;   // sent before the first stored, or on a connection of which nothing is stored
    int64_t tail;   // sent after the last stored of its connection
    int64_t repeated, disordered; // stored again; stored after a later one
    int64_t damaged;  // not the slices that were sent, though they were not spoiled on the way
    int64_t unmarked; // no mark, or several: garbled on the way, or put together wrongly
    int64_t unknown;  // stored, but not in the log
    int64_t timed;    // have an index time; less the time of the mark, in µs:
    int64_t error_min_us, error_max_us, error_mean_us;
    int64_t error_p95_us; // of the absolute values
    GArray *lost_frames;  // SentFrame
} SentReport;

/* @sent NULL: what is missing between the first and the last stored frame of each mount counts as
 * lost. @mount -1 = all. Clear with sent_report_clear. */
void sent_compare(const GArray *stored, const GArray *sent, int64_t mount, SentReport *ret);
void sent_report_clear(SentReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SentReport, sent_report_clear)
