// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold.h"

#include "index/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/footage.h"
#include "index/hold_journal.h"
#include "index/naming.h"
#include "index/story.h"
#include "index/subject.h"

#include <inttypes.h>
#include <string.h>

/* A file is about a minute long; none is longer than this. */
#define BACK_US MJ_DAY_US

static const char SQL_NEXT_ID[] =
    "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'hold'";
static const char SQL_HAS_SPAN[] = "SELECT EXISTS (SELECT 1 FROM hold_span WHERE hold_id = ?1"
                                   " AND camera = ?2 AND from_us <= ?3 AND to_us >= ?4)";
static const char SQL_ANY_ON_SUBJECTS[] =
    "SELECT EXISTS (SELECT 1 FROM hold INDEXED BY hold_live WHERE released_us IS NULL"
    " AND kind <> 'camera')";
static const char SQL_LIVE_ON[] =
    "SELECT id FROM hold INDEXED BY hold_live WHERE key = ? AND day = ? AND kind = ?"
    " AND released_us IS NULL AND hall = ? ORDER BY id";
static const char SQL_ALL_ON[] =
    "SELECT h.id FROM subject s JOIN hall a ON a.id = s.hall_id"
    " CROSS JOIN hold h ON h.key = s.key AND h.day = s.day AND h.kind = s.kind AND h.hall = a.code"
    " WHERE s.id = ? ORDER BY h.id";
static const char SQL_TOUCHING[] =
    "SELECT DISTINCT h.hold_id FROM camera c"
    " CROSS JOIN hold_span h INDEXED BY hold_span_live ON h.camera = c.code"
    " WHERE c.id = ?1 AND h.released_us IS NULL AND h.from_us < ?3 AND h.to_us > ?2"
    " ORDER BY h.hold_id";
static const char SQL_CODE[] = "SELECT code FROM camera WHERE id = ?";
static const char SQL_KNOWN[] = "SELECT count(*) FROM camera WHERE code = ?";
static const char SQL_KEPT[] =
    "SELECT count(g.bytes), coalesce(sum(g.bytes), 0) FROM camera c JOIN stream s"
    " ON s.camera_id = c.id JOIN segment g ON g.stream_id = s.id WHERE c.code = ?1"
    " AND g.start_us >= ?2 - ?4 AND g.start_us < ?3 AND g.end_us > ?2";
static const char SQL_GONE[] =
    "SELECT c.code, s.name, min(d.start_us), max(d.end_us), count(*), sum(d.bytes), d.rule,"
    " max(b.marked_us) FROM camera c JOIN stream s ON s.camera_id = c.id"
    " JOIN disposition d ON d.stream_id = s.id JOIN purge_batch b ON b.id = d.batch_id"
    " WHERE c.code = ?1 AND d.start_us >= ?2 - ?4 AND d.start_us < ?3 AND d.end_us > ?2"
    " GROUP BY s.id, d.rule ORDER BY s.name, min(d.start_us)";
static const char SQL_CLOCK[] =
    "SELECT coalesce(max(g.clock_uncertainty_us), 0) FROM stream s JOIN segment g"
    " ON g.stream_id = s.id WHERE s.camera_id = ?1 AND g.start_us >= ?2 - ?4 AND g.start_us < ?3"
    " AND g.end_us > ?2";
static const char SQL_HELD_SUBJECTS[] =
    "SELECT DISTINCT s.id FROM hold h INDEXED BY hold_live JOIN hall a ON a.code = h.hall"
    " CROSS JOIN subject s ON s.kind = h.kind AND s.hall_id = a.id AND s.key = h.key"
    " AND s.day = h.day WHERE h.released_us IS NULL AND h.kind <> 'camera' ORDER BY s.id";
static const char SQL_GENERATION[] = "SELECT coalesce(max(seq), 0) FROM hold_record";

void idx_hold_free(IdxHold *hold)
{
    if (!hold)
        return;
    g_free(hold->kind);
    g_free(hold->hall);
    g_free(hold->key);
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

void idx_hold_answer_clear(IdxHoldAnswer *answer)
{
    g_clear_pointer(&answer->hold, idx_hold_free);
    g_clear_pointer(&answer->gone, g_ptr_array_unref);
    g_clear_pointer(&answer->journals_failed, g_free);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool append_ids(IdxCatalogue *cat, IdxQuery *q, GArray *ids, GError **error)
{
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        g_array_append_val(ids, id);
    }
    return row == 0;
}

bool idx_hold_touching(IdxCatalogue *cat, int64_t camera_id, int64_t from_us, int64_t to_us,
                       GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_TOUCHING, error, "iii", camera_id, from_us, to_us);
    return append_ids(cat, q, ids, error);
}

bool idx_hold_of_subject(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ALL_ON, error, "i", subject_id);
    return append_ids(cat, q, ids, error);
}

bool idx_hold_generation(IdxCatalogue *cat, int64_t *ret, GError **error)
{
    return idx_db_get_int(cat, ret, SQL_GENERATION, error, "");
}

/* --- what a subject's hold keeps -------------------------------------------------------------- */

typedef struct Stretch {
    int64_t camera_id, from_us, to_us;
} Stretch;

static int by_camera(gconstpointer a, gconstpointer b)
{
    const Stretch *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Those that touch become one. */
static void join(GArray *all)
{
    guint n = 0;
    g_array_sort(all, by_camera);
    for (guint i = 0; i < all->len; i++) {
        Stretch next = g_array_index(all, Stretch, i);
        Stretch *last = n ? &g_array_index(all, Stretch, n - 1) : NULL;
        if (last && last->camera_id == next.camera_id && next.from_us <= last->to_us)
            last->to_us = MAX(last->to_us, next.to_us);
        else
            g_array_index(all, Stretch, n++) = next;
    }
    g_array_set_size(all, n);
}

/* As the dossier does, and by all streams, since any of them may be the one that is shown. */
static bool widen(IdxCatalogue *cat, Stretch *one, GError **error)
{
    int64_t worst_us = 0;
    if (!idx_db_get_int(cat, &worst_us, SQL_CLOCK, error, "iiii", one->camera_id, one->from_us,
                        one->to_us, (int64_t)BACK_US))
        return false;
    if (worst_us < IDX_FOOTAGE_NOTICED_US)
        return true;
    one->from_us -= worst_us;
    one->to_us += worst_us;
    return true;
}

static bool add_spans_of(IdxCatalogue *cat, int64_t subject_id, const IdxLinkRule *rules,
                         GArray *all, GError **error)
{
    g_autoptr(GArray) spans = idx_story_spans(cat, subject_id, error);
    for (guint i = 0; spans && i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        Stretch one = {span->camera_id, span->from_us,
                       idx_linker_span_end(span->from_us, span->to_us, &rules[span->method])};
        if (one.from_us >= one.to_us)
            continue;
        if (!widen(cat, &one, error))
            return false;
        g_array_append_val(all, one);
    }
    return spans != NULL;
}

/* The subject's own spans, and for an approval those of its tickets and sessions. */
static GArray *stretches_of(IdxCatalogue *cat, const IdxSubject *subject, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Stretch));
    if (!idx_story_rules(cat, rules, error) || !add_spans_of(cat, subject->id, rules, all, error))
        return NULL;
    g_autoptr(GPtrArray) related = strcmp(subject->kind, "approval") == 0
                                       ? idx_subject_related(cat, subject->id, error)
                                       : g_ptr_array_new();
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *part = related->pdata[i];
        if (strcmp(part->kind, "approval") != 0 && !add_spans_of(cat, part->id, rules, all, error))
            return NULL;
    }
    if (!related)
        return NULL;
    join(all);
    return g_steal_pointer(&all);
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool put_span(IdxCatalogue *cat, int64_t hold_id, const char *camera, int64_t from_us,
                     int64_t to_us, int64_t now_us, GError **error)
{
    int64_t has = 0;
    if (!idx_db_get_int(cat, &has, SQL_HAS_SPAN, error, "itii", hold_id, camera, from_us, to_us))
        return false;
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_SPAN,
                            .id = hold_id,
                            .at_us = now_us,
                            .camera = (char *)(uintptr_t)camera,
                            .from_us = from_us,
                            .to_us = to_us};
    return has != 0 || idx_hold_journal_put(cat, &record, error);
}

static char *camera_code(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CODE, error, "i", id);
    return idx_db_step(cat, q, error) > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

static bool put_stretches(IdxCatalogue *cat, int64_t hold_id, const IdxSubject *subject,
                          int64_t now_us, GError **error)
{
    g_autoptr(GArray) all = stretches_of(cat, subject, error);
    for (guint i = 0; all && i < all->len; i++) {
        const Stretch *one = &g_array_index(all, Stretch, i);
        g_autofree char *code = camera_code(cat, one->camera_id, error);
        if (!code || !put_span(cat, hold_id, code, one->from_us, one->to_us, now_us, error))
            return false;
    }
    return all != NULL;
}

static bool follow_one(IdxCatalogue *cat, const IdxSubject *subject, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIVE_ON, error, "titt", subject->key,
                                         (int64_t)subject->day, subject->kind, subject->hall);
    if (!append_ids(cat, q, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!put_stretches(cat, g_array_index(ids, int64_t, i), subject, now_us, error))
            return false;
    return true;
}

/* The holds on the subject, and those on the approvals that it belongs to. */
static bool follow(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    g_autoptr(GPtrArray) related = subject ? idx_subject_related(cat, subject_id, error) : NULL;
    if (!related || !follow_one(cat, subject, now_us, error))
        return false;
    for (guint i = 0; i < related->len; i++) {
        const IdxSubject *other = related->pdata[i];
        if (strcmp(other->kind, "approval") == 0 && !follow_one(cat, other, now_us, error))
            return false;
    }
    return true;
}

bool idx_hold_follow(IdxCatalogue *cat, const GArray *subjects, int64_t now_us, GError **error)
{
    int64_t any = 0;
    if (!idx_db_get_int(cat, &any, SQL_ANY_ON_SUBJECTS, error, ""))
        return false;
    for (guint i = 0; any && i < subjects->len; i++)
        if (!follow(cat, g_array_index(subjects, int64_t, i), now_us, error))
            return false;
    return true;
}

static bool refresh(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    return subject && follow_one(cat, subject, now_us, error);
}

bool idx_hold_refresh(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HELD_SUBJECTS, error, "");
    if (!append_ids(cat, q, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!idx_db_scope_begin(cat, error) ||
            !idx_db_scope_end(cat, refresh(cat, g_array_index(ids, int64_t, i), now_us, error),
                              error))
            return false;
    return true;
}

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

static IdxSubject *find_subject(IdxCatalogue *cat, const IdxHoldRequest *r, GError **error)
{
    g_autoptr(GError) local = NULL;
    bool ticket = strcmp(r->kind, "ticket") == 0, session = strcmp(r->kind, "session") == 0;
    if (!ticket && !session && strcmp(r->kind, "approval") != 0) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "a hold is on a ticket, an approval, a session or cameras, not %.64s",
                     r->kind);
        return NULL;
    }
    IdxSubject *found = idx_name_find(cat, &(IdxName){r->kind, r->key, r->day, r->hall}, &local);
    g_autofree char *day = ticket && r->day ? mj_day_format(r->day) : NULL;
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    else if (!found)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s%s%s", r->kind, r->key,
                     day ? " on " : "", day ? day : "");
    return found;
}

static bool put_hold(IdxCatalogue *cat, const IdxHoldRequest *r, const IdxSubject *subject,
                     int64_t now_us, int64_t *ret_id, GError **error)
{
    static char none[] = "", camera[] = IDX_HOLD_CAMERA;
    if (!idx_db_get_int(cat, ret_id, SQL_NEXT_ID, error, ""))
        return false;
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_HOLD,
                            .id = *ret_id,
                            .at_us = now_us,
                            .kind = subject ? subject->kind : camera,
                            .hall = subject ? subject->hall : none,
                            .key = subject ? subject->key : none,
                            .day = subject ? subject->day : 0,
                            .owner = (char *)(uintptr_t)r->owner,
                            .reason = (char *)(uintptr_t)r->reason,
                            .case_no = (char *)(uintptr_t)r->case_no,
                            .review_day = r->review_day,
                            .by = (char *)(uintptr_t)r->by};
    if (!idx_hold_journal_put(cat, &record, error))
        return false;
    if (subject)
        return put_stretches(cat, *ret_id, subject, now_us, error);
    for (size_t i = 0; r->cameras[i]; i++)
        if (!put_span(cat, *ret_id, r->cameras[i], r->from_us, r->to_us, now_us, error))
            return false;
    return true;
}

static bool add_gone(IdxCatalogue *cat, const IdxHoldSpan *span, GPtrArray *gone, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GONE, error, "tiii", span->camera, span->from_us,
                                         span->to_us, (int64_t)BACK_US);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxGone *one = g_new0(IdxGone, 1);
        one->camera = g_strdup(idx_db_text(q, 0));
        one->stream = g_strdup(idx_db_text(q, 1));
        one->from_us = MAX(idx_db_int(q, 2), span->from_us);
        one->to_us = MIN(idx_db_int(q, 3), span->to_us);
        one->segments = idx_db_int(q, 4);
        one->bytes = idx_db_int(q, 5);
        one->rule = g_strdup(idx_db_text(q, 6));
        one->marked_us = idx_db_int(q, 7);
        g_ptr_array_add(gone, one);
    }
    return row == 0;
}

static bool add_kept(IdxCatalogue *cat, const IdxHoldSpan *span, IdxHoldAnswer *answer,
                     GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_KEPT, error, "tiii", span->camera, span->from_us,
                                         span->to_us, (int64_t)BACK_US);
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

static bool add_now(IdxCatalogue *cat, const IdxHoldRequest *r, int64_t now_us,
                    IdxHoldAnswer *answer, GError **error)
{
    int64_t id = 0;
    g_autoptr(IdxSubject) subject = r->kind ? find_subject(cat, r, error) : NULL;
    if (r->kind && !subject)
        return false;
    for (size_t i = 0; !r->kind && r->cameras[i]; i++)
        if (!check_camera(cat, r->cameras[i], error))
            return false;
    return put_hold(cat, r, subject, now_us, &id, error) && fill_answer(cat, id, answer, error) &&
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

bool idx_hold_add(IdxCatalogue *cat, const IdxHoldRequest *request, int64_t now_us,
                  IdxHoldAnswer *ret, GError **error)
{
    g_auto(IdxHoldSync) before = {0}, after = {0};
    g_auto(IdxHoldAnswer) answer = {0};
    if (!check_request(request, error) || !idx_hold_journal_sync(cat, &before, error) ||
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
    if (hold->released_us)
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
