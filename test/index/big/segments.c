// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows as capture leaves them, written with SQL of our own in one go: twenty million times three calls would
 * take an hour. */
#include "index/db.h"
#include "test/index/big/hall.h"

#include "index/segment/fragment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OUTAGE_MINUTES 37 // a camera that is off is off so long,
#define OUTAGE_ONE_IN 997 // and that happens to one in so many such times
#define PICTURE_US 40000

static const char SQL_SEGMENT[] =
    "INSERT INTO segment (stream_id, start_us, end_us, state, joins, path, bytes, init_bytes, "
    "sha256,"
    " media_start_us, frames, video, width, height, audio, clock, clock_offset_us,"
    " clock_uncertainty_us, volume_id) VALUES (?, ?, ?, 'closed', ?, ?, ?, 1289, ?, ?, 1500, "
    "'h264',"
    " 1920, 1080, ?, 'camera', ?, 5000, 1)";
static const char SQL_INDEX[] = "INSERT INTO segment_index (segment_id, fragments) VALUES (?, ?)";
static const char SQL_GAP[] = "INSERT INTO gap (stream_id, from_us, to_us, reason, detail)"
                              " VALUES (?, ?, ?, 'offline', 'Connection refused')";

int64_t big_segment_start(const BigHall *hall, int camera, int64_t minute)
{
    uint64_t h = big_hash(hall->seed, 7000 + (uint64_t)camera, (uint64_t)minute);
    return hall->start_us + minute * MJ_MINUTE_US + camera * INT64_C(590000) +
           (int64_t)(h % 3) * PICTURE_US;
}

bool big_segment_missing(const BigHall *hall, int camera, int64_t minute)
{
    uint64_t block = (uint64_t)((minute + camera) / OUTAGE_MINUTES);
    return big_hash(hall->seed, 100 + (uint64_t)camera, block) % OUTAGE_ONE_IN == 0;
}

/* The stored form of segment/fragment.h: half of the cameras send a key frame each second, half every other. */
static void put(GByteArray *blob, uint64_t value)
{
    uint8_t bytes[10];
    guint n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    g_byte_array_append(blob, bytes, n);
}

static int64_t make_fragments(GByteArray *blob, int camera, int64_t length_us, uint64_t h)
{
    int64_t each_us = camera % 2 ? 2 * MJ_SECOND_US : MJ_SECOND_US, bytes = 0;
    g_byte_array_set_size(blob, 0);
    for (int64_t at = 0, i = 0; at < length_us; i++) {
        int64_t one_us = length_us - at < each_us + MJ_SECOND_US / 2 ? length_us - at : each_us;
        uint64_t length = 200000 * (uint64_t)(each_us / MJ_SECOND_US) + (h >> (i % 40)) % 250000;
        put(blob, length << 1 | 1);
        put(blob, (uint64_t)one_us);
        bytes += (int64_t)length;
        at += one_us;
    }
    return bytes;
}

/* Of the calendar, without asking a time zone for each of millions. */
static void make_path(char *path, size_t size, const char *camera, int64_t start_us)
{
    time_t seconds = (time_t)(start_us / MJ_SECOND_US);
    static _Thread_local time_t known_day = -1;
    static _Thread_local struct tm day;
    if (seconds / 86400 != known_day) {
        known_day = seconds / 86400;
        gmtime_r(&seconds, &day);
    }
    int rest = (int)(seconds % 86400);
    snprintf(path, size, "%s/main/%04d%02d%02d/%02d%02d%02d.%03dZ.mp4", camera, day.tm_year + 1900,
             day.tm_mon + 1, day.tm_mday, rest / 3600, rest / 60 % 60, rest % 60,
             (int)(start_us / 1000 % 1000));
}

typedef struct Store {
    const BigHall *hall;
    IdxCatalogue *cat;
    sqlite3_stmt *segment, *index, *gap;
    GByteArray *blob;
    char *codes[BIG_CAMERAS];
    int64_t off_since[BIG_CAMERAS]; // the minute; -1 while it records
    int64_t left;                   // segments that are still to be made
} Store;

static bool run(Store *s, sqlite3_stmt *statement, GError **error)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || idx_db_fail(s->cat, "fill", error);
}

static bool store_one(Store *s, int camera, int64_t minute, GError **error)
{
    char path[96];
    uint64_t sha[4];
    int64_t start_us = big_segment_start(s->hall, camera, minute);
    int64_t end_us = big_segment_start(s->hall, camera, minute + 1);
    uint64_t h = big_hash(s->hall->seed, (uint64_t)camera, (uint64_t)minute);
    for (int i = 0; i < 4; i++)
        sha[i] = big_hash(h, 3, (uint64_t)i);
    int64_t bytes = 1289 + make_fragments(s->blob, camera, end_us - start_us, h);
    make_path(path, sizeof path, s->codes[camera], start_us);
    sqlite3_stmt *q = s->segment;
    sqlite3_bind_int64(q, 1, s->hall->stream[camera]);
    sqlite3_bind_int64(q, 2, start_us);
    sqlite3_bind_int64(q, 3, end_us);
    sqlite3_bind_int(q, 4, s->off_since[camera] < 0);
    sqlite3_bind_text(q, 5, path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 6, bytes);
    sqlite3_bind_blob(q, 7, sha, sizeof sha, SQLITE_STATIC);
    sqlite3_bind_int64(q, 8, start_us - s->hall->start_us);
    sqlite3_bind_text(q, 9, camera < BIG_WINDOWS ? "aac" : NULL, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 10, (int64_t)(h % 200000) - 100000);
    if (!run(s, q, error))
        return false;
    sqlite3_bind_int64(s->index, 1, sqlite3_last_insert_rowid(s->cat->db));
    sqlite3_bind_blob(s->index, 2, s->blob->data, (int)s->blob->len, SQLITE_STATIC);
    s->left--;
    return run(s, s->index, error);
}

static bool end_gap(Store *s, int camera, int64_t minute, GError **error)
{
    int64_t since = s->off_since[camera];
    s->off_since[camera] = -1;
    if (since < 0)
        return true;
    sqlite3_bind_int64(s->gap, 1, s->hall->stream[camera]);
    sqlite3_bind_int64(s->gap, 2, big_segment_start(s->hall, camera, since));
    sqlite3_bind_int64(s->gap, 3, big_segment_start(s->hall, camera, minute));
    return run(s, s->gap, error);
}

static bool store_minute(Store *s, int64_t minute, GError **error)
{
    for (int i = 0; i < BIG_CAMERAS && s->left > 0; i++) {
        if (big_segment_missing(s->hall, i, minute)) {
            s->off_since[i] = s->off_since[i] < 0 ? minute : s->off_since[i];
            continue;
        }
        if (!store_one(s, i, minute, error) || !end_gap(s, i, minute, error))
            return false;
    }
    return true;
}

static bool prepare(Store *s, GError **error)
{
    sqlite3 *db = s->cat->db;
    return (sqlite3_prepare_v2(db, SQL_SEGMENT, -1, &s->segment, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(db, SQL_INDEX, -1, &s->index, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(db, SQL_GAP, -1, &s->gap, NULL) == SQLITE_OK) ||
           idx_db_fail(s->cat, "prepare", error);
}

static void clear(Store *s)
{
    sqlite3_finalize(s->segment);
    sqlite3_finalize(s->index);
    sqlite3_finalize(s->gap);
    for (int i = 0; i < BIG_CAMERAS; i++)
        g_free(s->codes[i]);
    g_byte_array_unref(s->blob);
}

bool big_segments_store(const BigHall *hall, IdxCatalogue *cat, GError **error)
{
    Store s = {.hall = hall, .cat = cat, .blob = g_byte_array_new(), .left = hall->segments};
    for (int i = 0; i < BIG_CAMERAS; i++) {
        s.codes[i] = big_hall_camera(i);
        s.off_since[i] = -1;
    }
    bool ok = prepare(&s, error) && idx_begin(cat, error);
    for (int64_t minute = 0; ok && minute < hall->minutes; minute++)
        ok = store_minute(&s, minute, error);
    clear(&s);
    if (!ok)
        idx_rollback(cat);
    return ok && idx_commit(cat, error);
}
