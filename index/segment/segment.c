// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/segment.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/segment/volume.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "id, stream_id, start_us, end_us, state, joins, path, bytes, init_bytes, sha256,"              \
    " media_start_us, frames, video, width, height, audio, clock, clock_offset_us,"                \
    " clock_uncertainty_us, volume_id"

static const char SQL_OPEN[] =
    "INSERT INTO segment (stream_id, start_us, end_us, state, joins, path, bytes, init_bytes,"
    " media_start_us, frames, video, width, height, audio, clock, clock_offset_us,"
    " clock_uncertainty_us, volume_id)"
    " VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_OPEN_NO_OFFSET[] =
    "INSERT INTO segment (stream_id, start_us, end_us, state, joins, path, bytes, init_bytes,"
    " media_start_us, frames, video, width, height, audio, clock, clock_uncertainty_us,"
    " volume_id) VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_INDEX[] = "INSERT INTO segment_index (segment_id, fragments) VALUES (?1, ?2)"
                                " ON CONFLICT (segment_id) DO UPDATE SET fragments = ?2";
static const char SQL_PROGRESS[] =
    "UPDATE segment SET end_us = ?2, bytes = ?3, frames = ?4 WHERE id = ?1 AND state = 'open'";
static const char SQL_CLOSE[] = "UPDATE segment SET state = ?2, sha256 = ?3 WHERE id = ?1";
static const char SQL_DELETE[] = "DELETE FROM segment WHERE id = ?";
static const char SQL_DELETE_INDEX[] = "DELETE FROM segment_index WHERE segment_id = ?";
/* Named, since the planner would walk all segments of a stream in order of time instead. */
static const char SQL_LIST_OPEN_OF[] =
    "SELECT " COLUMNS " FROM segment INDEXED BY segment_open WHERE state = 'open' AND stream_id = ?"
    " ORDER BY start_us";
static const char SQL_LIST_OPEN[] =
    "SELECT " COLUMNS " FROM segment INDEXED BY segment_open WHERE state = 'open'"
    " ORDER BY stream_id, start_us";
static const char SQL_GET[] = "SELECT " COLUMNS " FROM segment WHERE id = ?";
/* Segments of a stream do not overlap, so the one that contains from_us is the last that begins at
 * or before it: one step back in the index, however long segments are. */
#define IN_RANGE                                                                                   \
    " FROM segment WHERE stream_id = ?1 AND start_us < ?3 AND end_us > ?2"                         \
    " AND start_us >= coalesce((SELECT max(start_us) FROM segment WHERE stream_id = ?1"            \
    " AND start_us <= ?2), ?2) ORDER BY start_us"
static const char SQL_RANGE[] = "SELECT " COLUMNS IN_RANGE;
static const char SQL_RANGE_SHOWN[] =
    "SELECT id, start_us, end_us, state, path, video, audio, clock_offset_us, clock_uncertainty_us,"
    " volume_id" IN_RANGE;
static const char SQL_RANGE_STRETCHES[] = "SELECT start_us, end_us" IN_RANGE;
static const char SQL_LAST[] =
    "SELECT " COLUMNS " FROM segment WHERE stream_id = ? ORDER BY start_us DESC LIMIT 1";
static const char SQL_NEXT[] =
    "SELECT " COLUMNS " FROM segment WHERE stream_id = ? AND start_us > ?"
    " ORDER BY start_us LIMIT 1";
static const char SQL_BEFORE[] =
    "SELECT " COLUMNS " FROM segment WHERE stream_id = ? AND start_us <= ?"
    " ORDER BY start_us DESC LIMIT 1";
static const char SQL_PART[] = "UPDATE segment SET joins = 0 WHERE id = ?";
static const char SQL_FRAGMENTS[] = "SELECT fragments FROM segment_index WHERE segment_id = ?";
static const char SQL_BYTES_SINCE[] =
    "SELECT coalesce(sum(g.bytes), 0), coalesce(min(g.start_us), 0)"
    " FROM stream s CROSS JOIN segment g ON g.stream_id = s.id AND g.start_us >= ?";

IdxSegment *idx_segment_copy(const IdxSegment *segment)
{
    IdxSegment *copy = g_memdup2(segment, sizeof *segment);
    copy->state = g_strdup(segment->state);
    copy->path = g_strdup(segment->path);
    copy->video = g_strdup(segment->video);
    copy->audio = g_strdup(segment->audio);
    copy->clock = g_strdup(segment->clock);
    return copy;
}

void idx_segment_free(IdxSegment *segment)
{
    if (!segment)
        return;
    g_free(segment->state);
    g_free(segment->path);
    g_free(segment->video);
    g_free(segment->audio);
    g_free(segment->clock);
    g_free(segment);
}

static IdxSegment *read_segment(IdxQuery *q)
{
    IdxSegment *s = g_new0(IdxSegment, 1);
    s->id = idx_db_int(q, 0);
    s->stream_id = idx_db_int(q, 1);
    s->start_us = idx_db_int(q, 2);
    s->end_us = idx_db_int(q, 3);
    s->state = g_strdup(idx_db_text(q, 4));
    s->joins = idx_db_int(q, 5) != 0;
    s->path = g_strdup(idx_db_text(q, 6));
    s->bytes = idx_db_int(q, 7);
    s->init_bytes = idx_db_int(q, 8);
    s->has_sha256 = sqlite3_column_bytes(q, 9) == IDX_SHA256_BYTES;
    if (s->has_sha256)
        memcpy(s->sha256, sqlite3_column_blob(q, 9), IDX_SHA256_BYTES);
    s->media_start_us = idx_db_int(q, 10);
    s->frames = idx_db_int(q, 11);
    s->video = g_strdup(idx_db_text(q, 12));
    s->width = (int)idx_db_int(q, 13);
    s->height = (int)idx_db_int(q, 14);
    s->audio = g_strdup(idx_db_text(q, 15));
    s->clock = g_strdup(idx_db_text(q, 16));
    s->has_clock_offset = !idx_db_is_null(q, 17);
    s->clock_offset_us = idx_db_int(q, 17);
    s->clock_uncertainty_us = idx_db_int(q, 18);
    s->volume_id = idx_db_int(q, 19);
    return s;
}

static bool insert(IdxCatalogue *cat, const IdxSegment *s, GError **error)
{
    int64_t volume_id = MAX(s->volume_id, IDX_VOLUME_HOME);
    if (!s->has_clock_offset)
        return idx_db_run(cat, SQL_OPEN_NO_OFFSET, error, "iiiitiiiitiittii", s->stream_id,
                          s->start_us, s->end_us, (int64_t)s->joins, s->path, s->bytes,
                          s->init_bytes, s->media_start_us, s->frames, s->video, (int64_t)s->width,
                          (int64_t)s->height, s->audio, s->clock, s->clock_uncertainty_us,
                          volume_id);
    return idx_db_run(cat, SQL_OPEN, error, "iiiitiiiitiittiii", s->stream_id, s->start_us,
                      s->end_us, (int64_t)s->joins, s->path, s->bytes, s->init_bytes,
                      s->media_start_us, s->frames, s->video, (int64_t)s->width, (int64_t)s->height,
                      s->audio, s->clock, s->clock_offset_us, s->clock_uncertainty_us, volume_id);
}

bool idx_segment_open(IdxCatalogue *cat, IdxSegment *segment, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!insert(cat, segment, &local)) {
        if (mj_error_is(local, MJ_ERROR_CONFLICT))
            return mj_error_set(error, MJ_ERROR_EXISTS, "segment %s: %s", segment->path,
                                local->message);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    segment->id = idx_db_last_id(cat);
    return true;
}

static bool store_index(IdxCatalogue *cat, int64_t id, const GByteArray *fragments, GError **error)
{
    return idx_db_run(cat, SQL_INDEX, error, "ib", id, (const void *)fragments->data,
                      (size_t)fragments->len);
}

bool idx_segment_progress(IdxCatalogue *cat, const IdxSegment *segment, const GByteArray *fragments,
                          GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_PROGRESS, error, "iiii", segment->id, segment->end_us,
                         segment->bytes, segment->frames) &&
              (idx_db_changes(cat) == 0 || store_index(cat, segment->id, fragments, error));
    return idx_db_scope_end(cat, ok, error);
}

static bool delete_empty(IdxCatalogue *cat, int64_t id, GError **error)
{
    return idx_db_run(cat, SQL_DELETE_INDEX, error, "i", id) &&
           idx_db_run(cat, SQL_DELETE, error, "i", id);
}

bool idx_segment_close(IdxCatalogue *cat, const IdxSegment *segment, const GByteArray *fragments,
                       GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = segment->bytes <= segment->init_bytes
                  ? delete_empty(cat, segment->id, error)
                  : idx_segment_progress(cat, segment, fragments, error) &&
                        idx_db_run(cat, SQL_CLOSE, error, "itb", segment->id, segment->state,
                                   (const void *)segment->sha256, (size_t)IDX_SHA256_BYTES);
    return idx_db_scope_end(cat, ok, error);
}

static GPtrArray *read_segments(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_segment_free);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, read_segment(q));
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_segment_list_open(IdxCatalogue *cat, int64_t stream_id, GError **error)
{
    g_autoptr(IdxQuery) q = stream_id ? idx_db_query(cat, SQL_LIST_OPEN_OF, error, "i", stream_id)
                                      : idx_db_query(cat, SQL_LIST_OPEN, error, "");
    return read_segments(cat, q, error);
}

IdxSegment *idx_segment_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no segment %" PRId64, id);
    return row > 0 ? read_segment(q) : NULL;
}

GPtrArray *idx_segment_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                             GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RANGE, error, "iii", stream_id, from_us, to_us);
    return read_segments(cat, q, error);
}

static IdxSegment *read_shown(IdxQuery *q, int64_t stream_id)
{
    size_t size = sizeof(IdxSegment);
    for (int column = 3; column <= 6; column++)
        size += idx_db_text_bytes(q, column);
    IdxSegment *s = g_malloc(size);
    char *end = (char *)(s + 1);
    *s = (IdxSegment){.id = idx_db_int(q, 0),
                      .stream_id = stream_id,
                      .start_us = idx_db_int(q, 1),
                      .end_us = idx_db_int(q, 2),
                      .state = idx_db_text_keep(q, 3, &end),
                      .path = idx_db_text_keep(q, 4, &end),
                      .video = idx_db_text_keep(q, 5, &end),
                      .audio = idx_db_text_keep(q, 6, &end),
                      .has_clock_offset = !idx_db_is_null(q, 7),
                      .clock_offset_us = idx_db_int(q, 7),
                      .clock_uncertainty_us = idx_db_int(q, 8),
                      .volume_id = idx_db_int(q, 9)};
    return s;
}

GPtrArray *idx_segment_range_shown(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                   int64_t to_us, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_RANGE_SHOWN, error, "iii", stream_id, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, read_shown(q, stream_id));
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_segment_range_stretches(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                       int64_t to_us, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_segment_free);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_RANGE_STRETCHES, error, "iii", stream_id, from_us, to_us);
    IdxSegment *last = NULL;
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t start_us = idx_db_int(q, 0), end_us = idx_db_int(q, 1);
        if (last && start_us <= last->end_us) {
            last->end_us = MAX(last->end_us, end_us);
            continue;
        }
        last = g_new0(IdxSegment, 1);
        last->stream_id = stream_id;
        last->start_us = start_us;
        last->end_us = end_us;
        g_ptr_array_add(list, last);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

IdxSegment *idx_segment_last(IdxCatalogue *cat, int64_t stream_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LAST, error, "i", stream_id);
    return idx_db_step(cat, q, error) > 0 ? read_segment(q) : NULL;
}

IdxSegment *idx_segment_next(IdxCatalogue *cat, int64_t stream_id, int64_t after_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NEXT, error, "ii", stream_id, after_us);
    return idx_db_step(cat, q, error) > 0 ? read_segment(q) : NULL;
}

IdxSegment *idx_segment_before(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_BEFORE, error, "ii", stream_id, at_us);
    return idx_db_step(cat, q, error) > 0 ? read_segment(q) : NULL;
}

bool idx_segment_part(IdxCatalogue *cat, int64_t id, GError **error)
{
    return idx_db_run(cat, SQL_PART, error, "i", id);
}

GArray *idx_segment_fragments(IdxCatalogue *cat, const IdxSegment *segment, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_FRAGMENTS, error, "i", segment->id);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return NULL;
    if (row == 0)
        return g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    GArray *fragments =
        idx_fragment_decode(sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0),
                            segment->init_bytes, segment->start_us, error);
    if (!fragments)
        g_prefix_error(error, "segment %s: ", segment->path);
    return fragments;
}

bool idx_segment_bytes_since(IdxCatalogue *cat, int64_t since_us, int64_t *ret_bytes,
                             int64_t *ret_first_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_BYTES_SINCE, error, "i", since_us);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    *ret_bytes = idx_db_int(q, 0);
    *ret_first_us = idx_db_int(q, 1);
    return true;
}
