// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/json.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/link/linker.h"
#include "index/link/ticket.h"
#include "index/listing.h"
#include "index/purge/disposition.h"

#include <string.h>

static json_t *day_json(int day)
{
    g_autofree char *text = day ? mj_day_format(day) : NULL;
    return mj_json_string(text);
}

static json_t *spans_json(IdxCatalogue *cat, const IdxHold *hold)
{
    json_t *spans = json_array();
    for (guint i = 0; i < hold->spans->len; i++) {
        const IdxHoldSpan *span = hold->spans->pdata[i];
        json_array_append_new(spans, json_pack("{s:s, s:o, s:o}", "camera", span->camera, "from",
                                               idx_listing_time(cat, span->from_us), "to",
                                               idx_listing_time(cat, span->to_us)));
    }
    return spans;
}

static json_t *subject_json(const IdxHold *hold)
{
    if (strcmp(hold->kind, IDX_HOLD_CAMERA) == 0)
        return json_null();
    json_t *subject = json_pack("{s:s, s:s, s:s, s:o}", "kind", hold->kind, "hall", hold->hall,
                                "key", hold->key, "day", day_json(hold->day));
    if (g_str_has_prefix(hold->part, IDX_PART_ID))
        json_object_set_new(subject, "ticket_id", json_string(hold->part + strlen(IDX_PART_ID)));
    if (g_str_has_prefix(hold->part, IDX_PART_SOURCE))
        json_object_set_new(subject, "source", json_string(hold->part + strlen(IDX_PART_SOURCE)));
    return subject;
}

json_t *idx_hold_json(IdxCatalogue *cat, const IdxHold *hold, int64_t now_us)
{
    int today = mj_time_local_day(now_us, idx_catalogue_timezone(cat));
    bool live = hold->released_us == 0;
    return json_pack("{s:I, s:s, s:o, s:s, s:s, s:s, s:o, s:b, s:o, s:s, s:o, s:s?, s:s?, s:o}",
                     "id", (json_int_t)hold->id, "kind", hold->kind, "subject", subject_json(hold),
                     "owner", hold->owner, "reason", hold->reason, "case", hold->case_no, "review",
                     day_json(hold->review_day), "review_due",
                     live && hold->review_day && hold->review_day <= today, "made",
                     idx_listing_time(cat, hold->made_us), "by", hold->by, "released",
                     idx_listing_time(cat, hold->released_us), "released_by", hold->released_by,
                     "released_reason", hold->released_reason, "spans", spans_json(cat, hold));
}

json_t *idx_hold_list_json(IdxCatalogue *cat, bool with_released, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) holds = idx_hold_list(cat, with_released, error);
    if (!holds)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < holds->len; i++)
        json_array_append_new(list, idx_hold_json(cat, holds->pdata[i], now_us));
    return json_pack("{s:o}", "holds", list);
}

static json_t *gone_json(IdxCatalogue *cat, const IdxGone *gone)
{
    g_autofree char *words = idx_disposition_words(gone->rule);
    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:o}", "camera", gone->camera,
                     "stream", gone->stream, "from", idx_listing_time(cat, gone->from_us), "to",
                     idx_listing_time(cat, gone->to_us), "segments", (json_int_t)gone->segments,
                     "bytes", (json_int_t)gone->bytes, "rule", gone->rule, "detail", words,
                     "deleted", idx_listing_time(cat, gone->marked_us));
}

/* That there is nothing yet may be as it should be, or the hold is on another one than was meant. Caller frees. */
static char *warning_of(const IdxHoldAnswer *answer)
{
    const IdxHold *hold = answer->hold;
    g_autofree char *day = hold->day ? mj_day_format(hold->day) : NULL;
    if (answer->segments > 0)
        return NULL;
    if (strcmp(hold->kind, IDX_HOLD_CAMERA) == 0)
        return g_strdup("it keeps nothing now: of these cameras there is no footage of that time");
    return g_strdup_printf(
        "it keeps nothing now: of %s %s%s%s in hall %s there is no footage%s; see "
        "whether another day's or hall's is meant",
        hold->kind, hold->key, day ? " of " : "", day ? day : "", hold->hall,
        hold->spans->len > 0 ? "" : ", and nothing says where it was");
}

json_t *idx_hold_answer_json(IdxCatalogue *cat, const IdxHoldAnswer *answer, int64_t now_us)
{
    json_t *gone = json_array(), *tickets = json_array();
    for (guint i = 0; i < answer->tickets->len; i++) {
        const IdxHoldTicket *one = answer->tickets->pdata[i];
        json_array_append_new(
            tickets, json_pack("{s:s?, s:s?}", "ticket_id", one->ticket_id, "source", one->source));
    }
    for (guint i = 0; i < answer->gone->len; i++)
        json_array_append_new(gone, gone_json(cat, answer->gone->pdata[i]));
    g_autofree char *warning = warning_of(answer);
    return json_pack("{s:s?, s:o, s:o, s:{s:I, s:I}, s:o, s:{s:i, s:i, s:i, s:s?}}", "warning",
                     warning, "hold", idx_hold_json(cat, answer->hold, now_us), "tickets", tickets,
                     "keeps", "segments", (json_int_t)answer->segments, "bytes",
                     (json_int_t)answer->bytes, "gone", gone, "journals", "written",
                     answer->journals, "of", answer->journals_of, "waiting",
                     answer->journals_waiting, "failed", answer->journals_failed);
}

static int by_id(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* One that is open ends where it is shown and kept until, not in a year of somebody else's hold. */
static int64_t end_of(const IdxSpan *span, const IdxLinkRule *rules)
{
    return idx_linker_span_end(span->from_us, span->to_us, &rules[span->method]);
}

/* Those that touch the spans from *i on that are of one camera. Moves *i behind them. Most cameras have none at any
 * of these times, which one look tells. */
static bool add_touching(IdxCatalogue *cat, const GArray *spans, const IdxLinkRule *rules, guint *i,
                         GArray *ids, GError **error)
{
    guint first = *i, before = ids->len;
    const IdxSpan *span = &g_array_index(spans, IdxSpan, first);
    int64_t camera_id = span->camera_id, from_us = INT64_MAX, to_us = INT64_MIN;
    for (; *i < spans->len && g_array_index(spans, IdxSpan, *i).camera_id == camera_id; (*i)++) {
        from_us = MIN(from_us, g_array_index(spans, IdxSpan, *i).from_us);
        to_us = MAX(to_us, end_of(&g_array_index(spans, IdxSpan, *i), rules));
    }
    if (!idx_hold_touching(cat, camera_id, from_us, to_us, ids, error))
        return false;
    if (ids->len == before || *i == first + 1)
        return true;
    g_array_set_size(ids, before);
    for (guint j = first; j < *i; j++) {
        span = &g_array_index(spans, IdxSpan, j);
        if (!idx_hold_touching(cat, camera_id, span->from_us, end_of(span, rules), ids, error))
            return false;
    }
    return true;
}

static GArray *ids_of(IdxCatalogue *cat, int64_t subject_id, const GArray *spans,
                      const IdxLinkRule *rules, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (subject_id && !idx_hold_of_subject(cat, subject_id, ids, error))
        return NULL;
    for (guint i = 0; i < spans->len;)
        if (!add_touching(cat, spans, rules, &i, ids, error))
            return NULL;
    g_array_sort(ids, by_id);
    return g_steal_pointer(&ids);
}

bool idx_hold_count(IdxCatalogue *cat, const IdxSubject *s, const GArray *spans,
                    const IdxLinkRule *rules, int *ret, GError **error)
{
    g_autoptr(GHashTable) held = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!idx_hold_live_on(cat, s, ids, error))
        return false;
    for (guint i = 0; i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        if (!idx_hold_touching(cat, span->camera_id, span->from_us, end_of(span, rules), ids,
                               error))
            return false;
    }
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(held, &g_array_index(ids, int64_t, i));
    *ret = (int)g_hash_table_size(held);
    return true;
}

json_t *idx_hold_of_footage_json(IdxCatalogue *cat, int64_t subject_id, const GArray *spans,
                                 const IdxLinkRule *rules, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = ids_of(cat, subject_id, spans, rules, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; ids && i < ids->len; i++) {
        int64_t id = g_array_index(ids, int64_t, i);
        if (i > 0 && g_array_index(ids, int64_t, i - 1) == id)
            continue;
        g_autoptr(GError) local = NULL;
        g_autoptr(IdxHold) hold = idx_hold_get(cat, id, &local);
        if (!hold && idx_scope_is_limited(cat) && mj_error_is(local, MJ_ERROR_NOT_FOUND))
            continue; // of other places
        if (!hold) {
            g_propagate_error(error, g_steal_pointer(&local));
            return NULL;
        }
        json_array_append_new(list, idx_hold_json(cat, hold, now_us));
    }
    return ids ? g_steal_pointer(&list) : NULL;
}
