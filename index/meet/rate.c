// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/rate.h"

#include <string.h>

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/meet/meet_own.h"
#include "index/meet/note.h"
#include "index/segment/seal.h"

static const char SQL_CITIZEN[] = // also of a session that is over
    "SELECT l.code, m.opened_us IS NOT NULL, b.satisfaction IS NOT NULL FROM meeting_leg l"
    " JOIN meeting m ON m.id = l.meeting_id LEFT JOIN meeting_booking b ON b.meeting_id = m.id"
    " WHERE l.token_sha256 = ?1 AND m.session = ?2 AND l.expires_us > ?3 AND l.role = 'citizen'";

static bool check(int64_t level, const char *words, GError **error)
{
    if (level < 1 || level > 5)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a rating is 5 (very satisfied) to 1 (very dissatisfied)");
    bool fair = !words || (g_utf8_validate(words, -1, NULL) &&
                           g_utf8_strlen(words, -1) <= IDX_RATE_WORDS_MAX);
    return fair || mj_error_set(error, MJ_ERROR_INVALID, "the words have %d characters at most",
                                IDX_RATE_WORDS_MAX);
}

/* At the row of the leg; NULL: MJ_ERROR_DENIED. */
static IdxQuery *query_leg(IdxCatalogue *cat, const char *session, const char *token,
                           int64_t now_us, GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(token && strlen(token) <= IDX_MEET_TOKEN_MAX ? token : "", digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_CITIZEN, error, "bti", digest, sizeof digest, session, now_us);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_DENIED, "only the citizen's own link rates a session");
    return row > 0 ? g_steal_pointer(&q) : NULL;
}

char *idx_rate_who(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                   GError **error)
{
    g_autoptr(IdxQuery) q = query_leg(cat, session, token, now_us, error);
    return q ? g_strdup(idx_db_text(q, 0)) : NULL;
}

/* *ret_leg: caller frees. */
static bool find_leg(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                     char **ret_leg, GError **error)
{
    g_autoptr(IdxQuery) q = query_leg(cat, session, token, now_us, error);
    if (!q)
        return false;
    if (!idx_db_int(q, 1))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "session %s has not begun", session);
    if (idx_db_int(q, 2))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "session %s is rated already", session);
    *ret_leg = g_strdup(idx_db_text(q, 0));
    return true;
}

static bool rate(IdxCatalogue *cat, const char *session, const char *token, int64_t level,
                 const char *words, int64_t now_us, GError **error)
{
    g_autofree char *leg = NULL;
    if (!find_leg(cat, session, token, now_us, &leg, error))
        return false;
    g_autoptr(json_t) detail = json_pack("{s:I}", "evalevel", (json_int_t)level);
    if (words && *words)
        json_object_set_new(detail, "evacontent", json_string(words));
    IdxMeetNote note = {
        .session = session, .leg = leg, .kind = "rated", .detail = detail, .at_us = now_us};
    g_autoptr(json_t) who = json_pack("{s:s}", "leg", leg);
    IdxAudit row = {
        .what = "session.rate", .object_kind = "session", .object = session, .detail = who};
    return idx_meet_note(cat, &note, error) && idx_audit(cat, &row, error);
}

bool idx_rate(IdxCatalogue *cat, const char *session, const char *token, int64_t level,
              const char *words, int64_t now_us, GError **error)
{
    return check(level, words, error) && idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, rate(cat, session, token, level, words, now_us, error), error);
}
