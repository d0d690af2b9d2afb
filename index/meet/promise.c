// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/promise.h"

#include <string.h>

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/meet/meet.h"
#include "index/meet/note.h"
#include "index/segment/seal.h"
#include "index/work_day.h"

static bool check_words(const char *what, const char *text, GError **error)
{
    if (!text || !text[strspn(text, " \t\r\n")])
        return mj_error_set(error, MJ_ERROR_INVALID, "%s is missing", what);
    return (strlen(text) <= IDX_PROMISE_TEXT_MAX && g_utf8_validate(text, -1, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s is of %d bytes at most", what,
                        IDX_PROMISE_TEXT_MAX);
}

static bool check_due(IdxCatalogue *cat, const char *due, int64_t now_us, GError **error)
{
    int day = 0;
    int64_t from_us = 0, to_us = 0;
    GTimeZone *zone = idx_catalogue_timezone(cat);
    if (!due || strlen(due) != strlen("2026-12-01") ||
        !mj_day_parse(due, zone, now_us, &day, NULL) ||
        !mj_day_range(day, zone, &from_us, &to_us, NULL))
        return mj_error_set(error, MJ_ERROR_INVALID, "due is a day: 2026-12-01");
    return to_us > now_us || mj_error_set(error, MJ_ERROR_INVALID,
                                          "a promise is for today or later, not for %s", due);
}

/* The day that is promised. Caller frees. */
static char *find_due(IdxCatalogue *cat, const IdxPromiseRequest *r, int64_t now_us, GError **error)
{
    int day = mj_time_local_day(now_us, idx_catalogue_timezone(cat));
    if (r->working_days == 0)
        return check_due(cat, r->due, now_us, error) ? g_strdup(r->due) : NULL;
    if (r->due)
        return mj_error_set(error, MJ_ERROR_INVALID, "due or working_days, not both"), NULL;
    return idx_work_day_after(cat, day, r->working_days, &day, error) ? mj_day_format(day) : NULL;
}

static char *make_code(GError **error)
{
    uint8_t random[6];
    if (!idx_seal_random(random, sizeof random, error))
        return NULL;
    g_autoptr(GString) code = g_string_new("P-");
    for (size_t i = 0; i < sizeof random; i++)
        g_string_append_printf(code, "%02x", random[i]);
    return g_string_free(g_steal_pointer(&code), FALSE);
}

static bool tell(IdxCatalogue *cat, const char *what, const char *code, GError **error)
{
    return idx_audit(cat, &(IdxAudit){.what = what, .object_kind = "promise", .object = code},
                     error);
}

static bool add(IdxCatalogue *cat, const IdxPromiseRequest *r, const char *code, const char *due,
                int64_t now_us, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, r->session, error);
    if (!meet)
        return false;
    g_autoptr(json_t) detail = json_pack("{s:s, s:s, s:s, s:s}", "promise_id", code, "text",
                                         r->text, "owner", r->owner, "due", due);
    if (r->working_days > 0)
        json_object_set_new(detail, "working_days", json_integer(r->working_days));
    return idx_meet_note(cat,
                         &(IdxMeetNote){.session = r->session,
                                        .leg = r->leg,
                                        .kind = "promised",
                                        .detail = detail,
                                        .at_us = now_us},
                         error) &&
           tell(cat, "promise.add", code, error);
}

bool idx_promise_add(IdxCatalogue *cat, const IdxPromiseRequest *request, int64_t now_us,
                     char **ret_code, GError **error)
{
    if (!check_words("what is promised", request->text, error) ||
        !mj_text_check("who sees to it", request->owner ? request->owner : "", error))
        return false;
    g_autofree char *due = find_due(cat, request, now_us, error);
    if (!due)
        return false;
    g_autofree char *code = make_code(error);
    if (!code || !idx_db_scope_begin(cat, error) ||
        !idx_db_scope_end(cat, add(cat, request, code, due, now_us, error), error))
        return false;
    *ret_code = g_steal_pointer(&code);
    return true;
}

static bool is_hash(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool done(IdxCatalogue *cat, const char *code, const IdxPromiseProof *proof, int64_t now_us,
                 GError **error)
{
    g_autoptr(json_t) json = idx_promise_json(cat, code, now_us, error);
    if (!json)
        return false;
    if (!json_is_null(json_object_get(json, "done")))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "promise %s is done already", code);
    g_autoptr(json_t) detail = json_pack("{s:s, s:s, s:s}", "promise_id", code, "proof",
                                         proof->text, "done_by", proof->by);
    if (proof->sha256)
        json_object_set_new(detail, "proof_sha256", json_string(proof->sha256));
    IdxMeetNote note = {.session = json_string_value(json_object_get(json, "session")),
                        .kind = "fulfilled",
                        .detail = detail,
                        .at_us = now_us};
    return idx_meet_note(cat, &note, error) && tell(cat, "promise.done", code, error);
}

bool idx_promise_done(IdxCatalogue *cat, const char *code, const IdxPromiseProof *proof,
                      int64_t now_us, GError **error)
{
    if (!check_words("the proof", proof->text, error))
        return false;
    if (proof->sha256 && !is_hash(proof->sha256))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the hash of a file is SHA-256, 64 digits of 0-9 and a-f");
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, done(cat, code, proof, now_us, error), error);
}
