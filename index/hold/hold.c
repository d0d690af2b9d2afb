// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/hold.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/subject.h"
#include "index/hold/hold_own.h"
#include "index/hold/journal.h"
#include "index/link/ticket.h"
#include "index/purge/disposition.h"

#include <inttypes.h>
#include <string.h>

#define SEAM_US MJ_SECOND_US // what is missing between two segments of one stretch

static const char SQL_NEXT_ID[] =
    "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'hold'";
static const char SQL_RELEASED[] = "SELECT EXISTS (SELECT 1 FROM hold_record WHERE line ->> '$.do'"
                                   " = 'release' AND line ->> '$.id' = ?)";
static const char SQL_ALL_ON[] =
    "SELECT h.id FROM subject s JOIN hall a ON a.id = s.hall_id"
    " CROSS JOIN hold h ON h.key = s.key AND h.day = s.day AND h.kind = s.kind AND h.hall = a.code"
    " WHERE s.id = ? AND" IDX_HOLD_KEEPS("h.part", "s") " ORDER BY h.id";
static const char SQL_TOUCHING[] =
    "SELECT DISTINCT h.hold_id FROM camera c"
    " CROSS JOIN hold_span h INDEXED BY hold_span_live ON h.camera = c.code"
    " WHERE c.id = ?1 AND h.released_us IS NULL AND h.from_us < ?3 AND h.to_us > ?2"
    " ORDER BY h.hold_id";
static const char SQL_KNOWN[] = "SELECT count(*) FROM camera WHERE code = ?";
static const char SQL_KEPT[] =
    "SELECT count(g.bytes), coalesce(sum(g.bytes), 0) FROM camera c JOIN stream s"
    " ON s.camera_id = c.id JOIN segment g ON g.stream_id = s.id WHERE c.code = ?1"
    " AND g.start_us >= ?2 - ?4 AND g.start_us < ?3 AND g.end_us > ?2";
static const char SQL_GONE[] =
    "SELECT c.code, s.name, d.start_us, d.end_us, d.bytes, d.rule, b.marked_us FROM camera c CROSS "
    "JOIN stream s ON s.camera_id = c.id"
    " CROSS JOIN disposition_run r ON r.stream_id = s.id AND r.from_us < ?3 AND r.to_us > ?2"
    " AND r.from_us > ?2 - " IDX_DISPOSITION_BACK IDX_DISPOSITION_OF_RUN
    " CROSS JOIN purge_batch b ON b.id = d.batch_id WHERE c.code = ?1 AND d.start_us >= ?2 - ?4 "
    "AND d.start_us < ?3 AND d.end_us > ?2"
    " ORDER BY s.name, d.start_us";
static const char SQL_GENERATION[] = "SELECT coalesce(max(seq), 0) FROM hold_record";

void idx_hold_free(IdxHold *hold)
{
    if (!hold)
        return;
    g_free(hold->kind);
    g_free(hold->hall);
    g_free(hold->key);
    g_free(hold->part);
    g_free(hold->owner);
    g_free(hold->reason);
    g_free(hold->case_no);
    g_free(hold->by);
    g_free(hold->released_by);
    g_free(hold->released_reason);
    g_clear_pointer(&hold->spans, g_ptr_array_unref);
    g_free(hold);
}

static void gone_free(void *data)
{
    IdxGone *gone = data;
    g_free(gone->camera);
    g_free(gone->stream);
    g_free(gone->rule);
    g_free(gone);
}

static void ticket_free(void *data)
{
    IdxHoldTicket *ticket = data;
    g_free(ticket->ticket_id);
    g_free(ticket->source);
    g_free(ticket);
}

void idx_hold_answer_clear(IdxHoldAnswer *answer)
{
    g_clear_pointer(&answer->tickets, g_ptr_array_unref);
    g_clear_pointer(&answer->hold, idx_hold_free);
    g_clear_pointer(&answer->gone, g_ptr_array_unref);
    g_clear_pointer(&answer->journals_failed, g_free);
}

/* --- reading ---------------------------------------------------------------------------------- */

bool idx_hold_touching(IdxCatalogue *cat, int64_t camera_id, int64_t from_us, int64_t to_us,
                       GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_TOUCHING, error, "iii", camera_id, from_us, to_us);
    return idx_db_append_ints(cat, q, ids, error);
}

bool idx_hold_of_subject(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ALL_ON, error, "i", subject_id);
    return idx_db_append_ints(cat, q, ids, error);
}

bool idx_hold_generation(IdxCatalogue *cat, int64_t *ret, GError **error)
{
    return idx_db_get_int(cat, ret, SQL_GENERATION, error, "");
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool check_camera(IdxCatalogue *cat, const char *code, GError **error)
{
    int64_t known = 0;
    return idx_db_get_int(cat, &known, SQL_KNOWN, error, "t", code) &&
           (known || mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %.64s", code));
}

static bool check_request(const IdxHoldRequest *r, GError **error)
{
    if (!r->kind && (!r->cameras || !r->cameras[0]))
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "a hold is on a ticket, an approval, a session or cameras: none is named");
    if (r->all && (g_strcmp0(r->kind, "ticket") != 0 || r->ticket_id || r->source))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "all that have a number are tickets: without a ticket_id and a source");
    if (!r->kind && g_strv_length((char **)(uintptr_t)r->cameras) > IDX_HOLD_CAMERAS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "more than %d cameras in one hold",
                            IDX_HOLD_CAMERAS_MAX);
    if (!r->kind &&
        (r->from_us >= r->to_us || r->to_us - r->from_us > IDX_HOLD_LONGEST_DAYS * MJ_DAY_US))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            r->from_us >= r->to_us ? "the time to be held ends before it begins"
                                                   : "more than ten years held at once");
    return mj_text_check("a hold's owner", r->owner ? r->owner : "", error) &&
           mj_text_check("a hold's reason", r->reason ? r->reason : "", error) &&
           mj_text_check("a hold's case number", r->case_no ? r->case_no : "", error);
}

/* A day that is over would never come. */
static bool check_review(IdxCatalogue *cat, const IdxHoldRequest *r, int64_t now_us, GError **error)
{
    if (!r->review_day || r->review_day >= mj_time_local_day(now_us, idx_catalogue_timezone(cat)))
        return true;
    g_autofree char *day = mj_day_format(r->review_day);
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "the day of review, %s, is over: it is today or later", day);
}

IdxName idx_hold_name(const IdxHoldRequest *r)
{
    return (IdxName){r->kind, r->key, r->day, r->hall, r->ticket_id, r->source};
}

static bool check_kind(const IdxHoldRequest *r, GError **error)
{
    static const char *const KINDS[] = {"ticket", "session", "approval", NULL};
    return g_strv_contains(KINDS, r->kind) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "a hold is on a ticket, an approval, a session or cameras, not %.64s",
                        r->kind);
}

static bool say_none(const IdxHoldRequest *r, GError **error)
{
    bool dated = strcmp(r->kind, "ticket") == 0 && r->day;
    g_autofree char *day = dated ? mj_day_format(r->day) : NULL;
    return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s%s%s", r->kind, r->key,
                        day ? " on " : "", day ? day : "");
}

static bool are_of_one_hall(const GPtrArray *subjects, GError **error)
{
    for (guint i = 1; i < subjects->len; i++) {
        const IdxSubject *a = subjects->pdata[0], *b = subjects->pdata[i];
        if (a->hall_id != b->hall_id)
            return mj_error_set(error, MJ_ERROR_AMBIGUOUS,
                                "tickets of several halls have the number %.64s (%s, %s): say "
                                "which hall is meant",
                                a->key, a->hall, b->hall);
    }
    return true;
}

/* The one that is meant, or all of them. NULL with @error if there is none. Element type IdxSubject *. */
static GPtrArray *find_subjects(IdxCatalogue *cat, const IdxHoldRequest *r, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!check_kind(r, error))
        return NULL;
    IdxName name = idx_hold_name(r);
    g_autoptr(GPtrArray) found = NULL;
    if (r->all) {
        found = idx_name_candidates(cat, &name, &local);
    } else {
        IdxSubject *one = idx_name_find(cat, &name, &local);
        found = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
        if (one)
            g_ptr_array_add(found, one);
    }
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    else if (found->len == 0)
        say_none(r, error);
    else if (are_of_one_hall(found, error))
        return g_steal_pointer(&found);
    return NULL;
}

/* Of one ticket alone if its number is another's too, or if the request says which one. Caller frees. */
static char *part_of(const IdxHoldRequest *r, const IdxSubject *subject)
{
    if (r->all)
        return g_strdup("");
    if (subject->part[0] || (!r->ticket_id && !r->source))
        return g_strdup(subject->part);
    return r->ticket_id ? idx_ticket_part_of_id(r->ticket_id)
                        : g_strconcat(IDX_PART_SOURCE, r->source, NULL);
}

/* @subjects: NULL of cameras. */
static bool put_hold(IdxCatalogue *cat, const IdxHoldRequest *r, const GPtrArray *subjects,
                     int64_t now_us, int64_t *ret_id, GError **error)
{
    static char none[] = "", camera[] = IDX_HOLD_CAMERA;
    const IdxSubject *subject = subjects ? subjects->pdata[0] : NULL;
    if (!idx_db_get_int(cat, ret_id, SQL_NEXT_ID, error, ""))
        return false;
    g_autofree char *part = subject ? part_of(r, subject) : g_strdup("");
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_HOLD,
                            .id = *ret_id,
                            .at_us = now_us,
                            .kind = subject ? subject->kind : camera,
                            .hall = subject ? subject->hall : none,
                            .key = subject ? subject->key : none,
                            .day = subject ? subject->day : 0,
                            .part = part,
                            .owner = (char *)(uintptr_t)r->owner,
                            .reason = (char *)(uintptr_t)r->reason,
                            .case_no = (char *)(uintptr_t)r->case_no,
                            .review_day = r->review_day,
                            .by = (char *)(uintptr_t)r->by};
    if (!idx_hold_journal_put(cat, &record, error))
        return false;
    for (guint i = 0; subjects && i < subjects->len; i++)
        if (!idx_hold_put_stretches(cat, *ret_id, subjects->pdata[i], now_us, error))
            return false;
    for (size_t i = 0; !subjects && r->cameras[i]; i++)
        if (!idx_hold_put_span(cat, *ret_id, r->cameras[i], r->from_us, r->to_us, now_us, error))
            return false;
    return true;
}

static bool is_like(const IdxGone *one, IdxQuery *q)
{
    return g_str_equal(one->camera, idx_db_text(q, 0)) &&
           g_str_equal(one->stream, idx_db_text(q, 1)) && g_str_equal(one->rule, idx_db_text(q, 5));
}

/* Which stretch the segment at @start_us lengthens, of those from @first on; NULL: it begins another. What is between
 * two deleted segments may be there, so only what follows without a seam is one, up to so many stretches. */
static IdxGone *stretch_of(const GPtrArray *gone, guint first, IdxQuery *q, int64_t start_us)
{
    bool full = gone->len >= IDX_GONE_MAX;
    for (guint i = gone->len; i-- > first;) {
        IdxGone *one = gone->pdata[i];
        if (is_like(one, q) && (full || start_us - one->to_us < SEAM_US))
            return one;
        if (!full)
            break;
    }
    return NULL;
}

static IdxGone *begin_gone(IdxQuery *q, int64_t start_us, GPtrArray *gone)
{
    IdxGone *one = g_new0(IdxGone, 1);
    one->camera = g_strdup(idx_db_text(q, 0));
    one->stream = g_strdup(idx_db_text(q, 1));
    one->from_us = start_us;
    one->rule = g_strdup(idx_db_text(q, 5));
    g_ptr_array_add(gone, one);
    return one;
}

static void add_one_gone(const IdxHoldSpan *span, IdxQuery *q, guint first, GPtrArray *gone)
{
    int64_t start_us = MAX(idx_db_int(q, 2), span->from_us);
    IdxGone *one = stretch_of(gone, first, q, start_us);
    if (!one)
        one = begin_gone(q, start_us, gone);
    one->to_us = MAX(one->to_us, MIN(idx_db_int(q, 3), span->to_us));
    one->segments++;
    one->bytes += idx_db_int(q, 4);
    one->marked_us = MAX(one->marked_us, idx_db_int(q, 6));
}

static bool add_gone(IdxCatalogue *cat, const IdxHoldSpan *span, GPtrArray *gone, GError **error)
{
    guint first = gone->len;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GONE, error, "tiii", span->camera, span->from_us,
                                         span->to_us, (int64_t)IDX_HOLD_BACK_US);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        add_one_gone(span, q, first, gone);
    return row == 0;
}

static bool add_kept(IdxCatalogue *cat, const IdxHoldSpan *span, IdxHoldAnswer *answer,
                     GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_KEPT, error, "tiii", span->camera, span->from_us,
                                         span->to_us, (int64_t)IDX_HOLD_BACK_US);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    answer->segments += idx_db_int(q, 0);
    answer->bytes += idx_db_int(q, 1);
    return true;
}

static bool fill_answer(IdxCatalogue *cat, int64_t id, IdxHoldAnswer *answer, GError **error)
{
    answer->hold = idx_hold_get(cat, id, error);
    answer->gone = g_ptr_array_new_with_free_func(gone_free);
    for (guint i = 0; answer->hold && i < answer->hold->spans->len; i++) {
        const IdxHoldSpan *span = answer->hold->spans->pdata[i];
        if (!add_kept(cat, span, answer, error) || !add_gone(cat, span, answer->gone, error))
            return false;
    }
    return answer->hold != NULL;
}

static bool tell(IdxCatalogue *cat, const char *what, const IdxHold *hold, const char *reason,
                 GError **error)
{
    g_autofree char *id = g_strdup_printf("%" PRId64, hold->id);
    g_autoptr(json_t) cameras = json_array();
    const char *last = "";
    for (guint i = 0; i < hold->spans->len; i++) {
        const IdxHoldSpan *span = hold->spans->pdata[i];
        if (strcmp(span->camera, last) != 0)
            json_array_append_new(cameras, json_string(span->camera));
        last = span->camera;
    }
    g_autoptr(json_t) detail = json_pack("{s:s, s:s, s:s, s:O}", "kind", hold->kind, "key",
                                         hold->key, "owner", hold->owner, "cameras", cameras);
    if (hold->part[0])
        json_object_set_new(detail, "part", json_string(hold->part));
    return idx_audit(cat,
                     &(IdxAudit){.what = what,
                                 .object_kind = "hold",
                                 .object = id,
                                 .day = hold->day,
                                 .reason = reason,
                                 .case_no = hold->case_no,
                                 .detail = detail},
                     error);
}

static bool list_tickets(IdxCatalogue *cat, const GPtrArray *subjects, GPtrArray *tickets,
                         GError **error)
{
    for (guint i = 0; i < subjects->len; i++) {
        const IdxSubject *s = subjects->pdata[i];
        IdxHoldTicket *ticket = g_new0(IdxHoldTicket, 1);
        g_ptr_array_add(tickets, ticket);
        if (!idx_ticket_told(cat, s->id, &ticket->ticket_id, &ticket->source, error))
            return false;
        if (!g_str_has_prefix(s->part, IDX_PART_SOURCE))
            continue;
        g_free(ticket->source);
        ticket->source = g_strdup(s->part + strlen(IDX_PART_SOURCE));
    }
    return true;
}

static bool add_now(IdxCatalogue *cat, const IdxHoldRequest *r, int64_t now_us,
                    IdxHoldAnswer *answer, GError **error)
{
    int64_t id = 0;
    g_autoptr(GPtrArray) subjects = r->kind ? find_subjects(cat, r, error) : NULL;
    if (r->kind && !subjects)
        return false;
    for (size_t i = 0; !r->kind && r->cameras[i]; i++)
        if (!check_camera(cat, r->cameras[i], error))
            return false;
    answer->tickets = g_ptr_array_new_with_free_func(ticket_free);
    return put_hold(cat, r, subjects, now_us, &id, error) && fill_answer(cat, id, answer, error) &&
           (!r->all || list_tickets(cat, subjects, answer->tickets, error)) &&
           tell(cat, "hold.add", answer->hold, r->reason, error);
}

bool idx_hold_put(IdxCatalogue *cat, const IdxHoldRequest *request, int64_t now_us,
                  IdxHoldAnswer *ret, GError **error)
{
    g_auto(IdxHoldAnswer) answer = {0};
    if (!check_request(request, error) || !idx_db_scope_begin(cat, error) ||
        !idx_db_scope_end(cat, add_now(cat, request, now_us, &answer, error), error))
        return false;
    *ret = answer;
    answer = (IdxHoldAnswer){0}; // the caller's now
    return true;
}

bool idx_hold_put_copy(IdxCatalogue *cat, const IdxHoldRecord *record, const GPtrArray *spans,
                       int64_t now_us, int64_t *ret_id, GError **error)
{
    IdxHoldRecord own = *record;
    own.what = IDX_HOLD_RECORD_HOLD;
    own.at_us = now_us;
    if (!idx_db_get_int(cat, &own.id, SQL_NEXT_ID, error, "") ||
        !idx_hold_journal_put(cat, &own, error))
        return false;
    for (guint i = 0; i < spans->len; i++) {
        const IdxHoldRecord *span = spans->pdata[i];
        if (!idx_hold_put_span(cat, own.id, span->camera, span->from_us, span->to_us, now_us,
                               error))
            return false;
    }
    *ret_id = own.id;
    g_autoptr(IdxHold) hold = idx_hold_get(cat, own.id, error);
    return hold && tell(cat, "hold.add", hold, own.reason, error);
}

bool idx_hold_add(IdxCatalogue *cat, const IdxHoldRequest *request, int64_t now_us,
                  IdxHoldAnswer *ret, GError **error)
{
    g_auto(IdxHoldSync) before = {0}, after = {0};
    g_auto(IdxHoldAnswer) answer = {0};
    if (!check_request(request, error) || !check_review(cat, request, now_us, error) ||
        !idx_hold_journal_sync(cat, &before, error) ||
        !idx_hold_put(cat, request, now_us, &answer, error))
        return false;
    if (!idx_hold_journal_sync(cat, &after, error)) {
        g_prefix_error(error, "hold %" PRId64 " is in force, but ", answer.hold->id);
        return false;
    }
    answer.journals = after.written;
    answer.journals_of = after.volumes;
    answer.journals_waiting = after.waiting;
    answer.journals_failed = after.failed->len > 0 ? g_strdup(after.failed->str) : NULL;
    *ret = answer;
    answer = (IdxHoldAnswer){0}; // the caller's now
    return true;
}

static bool release_now(IdxCatalogue *cat, int64_t id, const char *by, const char *reason,
                        int64_t now_us, GError **error)
{
    g_autoptr(IdxHold) hold = idx_hold_get(cat, id, error);
    if (!hold)
        return false;
    int64_t released = 0; // by a record: what was done to the row alone may be settled by one
    if (hold->released_us && !idx_db_get_int(cat, &released, SQL_RELEASED, error, "i", id))
        return false;
    if (released)
        return mj_error_set(error, MJ_ERROR_CONFLICT, "hold %" PRId64 " was released by %s", id,
                            hold->released_by);
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_RELEASE,
                            .id = id,
                            .at_us = now_us,
                            .by = (char *)(uintptr_t)by,
                            .reason = (char *)(uintptr_t)reason};
    return idx_hold_journal_put(cat, &record, error) &&
           tell(cat, "hold.release", hold, reason, error);
}

bool idx_hold_release(IdxCatalogue *cat, int64_t id, const char *by, const char *reason,
                      int64_t now_us, GError **error)
{
    g_auto(IdxHoldSync) before = {0};
    return mj_text_check("the reason of a release", reason ? reason : "", error) &&
           idx_hold_journal_sync(cat, &before, error) && idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, release_now(cat, id, by, reason, now_us, error), error);
}
