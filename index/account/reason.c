// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/reason.h"

#include "index/account/scope.h"
#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS "id, kind, ref_id, object, day, reason, case_no, given_us"
static const char SQL_ADD[] =
    "INSERT INTO view_reason (login_sha256, kind, ref_id, object, day, reason, case_no, given_us)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_COUNT[] = "SELECT count(*) FROM view_reason WHERE login_sha256 = ?";
static const char SQL_LIST[] =
    "SELECT " COLUMNS " FROM view_reason WHERE login_sha256 = ? ORDER BY id DESC";
static const char SQL_GET[] =
    "SELECT " COLUMNS " FROM view_reason WHERE login_sha256 = ? AND id = ?";
static const char SQL_PLACE[] =
    "SELECT p.id, p.hall_id FROM place p JOIN hall h ON h.id = p.hall_id WHERE p.code = ?1"
    " AND (?2 IS NULL OR h.code = ?2) ORDER BY h.id LIMIT 1";
/* Its own spans and those of what shares events with it; superseded ones too, since a correction must not cut off
 * who is looking, but for those that were open while nobody knew the end. What is open is a day long at most. */
static const char SQL_OF_SUBJECT[] =
    "SELECT EXISTS (SELECT 1 FROM span s JOIN camera c ON c.id = s.camera_id WHERE c.code = ?2"
    " AND s.from_us - ?5 < ?4 AND coalesce(s.to_us, s.from_us + 86400000000) + ?5 > ?3"
    " AND (s.superseded_us IS NULL OR s.to_us IS NOT NULL) AND s.subject_id IN"
    " (SELECT ?1 UNION SELECT b.subject_id FROM subject_event a JOIN subject_event b"
    " ON b.event_id = a.event_id WHERE a.subject_id = ?1))";
static const char SQL_OF_PLACE[] =
    "SELECT EXISTS (SELECT 1 FROM coverage v JOIN camera c ON c.id = v.camera_id WHERE"
    " v.place_id = ?1 AND c.code = ?2 AND coalesce(v.from_us, ?3) <= ?4"
    " AND coalesce(v.to_us, ?4 + 1) > ?3)";
static const char SQL_OF_CAMERA[] =
    "SELECT EXISTS (SELECT 1 FROM camera WHERE id = ?1 AND code = ?2)";

void idx_reason_free(IdxReason *reason)
{
    if (!reason)
        return;
    g_free(reason->kind);
    g_free(reason->object);
    g_free(reason->reason);
    g_free(reason->case_no);
    g_free(reason);
}

IdxReason *idx_reason_copy(const IdxReason *reason)
{
    if (!reason)
        return NULL;
    IdxReason *copy = g_memdup2(reason, sizeof *reason);
    copy->kind = g_strdup(reason->kind);
    copy->object = g_strdup(reason->object);
    copy->reason = g_strdup(reason->reason);
    copy->case_no = g_strdup(reason->case_no);
    return copy;
}

/* Something that a person can read: letters of any script or digits. */
static bool says(const char *text, size_t max)
{
    if (!text || strlen(text) > max || !g_utf8_validate(text, -1, NULL))
        return false;
    bool said = false;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iscntrl(c))
            return false;
        said = said || g_unichar_isalnum(c);
    }
    return said;
}

bool idx_reason_check(const char *reason, const char *case_no, GError **error)
{
    if (!says(reason, IDX_REASON_TEXT_MAX))
        return mj_error_set(error, MJ_ERROR_INVALID, "reason: why, in at most %d bytes",
                            IDX_REASON_TEXT_MAX);
    return says(case_no, IDX_REASON_CASE_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "case: the number of the case, in at most %d bytes", IDX_REASON_CASE_MAX);
}

char *idx_reason_decode(const char *header, size_t max, GError **error)
{
    g_autofree char *text = header ? g_uri_unescape_string(header, NULL) : NULL;
    if (says(text, max))
        return g_steal_pointer(&text);
    mj_error_set(error, MJ_ERROR_INVALID,
                 "Mingjing-Reason and Mingjing-Case: words, percent-encoded UTF-8");
    return NULL;
}

static IdxReason *read_reason(IdxQuery *q)
{
    IdxReason *reason = g_new0(IdxReason, 1);
    reason->id = idx_db_int(q, 0);
    reason->kind = g_strdup(idx_db_text(q, 1));
    reason->ref_id = idx_db_int(q, 2);
    reason->object = g_strdup(idx_db_text(q, 3));
    reason->day = (int)idx_db_int(q, 4);
    reason->reason = g_strdup(idx_db_text(q, 5));
    reason->case_no = g_strdup(idx_db_text(q, 6));
    reason->given_us = idx_db_int(q, 7);
    return reason;
}

static bool find_place(IdxCatalogue *cat, const IdxName *what, int64_t *ret_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACE, error, "tt", what->key, what->hall);
    int row = idx_db_step(cat, q, error);
    if (row == 0 || (row > 0 && !idx_scope_place(cat, idx_db_int(q, 1), what->key)))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.64s", what->key);
    *ret_id = row > 0 ? idx_db_int(q, 0) : 0;
    return row > 0;
}

static bool find_camera(IdxCatalogue *cat, const char *code, int64_t now_us, int64_t *ret_id,
                        GError **error)
{
    if (!idx_scope_check_camera(cat, code, now_us, now_us, error))
        return false;
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    *ret_id = camera ? camera->id : 0;
    return camera != NULL;
}

static bool find_subject(IdxCatalogue *cat, const IdxName *what, IdxReason *reason, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(IdxSubject) subject = idx_name_find(cat, what, &local);
    if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (!subject)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s", what->kind, what->key);
    reason->ref_id = subject->id;
    reason->day = subject->day;
    g_free(reason->object);
    reason->object = g_strdup(subject->key);
    return true;
}

static bool find(IdxCatalogue *cat, const IdxName *what, int64_t now_us, IdxReason *reason,
                 GError **error)
{
    static const char *const SUBJECTS[] = {"ticket", "approval", "session", NULL};
    if (strcmp(what->kind, "place") == 0)
        return find_place(cat, what, &reason->ref_id, error);
    if (strcmp(what->kind, "camera") == 0)
        return find_camera(cat, what->key, now_us, &reason->ref_id, error);
    if (g_strv_contains(SUBJECTS, what->kind))
        return find_subject(cat, what, reason, error);
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "kind: ticket, approval, session, place or camera");
}

static bool store(IdxCatalogue *cat, const uint8_t login[32], IdxReason *r, GError **error)
{
    int64_t n = 0;
    if (!idx_db_get_int(cat, &n, SQL_COUNT, error, "b", (const void *)login, (size_t)32))
        return false;
    if (n >= IDX_REASONS_MAX)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "%d reasons were given since you signed in: sign in anew",
                            IDX_REASONS_MAX);
    if (!idx_db_run(cat, SQL_ADD, error, "btititti", (const void *)login, (size_t)32, r->kind,
                    r->ref_id, r->object, (int64_t)r->day, r->reason, r->case_no, r->given_us))
        return false;
    r->id = idx_db_last_id(cat);
    return idx_audit(cat,
                     &(IdxAudit){.what = "reason",
                                 .object_kind = r->kind,
                                 .object = r->object,
                                 .day = r->day,
                                 .reason = r->reason,
                                 .case_no = r->case_no},
                     error);
}

IdxReason *idx_reason_give(IdxCatalogue *cat, const char *cookie, const IdxName *what,
                           const char *reason, const char *case_no, int64_t now_us, GError **error)
{
    uint8_t login[32];
    idx_seal_sha256(cookie, login);
    if (!idx_reason_check(reason, case_no, error))
        return NULL;
    g_autoptr(IdxReason) given = g_new0(IdxReason, 1);
    given->kind = g_strdup(what->kind);
    given->object = g_strdup(what->key);
    given->reason = g_strdup(reason);
    given->case_no = g_strdup(case_no);
    given->given_us = now_us;
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    bool ok = find(cat, what, now_us, given, error) && store(cat, login, given, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&given) : NULL;
}

GPtrArray *idx_reason_list(IdxCatalogue *cat, const char *cookie, GError **error)
{
    uint8_t login[32];
    idx_seal_sha256(cookie, login);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_reason_free);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LIST, error, "b", (const void *)login, sizeof login);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, read_reason(q));
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

IdxReason *idx_reason_get(IdxCatalogue *cat, const char *cookie, int64_t id, GError **error)
{
    uint8_t login[32];
    idx_seal_sha256(cookie, login);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_GET, error, "bi", (const void *)login, sizeof login, id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no reason %" PRId64, id);
    return row > 0 ? read_reason(q) : NULL;
}

bool idx_reason_covers(IdxCatalogue *cat, const IdxReason *reason, const char *camera,
                       int64_t from_us, int64_t to_us, bool *ret_covers, GError **error)
{
    int64_t covers = 0;
    bool ok = false;
    if (strcmp(reason->kind, "camera") == 0)
        ok = idx_db_get_int(cat, &covers, SQL_OF_CAMERA, error, "it", reason->ref_id, camera);
    else if (strcmp(reason->kind, "place") == 0)
        ok = idx_db_get_int(cat, &covers, SQL_OF_PLACE, error, "itii", reason->ref_id, camera,
                            from_us, to_us);
    else
        ok = idx_db_get_int(cat, &covers, SQL_OF_SUBJECT, error, "itiii", reason->ref_id, camera,
                            from_us, to_us, (int64_t)IDX_REASON_AROUND_US);
    *ret_covers = covers != 0;
    return ok;
}
