// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/rebuild/rebuild_own.h"
#include "index/segment/gap.h"

#include <string.h>

#define HOLD_US ((IDX_HOLD_LONGEST_DAYS - 1) * MJ_DAY_US) // of one hold
#define HOLD_REASON                                                                                \
    "the catalogue was made anew from the footage alone; release this when events, kinds of "      \
    "cameras and retention rules are back"
#define COPY_REASON                                                                                \
    "the catalogue is a copy, which does not know what this is linked to; release this when "      \
    "events "                                                                                      \
    "since then were sent again, and kinds of cameras and retention rules are as they were"
#define HOLD_CASE "rebuild"

static const char SQL_STREAM[] = "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id"
                                 " WHERE c.code = ? AND s.name = ?";
static const char SQL_CAMERA[] = "SELECT id FROM camera WHERE code = ?";
static const char SQL_CAMERA_ADD[] =
    "INSERT INTO camera (code, name, kind, created_us) VALUES (?1, ?1, 'window', ?2)";
static const char SQL_STREAM_ADD[] =
    "INSERT INTO stream (camera_id, name, url, record, audio) VALUES (?, ?, '', 0, 'aac')";
/* Made by a rebuild, and not given an address since. */
#define ADDRESSLESS                                                                                \
    "SELECT c.code FROM camera c WHERE c.removed_us IS NULL"                                       \
    " AND NOT EXISTS (SELECT 1 FROM stream s WHERE s.camera_id = c.id AND s.url <> '')"
static const char SQL_ADDRESSLESS[] = ADDRESSLESS " ORDER BY c.code";
static const char SQL_CAMERAS[] = "SELECT code FROM camera ORDER BY code";
/* Until when a copy that is put back knows what happened; 0: there is none. */
static const char SQL_KNOWN_UNTIL[] =
    "SELECT coalesce(max(value), 0) FROM setting WHERE key = 'restoring'";
/* What was held by a rebuild of an earlier catalogue may have been released in its time. */
static const char SQL_HELD_UNTIL[] =
    "SELECT coalesce(max(p.to_us), ?3) FROM hold h JOIN hold_span p ON p.hold_id = h.id"
    " WHERE h.owner = ?1 AND h.case_no = '" HOLD_CASE "' AND p.camera = ?2 AND p.from_us <= ?3"
    " AND p.to_us > ?3"
    " AND h.created_us >= (SELECT value FROM setting WHERE key = 'created_us')";
static const char SQL_MADE[] =
    "SELECT coalesce((SELECT value FROM setting WHERE key = 'created_us'), 0)";
static const char SQL_HAS_NO_ADDRESS[] =
    "SELECT s.url = '' AND c.removed_us IS NULL AND NOT EXISTS (SELECT 1 FROM gap g"
    " WHERE g.stream_id = s.id AND g.to_us IS NULL) FROM stream s"
    " JOIN camera c ON c.id = s.camera_id WHERE s.id = ?";

/* The id that @sql answers; 0 if nothing. */
static bool find_id(Rebuild *r, const char *sql, const char *camera, const char *stream,
                    int64_t *ret, GError **error)
{
    *ret = 0;
    if (!r->cat)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, sql, error, stream ? "tt" : "t", camera, stream);
    int row = idx_db_step(r->cat, q, error);
    if (row > 0)
        *ret = idx_db_int(q, 0);
    return row >= 0;
}

bool idx_rebuild_stream(Rebuild *r, const char *camera, const char *stream, int64_t *ret,
                        GError **error)
{
    return find_id(r, SQL_STREAM, camera, stream, ret, error);
}

/* --- when its footage begins ------------------------------------------------------------------ */

static int64_t start_of(Rebuild *r, const RebuildFile *file, const char *camera, const char *stream)
{
    g_auto(IdxRead) read = {0};
    g_autofree char *its_camera = NULL, *its_stream = NULL;
    if (!idx_recover_read(file->volume->path, file->path, &r->pace, &read, NULL) ||
        read.boxes->fragments->len == 0)
        return 0;
    g_autoptr(IdxSegment) row =
        idx_recover_describe(&read, file->path, file->volume->id, &its_camera, &its_stream, NULL);
    bool ours = row && g_str_equal(its_camera, camera) && g_str_equal(its_stream, stream);
    return ours ? row->start_us : 0;
}

/* Of the first file that says that it is of the stream; 0 if none does. */
static int64_t first_start(Rebuild *r, const char *camera, const char *stream)
{
    g_autofree char *where = g_build_filename(camera, stream, NULL);
    g_autoptr(GPtrArray) days = idx_rebuild_days(r, where, false);
    for (guint i = 0; i < days->len; i++) {
        g_autofree char *day = g_build_filename(where, days->pdata[i], NULL);
        g_autoptr(GArray) files = idx_rebuild_day(r, day, false);
        for (guint j = 0; j < files->len; j++) {
            int64_t us = start_of(r, &g_array_index(files, RebuildFile, j), camera, stream);
            if (us)
                return us;
        }
    }
    return 0;
}

/* --- making them ------------------------------------------------------------------------------ */

static bool tell(IdxCatalogue *cat, const char *code, const char *stream, GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:s, s:s}", "found", "footage", "stream", stream);
    return idx_audit(cat,
                     &(IdxAudit){.what = "camera.add",
                                 .object_kind = "camera",
                                 .object = code,
                                 .camera = code,
                                 .detail = detail},
                     error);
}

static bool make(Rebuild *r, const char *code, const char *stream, int64_t start_us, GError **error)
{
    int64_t id = 0;
    if (!find_id(r, SQL_CAMERA, code, NULL, &id, error))
        return false;
    r->sums->cameras += id == 0;
    if (r->how->dry_run)
        return true;
    if (!idx_db_scope_begin(r->cat, error))
        return false;
    bool ok = id || idx_db_run(r->cat, SQL_CAMERA_ADD, error, "ti", code, start_us);
    id = id ? id : idx_db_last_id(r->cat);
    ok = ok && idx_db_run(r->cat, SQL_STREAM_ADD, error, "it", id, stream) &&
         tell(r->cat, code, stream, error);
    return idx_db_scope_end(r->cat, ok, error) && idx_rebuild_step(r, "camera", error);
}

static bool look_at_camera(Rebuild *r, const char *code, GError **error)
{
    g_autoptr(GPtrArray) streams = idx_rebuild_folders(r, code, idx_rebuild_fits_stream, true);
    bool counted = false;
    for (guint i = 0; i < streams->len; i++) {
        int64_t id = 0, before = r->sums->cameras;
        if (!idx_rebuild_stream(r, code, streams->pdata[i], &id, error))
            return false;
        int64_t start_us = id ? 0 : first_start(r, code, streams->pdata[i]);
        if (start_us && !make(r, code, streams->pdata[i], start_us, error))
            return false;
        if (counted) // a dry run makes none, and finds none with its second stream
            r->sums->cameras = before;
        counted |= r->sums->cameras > before;
    }
    return true;
}

/* --- holding what is theirs ------------------------------------------------------------------- */

static GPtrArray *read_codes(Rebuild *r, IdxQuery *q, GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0)
        g_ptr_array_add(codes, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&codes) : NULL;
}

typedef struct Keep {    // what is held, and why
    const char *cameras; // the question for their codes
    int64_t from_us;     // INT64_MIN: all of it
    const char *reason;
} Keep;

static bool hold(Rebuild *r, const Keep *keep, char **codes, int64_t from_us, int64_t to_us,
                 GError **error)
{
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest request = {.cameras = (const char *const *)codes,
                              .from_us = from_us,
                              .to_us = to_us,
                              .owner = IDX_REBUILD_OWNER,
                              .reason = keep->reason,
                              .case_no = HOLD_CASE,
                              .by = r->how->by};
    int64_t made_us = 0; // a new catalogue is a little younger than the run that made it
    if (!idx_db_get_int(r->cat, &made_us, SQL_MADE, error, "") ||
        !idx_hold_put(r->cat, &request, MAX(r->how->now_us, made_us), &answer, error))
        return false;
    g_array_append_val(r->sums->holds, answer.hold->id);
    return idx_rebuild_step(r, "held", error);
}

static void find_days_of(Rebuild *r, const char *where, int64_t *from_us, int64_t *to_us)
{
    g_autoptr(GPtrArray) days = idx_rebuild_days(r, where, false);
    for (guint i = 0; i < days->len; i++) {
        int64_t us = 0;
        if (!idx_rebuild_day_us(days->pdata[i], &us))
            continue;
        *from_us = MIN(*from_us, us);
        *to_us = MAX(*to_us, us + 2 * MJ_DAY_US);
    }
}

/* The days of all footage, by the names of folders. None: they end before they begin. */
static void find_days(Rebuild *r, const GPtrArray *codes, int64_t *ret_from_us, int64_t *ret_to_us)
{
    static const char *const STREAMS[] = {"main", "sub"};
    *ret_from_us = INT64_MAX;
    *ret_to_us = INT64_MIN;
    for (guint i = 0; i < codes->len; i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(STREAMS); j++) {
            g_autofree char *where = g_build_filename(codes->pdata[i], STREAMS[j], NULL);
            find_days_of(r, where, ret_from_us, ret_to_us);
        }
    }
}

/* Whether holds of rebuilds of this catalogue keep all of it, one behind the other. */
static bool is_held(Rebuild *r, const char *code, int64_t from_us, int64_t to_us, bool *ret,
                    GError **error)
{
    for (int64_t at_us = INT64_MIN; from_us < to_us && at_us != from_us;) {
        at_us = from_us;
        if (!idx_db_get_int(r->cat, &from_us, SQL_HELD_UNTIL, error, "tti", IDX_REBUILD_OWNER, code,
                            at_us))
            return false;
    }
    *ret = from_us >= to_us;
    return true;
}

/* Borrowed from @all, as one hold can have them. */
static bool hold_some(Rebuild *r, const Keep *keep, const GPtrArray *all, int64_t from_us,
                      int64_t to_us, GError **error)
{
    for (guint i = 0; i < all->len; i += IDX_HOLD_CAMERAS_MAX) {
        guint n = MIN(all->len - i, IDX_HOLD_CAMERAS_MAX);
        g_autofree char **codes = g_new0(char *, n + 1);
        memcpy(codes, all->pdata + i, n * sizeof *codes);
        if (!hold(r, keep, codes, from_us, to_us, error))
            return false;
    }
    return true;
}

/* Up to @to_us, those whose footage, which ends at @end_us, is not held already. */
static bool hold_stretch(Rebuild *r, const Keep *keep, const GPtrArray *codes, int64_t from_us,
                         int64_t to_us, int64_t end_us, GError **error)
{
    g_autoptr(GPtrArray) unheld = g_ptr_array_new();
    for (guint i = 0; i < codes->len; i++) {
        bool held = false;
        if (!is_held(r, codes->pdata[i], from_us, MIN(to_us, end_us), &held, error))
            return false;
        if (!held)
            g_ptr_array_add(unheld, codes->pdata[i]);
    }
    return hold_some(r, keep, unheld, from_us, to_us, error);
}

/* Up to now, and further if a clock was ahead. */
static bool hold_all(Rebuild *r, const Keep *keep, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, keep->cameras, error, "");
    g_autoptr(GPtrArray) all = read_codes(r, q, error);
    g_clear_pointer(&q, idx_db_query_end);
    int64_t from_us = 0, end_us = 0, to_us = 0;
    if (all)
        find_days(r, all, &from_us, &end_us);
    from_us = MAX(from_us, keep->from_us);
    for (; all && from_us < end_us; from_us = to_us) {
        to_us = MIN(from_us + HOLD_US, MAX(end_us, r->how->now_us));
        if (!hold_stretch(r, keep, all, from_us, to_us, end_us, error))
            return false;
    }
    return all != NULL;
}

/* Of a camera that nobody knew, all; of those that a copy knows, what came since. */
static bool hold_unknown(Rebuild *r, GError **error)
{
    Keep made = {SQL_ADDRESSLESS, INT64_MIN, HOLD_REASON};
    Keep since = {SQL_CAMERAS, 0, COPY_REASON};
    return hold_all(r, &made, error) &&
           idx_db_get_int(r->cat, &since.from_us, SQL_KNOWN_UNTIL, error, "") &&
           (since.from_us == 0 || hold_all(r, &since, error));
}

bool idx_rebuild_cameras(Rebuild *r, GError **error)
{
    g_autoptr(GPtrArray) codes = idx_rebuild_folders(r, "", idx_rebuild_fits_camera, true);
    for (guint i = 0; i < codes->len; i++)
        if (!look_at_camera(r, codes->pdata[i], error))
            return false;
    return r->how->dry_run || hold_unknown(r, error);
}

bool idx_rebuild_rest(Rebuild *r, int64_t stream_id, GError **error)
{
    int64_t rests = 0;
    g_autoptr(GError) failed = NULL;
    if (!idx_db_get_int(r->cat, &rests, SQL_HAS_NO_ADDRESS, error, "i", stream_id))
        return false;
    g_autoptr(IdxSegment) last = rests ? idx_segment_last(r->cat, stream_id, &failed) : NULL;
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    return !last || idx_gap_open(r->cat, stream_id, last->end_us, IDX_REASON_NOT_RECORDED,
                                 IDX_REBUILD_REST, error);
}
