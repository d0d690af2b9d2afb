// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/footage.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/dossier.h"
#include "index/volume.h"

#include <string.h>

static const char SQL_CAMERA[] = "SELECT c.code, c.name, c.kind, s.id, s.name FROM camera c"
                                 " LEFT JOIN stream s ON s.camera_id = c.id WHERE c.id = ?"
                                 " ORDER BY s.record DESC, s.name LIMIT 1";
static const char SQL_PLACE_ID[] = "SELECT id FROM place WHERE hall_id = ? AND code = ?";
static const char SQL_PLACE_CODE[] = "SELECT code FROM place WHERE id = ?";

static json_t *gap_json(IdxCatalogue *cat, const IdxGap *gap)
{
    return json_pack("{s:o, s:o, s:s, s:o}", "from", mj_json_time(gap->from_us, cat->zone), "to",
                     mj_json_time(gap->to_us, cat->zone), "reason", gap->reason, "detail",
                     mj_json_string(gap->detail));
}

static json_t *note_json(IdxCatalogue *cat, const IdxGap *note)
{
    return json_pack("{s:o, s:s, s:o}", "at", mj_json_time(note->from_us, cat->zone), "reason",
                     note->reason, "detail", mj_json_string(note->detail));
}

static json_t *damage_json(IdxCatalogue *cat, const IdxDamage *damage)
{
    return json_pack("{s:o, s:o, s:s}", "from", mj_json_time(damage->from_us, cat->zone), "to",
                     mj_json_time(damage->to_us, cat->zone), "track", damage->track);
}

/* Below footage/ of the home; absolute in another volume. */
static json_t *segment_json(IdxCatalogue *cat, const IdxSegment *segment)
{
    g_autofree char *elsewhere = segment->volume_id > IDX_VOLUME_HOME
                                     ? idx_volume_file(cat, segment->volume_id, segment->path, NULL)
                                     : NULL;
    return json_pack("{s:I, s:s, s:o, s:o}", "id", (json_int_t)segment->id, "path",
                     elsewhere ? elsewhere : segment->path, "start",
                     mj_json_time(segment->start_us, cat->zone), "end",
                     mj_json_time(segment->end_us, cat->zone));
}

json_t *idx_timeline_json(IdxCatalogue *cat, const char *camera, const char *stream,
                          const IdxTimeline *t)
{
    json_t *segments = json_array(), *gaps = json_array(), *damage = json_array(),
           *notes = json_array();
    for (guint i = 0; i < t->segments->len; i++)
        json_array_append_new(segments, segment_json(cat, t->segments->pdata[i]));
    for (guint i = 0; i < t->gaps->len; i++)
        json_array_append_new(gaps, gap_json(cat, t->gaps->pdata[i]));
    for (guint i = 0; i < t->damage->len; i++)
        json_array_append_new(damage, damage_json(cat, t->damage->pdata[i]));
    for (guint i = 0; i < t->notes->len; i++)
        json_array_append_new(notes, note_json(cat, t->notes->pdata[i]));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:o}", "camera", camera,
                     "stream", stream, "from", mj_json_time(t->from_us, cat->zone), "to",
                     mj_json_time(t->to_us, cat->zone), "until",
                     mj_json_time(t->until_us, cat->zone), "coverage", t->coverage, "segments",
                     segments, "gaps", gaps, "damage", damage, "notes", notes);
}

typedef struct Lens { // a camera with the stream that is shown
    char *code, *name, *kind, *stream;
    int64_t stream_id; // 0: it has none
} Lens;

static void lens_clear(Lens *lens)
{
    g_free(lens->code);
    g_free(lens->name);
    g_free(lens->kind);
    g_free(lens->stream);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lens, lens_clear)

static bool load_lens(IdxCatalogue *cat, int64_t camera_id, Lens *lens, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CAMERA, error, "i", camera_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_CORRUPT,
                            "a span names camera %" G_GINT64_FORMAT ", which is not there",
                            camera_id);
    if (row < 0)
        return false;
    lens->code = g_strdup(idx_db_text(q, 0));
    lens->name = g_strdup(idx_db_text(q, 1));
    lens->kind = g_strdup(idx_db_text(q, 2));
    lens->stream_id = idx_db_int(q, 3);
    lens->stream = g_strdup(lens->stream_id ? idx_db_text(q, 4) : "main");
    return true;
}

/* What one camera shows: its spans, and what is the same in all of them. */
typedef struct CameraView {
    json_t *spans;  // array
    json_t *places; // array of codes
    char *video, *audio;
    bool has_offset;
    int64_t offset_us, uncertainty_us;
    int64_t covered_us, asked_us;
} CameraView;

static void camera_view_clear(CameraView *view)
{
    json_decref(view->spans);
    json_decref(view->places);
    g_free(view->video);
    g_free(view->audio);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CameraView, camera_view_clear)

static void note_segment(CameraView *view, const IdxSegment *s)
{
    g_free(view->video);
    g_free(view->audio);
    view->video = g_strdup(s->video);
    view->audio = g_strdup(s->audio);
    view->has_offset = s->has_clock_offset;
    view->offset_us = s->clock_offset_us;
    view->uncertainty_us = MAX(view->uncertainty_us, s->clock_uncertainty_us);
}

static void note_place(CameraView *view, const char *place)
{
    size_t i = 0;
    const json_t *known = NULL;
    json_array_foreach(view->places, i, known)
    {
        if (strcmp(json_string_value(known), place) == 0)
            return;
    }
    json_array_append_new(view->places, json_string(place));
}

static char *place_code(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACE_CODE, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT,
                     "a span names place %" G_GINT64_FORMAT ", which is not there", id);
    return row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

static int64_t end_of(const IdxFootage *f, const IdxSpan *span)
{
    return idx_linker_span_end(span->from_us, span->to_us, &f->rules[span->method]);
}

/* What the camera has of a span, widened by *ret_us (IDX_FOOTAGE_NOTICED_US). Cameras differ: each span of a
 * visit is widened by the clock of its own. */
static IdxTimeline *look(IdxFootage *f, const Lens *lens, const IdxSpan *span, int64_t *ret_us,
                         GError **error)
{
    int64_t to_us = end_of(f, span), worst_us = 0;
    g_autoptr(IdxTimeline) t =
        idx_timeline_get(f->cat, lens->stream_id, span->from_us, to_us, f->now_us, error);
    for (guint i = 0; t && i < t->segments->len; i++)
        worst_us = MAX(worst_us, ((const IdxSegment *)t->segments->pdata[i])->clock_uncertainty_us);
    if (!t || worst_us < IDX_FOOTAGE_NOTICED_US)
        return g_steal_pointer(&t);
    *ret_us = worst_us;
    return idx_timeline_get(f->cat, lens->stream_id, span->from_us - worst_us, to_us + worst_us,
                            f->now_us, error);
}

static json_t *span_json(const IdxFootage *f, const Lens *lens, const char *place,
                         const IdxSpan *span, int64_t uncertainty_us, const IdxTimeline *t)
{
    json_t *item = idx_timeline_json(f->cat, lens->code, lens->stream, t);
    json_object_set_new(item, "place", json_string(place));
    json_object_set_new(item, "method", json_string(idx_method_name(span->method)));
    json_object_set_new(item, "confidence", json_real(span->confidence));
    json_object_set_new(item, "uncertainty_ms", json_real((double)uncertainty_us / 1000.0));
    return item;
}

static void add_gaps(const IdxFootage *f, const Lens *lens, const char *place, const IdxTimeline *t)
{
    for (guint i = 0; i < t->gaps->len; i++) {
        json_t *gap = gap_json(f->cat, t->gaps->pdata[i]);
        json_object_set_new(gap, "camera", json_string(lens->code));
        json_object_set_new(gap, "place", json_string(place));
        json_array_append_new(f->gaps, gap);
    }
}

void idx_footage_unseen(const IdxFootage *f, const char *place, int64_t from_us, int64_t to_us)
{
    GTimeZone *zone = f->cat->zone;
    to_us = MIN(to_us, f->now_us); // nothing is missing of what is still to come
    if (from_us < to_us)
        json_array_append_new(
            f->gaps, json_pack("{s:n, s:s, s:o, s:o, s:s, s:n}", "camera", "place", place, "from",
                               mj_json_time(from_us, zone), "to", mj_json_time(to_us, zone),
                               "reason", IDX_NO_CAMERA, "detail"));
}

/* 0: the place is not known, and no camera covers it. */
static bool find_place(const IdxFootage *f, int64_t hall_id, const char *code, int64_t *ret_id,
                       GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(f->cat, SQL_PLACE_ID, error, "it", hall_id, code);
    int row = idx_db_step(f->cat, q, error);
    *ret_id = row > 0 ? idx_db_int(q, 0) : 0;
    return row >= 0;
}

static bool is_shown(const IdxFootage *f, int64_t place_id, const IdxVisit *v)
{
    int64_t last_us = v->last_us ? v->last_us : v->first_us;
    for (guint i = 0; i < f->spans->len; i++) {
        const IdxSpan *span = &g_array_index(f->spans, IdxSpan, i);
        if (span->place_id == place_id && span->from_us <= last_us && end_of(f, span) > v->first_us)
            return true;
    }
    return false;
}

bool idx_footage_unseen_visits(const IdxFootage *f, int64_t hall_id, const GArray *visits,
                               int64_t from_us, int64_t to_us, GError **error)
{
    for (guint i = 0; i < visits->len; i++) {
        int64_t place_id = 0;
        const IdxVisit *v = &g_array_index(visits, IdxVisit, i);
        const IdxLinkRule *rule = &f->rules[v->method];
        int64_t last_us = v->last_us ? v->last_us : v->first_us + rule->max_us;
        if (v->first_us > to_us || last_us < from_us)
            continue;
        if (!find_place(f, hall_id, v->place, &place_id, error))
            return false;
        if (!is_shown(f, place_id, v))
            idx_footage_unseen(f, v->place, v->first_us - rule->before_us - v->uncertainty_us,
                               last_us + rule->after_us + v->uncertainty_us);
    }
    return true;
}

static bool add_span(IdxFootage *f, CameraView *view, const Lens *lens, const IdxSpan *span,
                     GError **error)
{
    g_autofree char *place = place_code(f->cat, span->place_id, error);
    int64_t camera_us = 0;
    g_autoptr(IdxTimeline) t = place ? look(f, lens, span, &camera_us, error) : NULL;
    if (!t)
        return false;
    add_gaps(f, lens, place, t);
    if (!f->brief)
        json_array_append_new(view->spans,
                              span_json(f, lens, place, span, span->uncertainty_us + camera_us, t));
    note_place(view, place);
    for (guint i = 0; i < t->segments->len; i++)
        note_segment(view, t->segments->pdata[i]);
    view->covered_us += t->covered_us;
    view->asked_us += t->until_us - t->from_us;
    return true;
}

static double ratio(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 1.0;
}

json_t *idx_footage_coverage(const IdxFootage *f, bool anything_happened)
{
    if (f->asked_us > 0)
        return json_real(ratio(f->covered_us, f->asked_us));
    return anything_happened && f->spans->len == 0 ? json_real(0.0) : json_null();
}

static json_t *camera_json(const CameraView *view, const Lens *lens)
{
    json_t *offset = view->has_offset ? json_real((double)view->offset_us / 1000.0) : json_null();
    json_t *uncertainty =
        view->video || view->audio ? json_real((double)view->uncertainty_us / 1000.0) : json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:O, s:o, s:o, s:o, s:o, s:f, s:O}", "camera",
                     lens->code, "name", lens->name, "kind", lens->kind, "stream", lens->stream,
                     "places", view->places, "video", mj_json_string(view->video), "audio",
                     mj_json_string(view->audio), "clock_offset_ms", offset, "clock_uncertainty_ms",
                     uncertainty, "coverage", ratio(view->covered_us, view->asked_us), "spans",
                     view->spans);
}

/* A step inside a visit's or a session's footage of the same camera shows nothing more. */
static bool is_inside_another(const IdxFootage *f, guint index)
{
    const IdxSpan *span = &g_array_index(f->spans, IdxSpan, index);
    for (guint i = 0; i < f->spans->len; i++) {
        const IdxSpan *other = &g_array_index(f->spans, IdxSpan, i);
        if (i != index && span->method == IDX_METHOD_STEP && other->camera_id == span->camera_id &&
            other->from_us <= span->from_us && end_of(f, other) >= end_of(f, span) &&
            (other->method != IDX_METHOD_STEP || i < index))
            return true;
    }
    return false;
}

/* One camera's part of the spans, which are sorted by camera. Moves *i behind them. */
static json_t *build_camera(IdxFootage *f, guint *i, GError **error)
{
    int64_t camera_id = g_array_index(f->spans, IdxSpan, *i).camera_id;
    g_auto(Lens) lens = {0};
    g_auto(CameraView) view = {.spans = json_array(), .places = json_array()};
    if (!load_lens(f->cat, camera_id, &lens, error))
        return NULL;
    for (; *i < f->spans->len && g_array_index(f->spans, IdxSpan, *i).camera_id == camera_id;
         (*i)++)
        if (lens.stream_id && !is_inside_another(f, *i) &&
            !add_span(f, &view, &lens, &g_array_index(f->spans, IdxSpan, *i), error))
            return NULL;
    f->covered_us += view.covered_us;
    f->asked_us += view.asked_us;
    return camera_json(&view, &lens);
}

static int by_camera(gconstpointer a, gconstpointer b)
{
    const IdxSpan *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static int by_code(gconstpointer a, gconstpointer b)
{
    return strcmp(json_string_value(json_object_get(*(json_t *const *)a, "camera")),
                  json_string_value(json_object_get(*(json_t *const *)b, "camera")));
}

json_t *idx_footage_json(IdxFootage *f, GError **error)
{
    g_autoptr(GPtrArray) cameras = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_array_sort(f->spans, by_camera);
    for (guint i = 0; i < f->spans->len;) {
        json_t *camera = build_camera(f, &i, error);
        if (!camera)
            return NULL;
        g_ptr_array_add(cameras, camera);
    }
    g_ptr_array_sort(cameras, by_code);
    json_t *array = json_array();
    for (guint i = 0; i < cameras->len; i++)
        json_array_append(array, cameras->pdata[i]);
    return array;
}
