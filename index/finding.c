// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/finding.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/cursor.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/glance.h"
#include "index/find/subject.h"
#include "index/hall.h"
#include "index/link/linking.h"

#include <string.h>

bool idx_find_is_complete(IdxCatalogue *cat, bool *ret, GError **error)
{
    int64_t left = 0;
    bool unlinked = false;
    if (!idx_facet_left(cat, &left, error) || !idx_linking_pending(cat, &unlinked, error))
        return false;
    *ret = left <= 0 && !unlinked;
    return true;
}

// ── sittings ──

/* The one facet that is meant; NULL with @error. Caller frees. */
static IdxFacet *find_facet(IdxCatalogue *cat, const IdxFind *find, GError **error)
{
    g_autoptr(GPtrArray) facets = idx_facet_get(cat, find->by, find->value, find->hall, error);
    if (facets && facets->len == 1)
        return g_ptr_array_steal_index(facets, 0);
    int64_t hall_id = 0;
    if (facets && facets->len == 0 && idx_hall_find(cat, find->hall, &hall_id, error))
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "nothing is known of %s %.64s%s%.64s",
                     idx_facet_name(find->by), find->value, find->hall ? " in hall " : "",
                     find->hall ? find->hall : "");
    else if (facets && facets->len > 1)
        mj_error_set(error, MJ_ERROR_AMBIGUOUS, "%u halls have %s %.64s: say which hall is meant",
                     facets->len, idx_facet_name(find->by), find->value);
    return NULL;
}

static json_t *sittings_json(IdxCatalogue *cat, const GArray *sittings, int64_t now_us,
                             GError **error)
{
    g_autoptr(json_t) items = json_array();
    for (guint i = 0; i < sittings->len; i++) {
        const IdxSitting *sitting = &g_array_index(sittings, IdxSitting, i);
        g_autoptr(IdxSubject) subject = idx_subject_get(cat, sitting->subject_id, error);
        json_t *item = subject ? idx_glance(cat, subject, sitting, now_us, error) : NULL;
        if (!item)
            return NULL;
        json_array_append_new(items, item);
    }
    return g_steal_pointer(&items);
}

static json_t *bound(IdxCatalogue *cat, int64_t us)
{
    return us == INT64_MIN || us == INT64_MAX ? json_null() : mj_json_time(us, cat->zone);
}

json_t *idx_find(IdxCatalogue *cat, const IdxFind *find, GError **error)
{
    bool complete = false;
    IdxSitting last = {0};
    IdxSittingRange range = {.from_us = find->from_us, .to_us = find->to_us, .limit = find->limit};
    if (find->from_us >= find->to_us) {
        mj_error_set(error, MJ_ERROR_INVALID, "the time asked for ends before it begins");
        return NULL;
    }
    if (!mj_cursor_read(find->cursor, &range.before_us, &range.before_subject_id, error) ||
        !idx_find_is_complete(cat, &complete, error))
        return NULL;
    g_autoptr(IdxFacet) facet = find_facet(cat, find, error);
    g_autoptr(GArray) sittings =
        facet ? idx_facet_sittings(cat, facet->id, &range, &last, error) : NULL;
    if (!sittings)
        return NULL;
    g_autofree char *next = last.subject_id ? mj_cursor_write(last.last_us, last.subject_id) : NULL;
    g_autoptr(json_t) items = sittings_json(cat, sittings, find->now_us, error);
    g_autoptr(json_t) hall = items ? idx_glance_hall(cat, facet->hall_id, error) : NULL;
    if (!hall)
        return NULL;
    return json_pack("{s:s, s:s, s:O, s:o, s:o, s:b, s:O, s:o}", "by", idx_facet_name(find->by),
                     "value", facet->value, "hall", hall, "from", bound(cat, find->from_us), "to",
                     bound(cat, find->to_us), "complete", (int)complete, "items", items, "next",
                     mj_json_string(next));
}

json_t *idx_facets_json(IdxCatalogue *cat, const GPtrArray *facets)
{
    json_t *array = json_array();
    for (guint i = 0; i < facets->len; i++) {
        const IdxFacet *f = facets->pdata[i];
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:s, s:o}", "by", idx_facet_name(f->kind),
                                        "value", f->value, "hall", f->hall, "last",
                                        mj_json_time(f->last_us, cat->zone)));
    }
    return array;
}

json_t *idx_find_candidates(IdxCatalogue *cat, IdxFacetKind by, const char *value, GError **error)
{
    g_autoptr(GPtrArray) facets = idx_facet_get(cat, by, value, NULL, error);
    return facets ? idx_facets_json(cat, facets) : NULL;
}
