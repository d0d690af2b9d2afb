// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/db.h"
#include "index/purge/disposition.h"
#include "index/rebuild/rebuild_own.h"

#include <inttypes.h>

#define TORN_BYTES ((int64_t)1 << 20) // behind the last whole fragment, or twice the largest one

static const char SQL_DISPOSED[] =
    "SELECT EXISTS (SELECT 1 FROM disposition_run r" IDX_DISPOSITION_OF_RUN
    " WHERE r.stream_id = ?1 AND r.from_us <= ?2 AND r.from_us > ?2 - 3600000000"
    " AND d.start_us = ?2 AND d.path = ?3)";

void idx_rebuild_waiting_clear(RebuildWaiting *w)
{
    g_clear_pointer(&w->row, idx_segment_free);
    g_clear_pointer(&w->boxes, idx_boxes_free);
}

void idx_rebuild_reason_clear(RebuildReason *reason)
{
    g_free(reason->words);
}

void idx_rebuild_leave(RebuildReason *reason, IdxLeftKind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *reason = (RebuildReason){true, kind, g_strdup_vprintf(format, args)};
    va_end(args);
}

/* When the last fragment begins. */
static int64_t last_begin(const RebuildWaiting *w)
{
    const GArray *all = w->boxes->fragments;
    return w->row->start_us + g_array_index(all, IdxBoxFragment, all->len - 1).decode_us -
           g_array_index(all, IdxBoxFragment, 0).decode_us;
}

/* --- a file ----------------------------------------------------------------------------------- */

static int64_t torn_most(const IdxBoxFile *boxes)
{
    int64_t most = TORN_BYTES;
    for (guint i = 0; i < boxes->fragments->len; i++)
        most = MAX(most, 2 * g_array_index(boxes->fragments, IdxBoxFragment, i).length);
    return most;
}

static IdxSegment *describe(const RebuildStream *s, const RebuildFile *file, const IdxRead *read,
                            RebuildReason *reason)
{
    g_autoptr(GError) failed = NULL;
    g_autofree char *camera = NULL, *name = NULL;
    g_autoptr(IdxSegment) row =
        idx_recover_describe(read, file->path, file->volume->id, &camera, &name, &failed);
    if (!row) {
        idx_rebuild_leave(reason, IDX_LEFT_BROKEN, "%s", failed->message);
        return NULL;
    }
    if (!g_str_equal(camera, s->camera) || !g_str_equal(name, s->name)) {
        idx_rebuild_leave(reason, IDX_LEFT_MISPLACED, "it is of %s/%s", camera, name);
        return NULL;
    }
    row->bytes = read->boxes->whole_bytes;
    if (idx_recover_hash(read, row, &failed))
        return g_steal_pointer(&row);
    idx_rebuild_leave(reason, IDX_LEFT_BROKEN, "%s", failed->message);
    return NULL;
}

static bool is_whole(const IdxRead *read, RebuildReason *reason)
{
    int64_t behind = (int64_t)read->size - read->boxes->whole_bytes;
    if (read->boxes->fragments->len == 0)
        idx_rebuild_leave(reason, IDX_LEFT_BROKEN, "it holds no whole fragment");
    else if (behind > torn_most(read->boxes))
        idx_rebuild_leave(reason, IDX_LEFT_BROKEN,
                          "%" PRId64 " bytes behind its last whole fragment, at %" PRId64
                          ", are not understood; nothing was cut off",
                          behind, read->boxes->whole_bytes);
    return !reason->is;
}

bool idx_rebuild_look(const RebuildStream *s, const RebuildFile *file, RebuildWaiting *ret,
                      RebuildReason *reason)
{
    g_auto(IdxRead) read = {0};
    g_autoptr(GError) failed = NULL;
    if (!idx_recover_read(file->volume->path, file->path, &s->r->pace, &read, &failed)) {
        idx_rebuild_leave(reason, IDX_LEFT_BROKEN, "%s", failed->message);
        return false;
    }
    g_autoptr(IdxSegment) row = is_whole(&read, reason) ? describe(s, file, &read, reason) : NULL;
    if (!row)
        return false;
    bool torn = (int64_t)read.size > row->bytes;
    *ret = (RebuildWaiting){.volume = file->volume,
                            .size = (int64_t)read.size,
                            .torn = torn,
                            .row = g_steal_pointer(&row),
                            .boxes = g_steal_pointer(&read.boxes)};
    return true;
}

/* --- its place in time ------------------------------------------------------------------------ */

IdxSegment *idx_rebuild_next(const RebuildStream *s, int64_t start_us, GError **error)
{
    return s->id ? idx_segment_next(s->r->cat, s->id, start_us, error) : NULL;
}

static bool check_behind(const RebuildStream *s, const RebuildWaiting *w, RebuildReason *reason,
                         GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) after = idx_rebuild_next(s, w->row->start_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (after && last_begin(w) >= after->start_us)
        idx_rebuild_leave(reason, IDX_LEFT_OVERLAP, "it goes on into the time of %s", after->path);
    return true;
}

static bool check_before(const RebuildStream *s, const RebuildWaiting *w, RebuildReason *reason,
                         GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) before =
        s->id ? idx_segment_before(s->r->cat, s->id, w->row->start_us, &failed) : NULL;
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (s->waiting.row && last_begin(&s->waiting) >= w->row->start_us)
        idx_rebuild_leave(reason, IDX_LEFT_OVERLAP, "it begins in the time of %s",
                          s->waiting.row->path);
    else if (before && before->id != w->row->id && before->end_us > w->row->start_us)
        idx_rebuild_leave(reason, IDX_LEFT_OVERLAP, "it begins in the time of %s", before->path);
    return true;
}

bool idx_rebuild_place(const RebuildStream *s, const RebuildWaiting *w, RebuildReason *reason,
                       GError **error)
{
    int64_t disposed = 0;
    if (s->id && !w->row->id &&
        !idx_db_get_int(s->r->cat, &disposed, SQL_DISPOSED, error, "iit", s->id, w->row->start_us,
                        w->row->path))
        return false;
    if (disposed)
        idx_rebuild_leave(reason, IDX_LEFT_DELETED, "a purge deleted it, and its record stays");
    return reason->is ||
           (check_before(s, w, reason, error) && (reason->is || check_behind(s, w, reason, error)));
}
