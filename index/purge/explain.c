// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/db.h"
#include "index/purge/purge_own.h"

#define SEAM_US MJ_SECOND_US // what is missing between two segments of one decision

static const char SQL_STREAM[] =
    "SELECT c.code, s.name FROM stream s JOIN camera c ON c.id = s.camera_id WHERE s.id = ?";

void idx_purge_stream_names(IdxCatalogue *cat, int64_t stream_id, char **ret_camera,
                            char **ret_stream)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAM, NULL, "i", stream_id);
    bool found = idx_db_step(cat, q, NULL) > 0;
    *ret_camera = g_strdup(found ? idx_db_text(q, 0) : "?");
    *ret_stream = g_strdup(found ? idx_db_text(q, 1) : "?");
}

void idx_purge_explain_end(PurgeExplain *e)
{
    if (e->stream_id) {
        e->next.camera = e->camera;
        e->next.stream = e->stream;
        e->next.rule = e->rule;
        e->how->decided(&e->next, e->how->data);
    }
    e->stream_id = 0;
    g_clear_pointer(&e->camera, g_free);
    g_clear_pointer(&e->stream, g_free);
    g_clear_pointer(&e->rule, g_free);
}

static bool goes_on(const PurgeExplain *e, const IdxSurveySegment *g, const IdxVerdict *v,
                    bool goes, const char *rule)
{
    const IdxDecision *d = &e->next;
    return e->stream_id == g->stream_id && d->goes == goes && d->verdict == v->kind &&
           d->hold_id == v->hold_id && g_str_equal(e->rule, rule) &&
           g->start_us - d->to_us < SEAM_US && g->start_us >= d->from_us;
}

void idx_purge_explain(PurgeExplain *e, const IdxSurveySegment *g, const IdxVerdict *v, bool goes,
                       const char *rule)
{
    if (!e->how->decided)
        return;
    if (!goes_on(e, g, v, goes, rule)) {
        idx_purge_explain_end(e);
        idx_purge_stream_names(e->cat, g->stream_id, &e->camera, &e->stream);
        e->stream_id = g->stream_id;
        e->rule = g_strdup(rule);
        e->next = (IdxDecision){
            .from_us = g->start_us, .goes = goes, .verdict = v->kind, .hold_id = v->hold_id};
    }
    e->next.to_us = MAX(e->next.to_us, g->end_us);
    e->next.until_us = v->max_us;
    e->next.segments++;
    e->next.bytes += g->bytes;
}
