// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/purge/disposition.h"
#include "index/rebuild/rebuild_own.h"
#include "index/segment/gap.h"

#include <string.h>
#include <sys/stat.h>

#define YOUNG_US MJ_HOUR_US // a file that was written since may not be on its disk yet

static const char SQL_ROW[] = "SELECT id, volume_id, state FROM segment WHERE path = ?";
static const char SQL_MOVE[] = "UPDATE segment SET volume_id = ?2 WHERE id = ?1";
static const char SQL_BEGAN[] = "UPDATE camera SET created_us = ?2 WHERE created_us > ?2"
                                " AND id = (SELECT camera_id FROM stream WHERE id = ?1)";
/* Nothing was recorded behind the last segment: there is one more. */
static const char SQL_REST_MOVE[] = "UPDATE gap INDEXED BY gap_open SET from_us = ?2 WHERE "
                                    "stream_id = ?1 AND to_us IS NULL AND from_us < ?2"
                                    " AND detail = '" IDX_REBUILD_REST "'";

static bool is_young(const RebuildWaiting *w, int64_t now_us)
{
    g_autofree char *full = g_build_filename(w->volume->path, w->row->path, NULL);
    struct stat st;
    return stat(full, &st) < 0 || (int64_t)st.st_mtim.tv_sec * MJ_SECOND_US > now_us - YOUNG_US;
}

/* Whether @w lacks its end, where @next was to go on: about a fragment, by a power cut. If more is missing
 * between them, then the one that @next meant is gone, or in a volume that is not there. Asked of the media
 * and not of what is cut off now: a run that was killed may have cut it. */
static bool lacks_end(const RebuildWaiting *w, const IdxSegment *next)
{
    const GArray *all = w->boxes->fragments;
    int64_t first_us = g_array_index(all, IdxBoxFragment, 0).decode_us, most_us = 0;
    for (guint i = 0; i < all->len; i++) {
        const IdxBoxFragment *one = &g_array_index(all, IdxBoxFragment, i);
        most_us = MAX(most_us, one->end_us - one->decode_us);
    }
    int64_t has_us = g_array_index(all, IdxBoxFragment, all->len - 1).end_us - first_us;
    int64_t lost_us = idx_segment_file_end(w->row, next).media_us - has_us;
    return next->joins && lost_us > 0 && lost_us <= 2 * most_us;
}

/* The one behind has no row yet. */
static bool part_file(const RebuildStream *s, const RebuildWaiting *w, IdxSegment *behind,
                      GError **error)
{
    const IdxSegment *row = w->row;
    if (!lacks_end(w, behind) || row->end_us >= behind->start_us)
        return true;
    behind->joins = false;
    s->r->sums->gaps++;
    return idx_gap_add(s->r->cat, s->id, row->end_us, behind->start_us, IDX_REASON_DISK,
                       "had not reached the disk", error);
}

static bool write_row(const RebuildStream *s, const RebuildWaiting *w, const GByteArray *fragments,
                      const IdxSegment *after, IdxSegment *behind, GError **error)
{
    IdxCatalogue *cat = s->r->cat;
    IdxSegment *row = w->row;
    return (row->id || idx_segment_open(cat, row, error)) &&
           idx_recover_close(cat, row, after && lacks_end(w, after) ? after : NULL, fragments,
                             error) &&
           idx_db_run(cat, SQL_REST_MOVE, error, "ii", s->id, row->end_us) &&
           idx_db_run(cat, SQL_BEGAN, error, "ii", s->id, row->start_us) &&
           (!behind || part_file(s, w, behind, error)) &&
           idx_rebuild_explain_before(s, row, error) &&
           (!after || idx_rebuild_explain(s, row->end_us, after->start_us, error));
}

/* @after: the row behind; @behind: the file behind. One of them at most. */
static bool store(const RebuildStream *s, RebuildWaiting *w, const IdxSegment *after,
                  IdxSegment *behind, GError **error)
{
    IdxSegment *row = w->row;
    const IdxSegment *next = after ? after : behind;
    g_autoptr(GByteArray) fragments =
        idx_segment_file_index(w->boxes, row, idx_segment_file_end(row, next));
    bool made = row->id == 0;
    s->r->sums->segments += made;
    s->r->sums->closed += !made;
    s->r->sums->bytes += made ? row->bytes : 0;
    s->r->sums->cut += w->torn;
    if (s->r->how->dry_run)
        return true;
    if ((w->torn || is_young(w, s->r->how->now_us)) &&
        !idx_recover_cut(w->volume->path, row->path, (size_t)w->size, (size_t)row->bytes, error))
        return false;
    if (!idx_rebuild_step(s->r, "cut", error) || !idx_db_scope_begin(s->r->cat, error))
        return false;
    g_free(row->state);
    row->state = g_strdup("recovered");
    row->stream_id = s->id;
    bool ok = write_row(s, w, fragments, after, behind, error);
    return idx_db_scope_end(s->r->cat, ok, error) && idx_rebuild_step(s->r, "added", error);
}

/* What waits gets its row: @behind (may be NULL) is the file behind it. */
static bool settle_waiting(RebuildStream *s, IdxSegment *behind, GError **error)
{
    g_auto(RebuildWaiting) w = s->waiting;
    s->waiting = (RebuildWaiting){0};
    if (!w.row)
        return true;
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) after = idx_rebuild_next(s, w.row->start_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (after && behind && after->start_us < behind->start_us)
        behind = NULL;
    return store(s, &w, behind ? NULL : after, behind, error);
}

/* --- file by file ----------------------------------------------------------------------------- */

typedef enum { ROW_NONE, ROW_CLOSED, ROW_OPEN, ROW_ELSEWHERE, ROW_FAILED } RowState;

static RowState look_up(const RebuildStream *s, const RebuildFile *file, int64_t *ret_id,
                        GError **error)
{
    *ret_id = 0;
    if (!s->r->cat)
        return ROW_NONE;
    g_autoptr(IdxQuery) q = idx_db_query(s->r->cat, SQL_ROW, error, "t", file->path);
    int row = idx_db_step(s->r->cat, q, error);
    if (row <= 0)
        return row == 0 ? ROW_NONE : ROW_FAILED;
    *ret_id = idx_db_int(q, 0);
    if (idx_db_int(q, 1) != file->volume->id)
        return ROW_ELSEWHERE;
    return strcmp(idx_db_text(q, 2), "open") == 0 ? ROW_OPEN : ROW_CLOSED;
}

/* Somebody moved the file, and the row is of a copy that was made before. */
static bool move(const RebuildStream *s, const RebuildFile *file, int64_t id, GError **error)
{
    s->r->sums->moved++;
    return s->r->how->dry_run ||
           (idx_db_run(s->r->cat, SQL_MOVE, error, "ii", id, file->volume->id) &&
            idx_rebuild_step(s->r, "moved", error));
}

/* One that has a row in another volume: is it the same? */
static bool compare(const RebuildStream *s, const RebuildFile *file, int64_t id, GError **error)
{
    g_auto(IdxRead) read = {0};
    g_autoptr(IdxSegment) row = idx_segment_get(s->r->cat, id, error);
    g_autofree char *root = row ? idx_volume_root(s->r->cat, row->volume_id, error) : NULL;
    if (!root)
        return false;
    IdxSegment here = {.path = file->path, .bytes = row->bytes};
    bool same = idx_recover_read(file->volume->path, file->path, &s->r->pace, &read, NULL) &&
                (int64_t)read.size == row->bytes && idx_recover_hash(&read, &here, NULL) &&
                memcmp(here.sha256, row->sha256, sizeof here.sha256) == 0;
    if (same && idx_rebuild_lacks(s->r, row->volume_id, file->path))
        return move(s, file, id, error);
    idx_rebuild_left(s->r, IDX_LEFT_TWICE, file->volume->path, file->path,
                     "the catalogue has it in %s; %s", root,
                     same ? "byte for byte the same" : "this one is another");
    return true;
}

/* Takes its row over, as far as the catalogue has one that was left open. */
static bool use_open_row(const RebuildStream *s, RebuildWaiting *w, int64_t id,
                         RebuildReason *reason, GError **error)
{
    if (!id)
        return true;
    g_autoptr(IdxSegment) row = idx_segment_get(s->r->cat, id, error);
    if (!row)
        return false;
    if (row->start_us != w->row->start_us || row->stream_id != s->id)
        idx_rebuild_leave(reason, IDX_LEFT_OVERLAP, "its row says that it begins at another time");
    w->row->id = id;
    w->row->joins = row->joins; // a power cut may have parted them
    return true;
}

static bool take_in(RebuildStream *s, const RebuildFile *file, int64_t open_id, GError **error)
{
    g_auto(RebuildWaiting) w = {0};
    g_auto(RebuildReason) reason = {0};
    if (idx_rebuild_look(s, file, &w, &reason) &&
        (!use_open_row(s, &w, open_id, &reason, error) ||
         (!reason.is && !idx_rebuild_place(s, &w, &reason, error))))
        return false;
    if (reason.is) {
        idx_rebuild_left(s->r, reason.kind, file->volume->path, file->path, "%s", reason.words);
        return true;
    }
    if (!settle_waiting(s, w.row, error))
        return false;
    s->waiting = w;
    w = (RebuildWaiting){0};
    return true;
}

static bool visit(RebuildStream *s, const RebuildFile *file, GError **error)
{
    int64_t id = 0;
    bool pending = false; // a purge that was killed has marked it
    RowState state = look_up(s, file, &id, error);
    if (state == ROW_FAILED || (state == ROW_NONE && s->r->cat &&
                                !idx_disposition_pending(s->r->cat, file->path, &pending, error)))
        return false;
    s->r->sums->files++;
    s->r->sums->known += state == ROW_CLOSED || pending;
    idx_rebuild_progress(s->r, file->path);
    if (state == ROW_CLOSED || pending)
        return true;
    return state == ROW_ELSEWHERE ? compare(s, file, id, error) : take_in(s, file, id, error);
}

static bool go_through_day(RebuildStream *s, const char *where, GError **error)
{
    g_autoptr(GArray) files = idx_rebuild_day(s->r, where, true);
    for (guint i = 0; i < files->len; i++)
        if (!visit(s, &g_array_index(files, RebuildFile, i), error))
            return false;
    return true;
}

static bool go_through_days(RebuildStream *s, GError **error)
{
    g_autofree char *where = g_build_filename(s->camera, s->name, NULL);
    g_autoptr(GPtrArray) days = idx_rebuild_days(s->r, where, true);
    for (guint i = 0; i < days->len; i++) {
        g_autofree char *day = g_build_filename(where, days->pdata[i], NULL);
        if (!go_through_day(s, day, error))
            return false;
    }
    return settle_waiting(s, NULL, error) &&
           (!s->id || s->r->how->dry_run || idx_rebuild_rest(s->r, s->id, error));
}

static bool go_through(Rebuild *r, const char *camera, const char *name, GError **error)
{
    RebuildStream s = {.r = r, .camera = camera, .name = name};
    bool ok = idx_rebuild_stream(r, camera, name, &s.id, error) && go_through_days(&s, error);
    idx_rebuild_waiting_clear(&s.waiting);
    return ok;
}

bool idx_rebuild_streams(Rebuild *r, GError **error)
{
    g_autoptr(GPtrArray) codes = idx_rebuild_folders(r, "", idx_rebuild_fits_camera, false);
    for (guint i = 0; i < codes->len; i++) {
        g_autoptr(GPtrArray) streams =
            idx_rebuild_folders(r, codes->pdata[i], idx_rebuild_fits_stream, false);
        for (guint j = 0; j < streams->len; j++)
            if (!go_through(r, codes->pdata[i], streams->pdata[j], error))
                return false;
    }
    return true;
}
