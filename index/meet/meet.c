// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/meet.h"

#include <string.h>

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/link/place_link.h"
#include "index/meet/meet_own.h"
#include "index/meet/note.h"
#include "index/meet/notice.h"
#include "index/place.h"
#include "index/segment/seal.h"

#define TOKEN_BYTES 32

static const char SQL_ADD[] =
    "INSERT INTO meeting (session, place, topic, slot_start_us, slot_end_us, created_us)"
    " VALUES (?1, ?2, ?3, nullif(?4, 0), nullif(?5, 0), ?6)";
static const char SQL_ADD_LEG[] = "INSERT INTO meeting_leg (meeting_id, code, role, token_sha256,"
                                  " expires_us) VALUES (?, ?, ?, ?, ?)";
static const char SQL_TOKEN[] =
    "UPDATE meeting_leg SET token_sha256 = ?2, expires_us = ?3 WHERE id = ?1";
static const char SQL_WHO[] =
    "SELECT l.code FROM meeting_leg l JOIN meeting m ON m.id = l.meeting_id"
    " WHERE l.token_sha256 = ?1 AND m.session = ?2 AND m.ended_us IS NULL"
    " AND (l.expires_us > ?3 OR m.opened_us IS NOT NULL)";
static const char SQL_WAS[] = "SELECT 1 FROM meeting_leg l JOIN meeting m ON m.id = l.meeting_id"
                              " WHERE l.token_sha256 = ?1 AND m.session = ?2";
static const char SQL_CONSENT[] =
    "UPDATE meeting_leg SET consent_us = ?2, consent_text_ver = ?3 WHERE id = ?1";
static const char SQL_CAMERA[] = "UPDATE meeting_leg SET camera = ?2 WHERE id = ?1";
static const char SQL_OPENED[] = "UPDATE meeting SET opened_us = ?2 WHERE id = ?1";
static const char SQL_ENDED[] = "UPDATE meeting SET ended_us = ?2 WHERE id = ?1";
/* Whether anything came of a party of m in the last two minutes. */
#define GOES_ON(now)                                                                               \
    " EXISTS (SELECT 1 FROM meeting_leg l JOIN camera c ON c.code = l.camera JOIN stream s ON"     \
    " s.camera_id = c.id JOIN segment g INDEXED BY segment_time ON g.stream_id = s.id AND"         \
    " g.start_us > " now " - 86400000000 WHERE l.meeting_id = m.id AND g.end_us > " now            \
    " - 120000000)"
static const char SQL_OVERDUE[] =
    "SELECT session FROM meeting m WHERE opened_us IS NOT NULL AND ended_us IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM meeting_leg l WHERE l.meeting_id = m.id AND l.expires_us > ?1) AND "
    "NOT" GOES_ON("?1") " LIMIT 1";
/* What else was begun at the place, and whether it must not be disturbed: its slot is not over, it began a moment ago, or
 * somebody is there. */
static const char SQL_ELSE[] =
    "SELECT session, coalesce(slot_end_us, 0) > ?3 OR opened_us > ?3 - 120000000 OR" GOES_ON(
        "?3") " FROM meeting m WHERE place = ?1 AND opened_us IS NOT NULL AND ended_us IS NULL AND "
              "id <> ?2"
              " ORDER BY 2 DESC";

/* --- making ------------------------------------------------------------------------------------ */

bool idx_meet_check_code(const char *what, const char *code, size_t most, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    if (strlen(code) <= most && idx_camera_check_code(code, &wrong))
        return true;
    return mj_error_set(
        error, MJ_ERROR_INVALID,
        "%s has 1 to %zu letters, digits, '.', '_' or '-', and begins with a letter "
        "or digit: %.64s does not",
        what, most, code);
}

static bool check_leg(const IdxMeetRequest *r, int i, GError **error)
{
    static const char *const ROLES[] = {"citizen", "official", "observer", NULL};
    if (!idx_meet_check_code("a leg", r->legs[i], IDX_MEET_CODE_MAX, error))
        return false;
    for (int k = 0; k < i; k++)
        if (strcmp(r->legs[i], r->legs[k]) == 0)
            return mj_error_set(error, MJ_ERROR_INVALID, "leg %s stands twice", r->legs[i]);
    return g_strv_contains(ROLES, r->roles[i]) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "a party is citizen, official or observer, not %.64s", r->roles[i]);
}

static bool check(const IdxMeetRequest *r, GError **error)
{
    guint n = g_strv_length((char **)(uintptr_t)r->legs);
    if (!idx_meet_check_code("a session", r->session, IDX_MEET_SESSION_MAX, error) ||
        !idx_place_check(r->place, NULL, error) ||
        (r->topic && !mj_text_check("a topic", r->topic, error)))
        return false;
    if (n < IDX_MEET_LEGS_MIN || n > IDX_MEET_LEGS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "a session has %d to %d legs",
                            IDX_MEET_LEGS_MIN, IDX_MEET_LEGS_MAX);
    if ((r->slot_start_us == 0) != (r->slot_end_us == 0) ||
        (r->slot_end_us != 0 && r->slot_end_us <= r->slot_start_us))
        return mj_error_set(error, MJ_ERROR_INVALID, "a slot begins before it ends");
    for (guint i = 0; i < n; i++)
        if (!check_leg(r, (int)i, error))
            return false;
    return true;
}

char *idx_meet_make_token(GError **error)
{
    uint8_t random[TOKEN_BYTES];
    if (!idx_seal_random(random, sizeof random, error))
        return NULL;
    g_autoptr(GString) token = g_string_new(NULL);
    for (size_t i = 0; i < sizeof random; i++)
        g_string_append_printf(token, "%02x", random[i]);
    return g_string_free(g_steal_pointer(&token), FALSE);
}

int64_t idx_meet_token_end(int64_t slot_end_us, int64_t now_us)
{
    return slot_end_us ? slot_end_us + IDX_MEET_LATE_US : now_us + IDX_MEET_LONGEST_US;
}

static bool add_leg(IdxCatalogue *cat, int64_t meeting, const IdxMeetRequest *r, int i,
                    int64_t now_us, GPtrArray *tokens, GError **error)
{
    uint8_t digest[32];
    char *token = idx_meet_make_token(error);
    if (!token)
        return false;
    g_ptr_array_add(tokens, token);
    idx_seal_sha256(token, digest);
    return idx_db_run(cat, SQL_ADD_LEG, error, "ittbi", meeting, r->legs[i], r->roles[i], digest,
                      sizeof digest, idx_meet_token_end(r->slot_end_us, now_us));
}

bool idx_meet_make_place(IdxCatalogue *cat, const char *place, GError **error)
{
    bool known = false;
    return idx_place_is_known(cat, NULL, place, &known, error) &&
           (known || idx_place_add(cat, place, NULL, error));
}

static bool note_scheduled(IdxCatalogue *cat, const IdxMeetRequest *r, int64_t now_us,
                           GError **error)
{
    g_autoptr(json_t) detail =
        r->detail ? json_copy((json_t *)(uintptr_t)r->detail) : json_object();
    GTimeZone *zone = idx_catalogue_timezone(cat);
    if (r->told)
        return true;
    if (r->topic)
        json_object_set_new(detail, "topic", json_string(r->topic));
    if (r->slot_start_us) {
        json_object_set_new(detail, "slot_start", mj_json_time(r->slot_start_us, zone));
        json_object_set_new(detail, "slot_end", mj_json_time(r->slot_end_us, zone));
    }
    return idx_meet_note(
        cat,
        &(IdxMeetNote){
            .session = r->session, .kind = "scheduled", .detail = detail, .at_us = now_us},
        error);
}

static bool tell(IdxCatalogue *cat, const char *what, const char *session, const char *leg,
                 GError **error)
{
    g_autoptr(json_t) detail = leg ? json_pack("{s:s}", "leg", leg) : NULL;
    return idx_audit(
        cat,
        &(IdxAudit){.what = what, .object_kind = "session", .object = session, .detail = detail},
        error);
}

static bool add(IdxCatalogue *cat, const IdxMeetRequest *r, int64_t now_us, GPtrArray *tokens,
                GError **error)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(IdxMeet) old = idx_meet_get(cat, r->session, &missing);
    if (old)
        return mj_error_set(error, MJ_ERROR_EXISTS, "session %s is there already", r->session);
    if (!idx_meet_make_place(cat, r->place, error) ||
        !idx_db_run(cat, SQL_ADD, error, "tttiii", r->session, r->place, r->topic, r->slot_start_us,
                    r->slot_end_us, now_us))
        return false;
    int64_t id = idx_db_last_id(cat);
    for (int i = 0; r->legs[i]; i++)
        if (!add_leg(cat, id, r, i, now_us, tokens, error))
            return false;
    return note_scheduled(cat, r, now_us, error) &&
           tell(cat, "session.add", r->session, NULL, error);
}

GPtrArray *idx_meet_add(IdxCatalogue *cat, const IdxMeetRequest *request, int64_t now_us,
                        GError **error)
{
    g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func(g_free);
    if (!check(request, error) || !idx_db_scope_begin(cat, error))
        return NULL;
    bool ok = add(cat, request, now_us, tokens, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&tokens) : NULL;
}

/* --- tokens ------------------------------------------------------------------------------------ */

const IdxMeetLeg *idx_meet_need_leg(const IdxMeet *meet, const char *code, GError **error)
{
    const IdxMeetLeg *leg = idx_meet_leg(meet, code);
    if (!leg)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "session %s has no leg %.64s", meet->session, code);
    return leg;
}

bool idx_meet_must_last(const IdxMeet *meet, GError **error)
{
    return !meet->ended_us ||
           mj_error_set(error, MJ_ERROR_CONFLICT, "session %s is over", meet->session);
}

char *idx_meet_token(IdxCatalogue *cat, const char *session, const char *code, int64_t now_us,
                     GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    g_autofree char *token =
        leg && idx_meet_must_last(meet, error) ? idx_meet_make_token(error) : NULL;
    uint8_t digest[32] = {0};
    if (token)
        idx_seal_sha256(token, digest);
    bool ok = token &&
              idx_db_run(cat, SQL_TOKEN, error, "ibi", leg->id, digest, sizeof digest,
                         idx_meet_token_end(meet->slot_end_us, now_us)) &&
              tell(cat, "session.token", session, code, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&token) : NULL;
}

char *idx_meet_who(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                   GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(strlen(token) <= IDX_MEET_TOKEN_MAX ? token : "", digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_WHO, error, "bti", digest, sizeof digest, session, now_us);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_DENIED,
                     "this join link is of no session that goes on; ask for another one");
    return row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

bool idx_meet_was(IdxCatalogue *cat, const char *session, const char *token)
{
    uint8_t digest[32];
    idx_seal_sha256(strlen(token) <= IDX_MEET_TOKEN_MAX ? token : "", digest);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_WAS, NULL, "bt", digest, sizeof digest, session);
    return idx_db_step(cat, q, NULL) > 0;
}

/* --- its course -------------------------------------------------------------------------------- */

bool idx_meet_consent_by(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg,
                         const char *version, const char *by, int64_t now_us, GError **error)
{
    g_autoptr(json_t) notice = NULL;
    g_autoptr(json_t) detail = json_pack("{s:s}", "consent_text_ver", version);
    IdxMeetNote note = {.session = meet->session,
                        .leg = leg->code,
                        .kind = "consented",
                        .detail = detail,
                        .at_us = now_us};
    if (!idx_notice_json(cat, version, &notice, error))
        return false;
    if (by) {
        json_object_set_new(detail, "by", json_string(by));
        json_object_set_new(detail, "terminal", mj_json_string(leg->terminal));
    }
    if (!json_is_null(notice))
        json_object_set(detail, "consent_text_sha256", json_object_get(notice, "sha256"));
    return idx_meet_must_last(meet, error) &&
           idx_db_run(cat, SQL_CONSENT, error, "iit", leg->id, now_us, version) &&
           idx_meet_note(cat, &note, error);
}

bool idx_meet_check_version(const char *version, GError **error)
{
    return idx_meet_check_code("the version of a notice", version, IDX_MEET_CODE_MAX, error);
}

bool idx_meet_consent(IdxCatalogue *cat, const char *session, const char *code, const char *version,
                      int64_t now_us, GError **error)
{
    if (!idx_meet_check_version(version, error) || !idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    bool ok = leg && idx_meet_consent_by(cat, meet, leg, version, NULL, now_us, error);
    return idx_db_scope_end(cat, ok, error);
}

static GPtrArray *find_left(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_ELSE, error, "tii", meet->place, meet->id, now_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        if (idx_db_int(q, 1)) {
            mj_error_set(error, MJ_ERROR_CONFLICT, "session %s still goes on at place %s",
                         idx_db_text(q, 0), meet->place);
            return NULL;
        }
        g_ptr_array_add(left, g_strdup(idx_db_text(q, 0)));
    }
    return row == 0 ? g_steal_pointer(&left) : NULL;
}

/* What all have left, and nobody ended, is over when the next one begins there. */
static bool must_be_free(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) left = find_left(cat, meet, now_us, error);
    for (guint i = 0; left && i < left->len; i++)
        if (!idx_meet_end(cat, left->pdata[i], "all had left when the next one began there", now_us,
                          error))
            return false;
    return left != NULL;
}

/* Whoever has a link for next week has no business in the room today. */
static bool must_be_time(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error)
{
    if (now_us >= meet->slot_start_us - IDX_MEET_EARLY_US)
        return true;
    g_autofree char *start = mj_time_format(meet->slot_start_us, idx_catalogue_timezone(cat));
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "session %s is planned for %.16s; parties are let in %d minutes before",
                        meet->session, start, (int)(IDX_MEET_EARLY_US / 60000000));
}

static bool begin(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error)
{
    if (meet->opened_us)
        return true;
    if (!must_be_time(cat, meet, now_us, error))
        return false;
    g_autoptr(json_t) detail = json_pack("{s:s}", "room", meet->place);
    if (meet->topic)
        json_object_set_new(detail, "topic", json_string(meet->topic));
    IdxMeetNote note = {
        .session = meet->session, .kind = "started", .detail = detail, .at_us = now_us};
    return must_be_free(cat, meet, now_us, error) &&
           idx_db_run(cat, SQL_OPENED, error, "ii", meet->id, now_us) &&
           idx_meet_note(cat, &note, error);
}

/* The leg's camera has another address: a terminal took the place of a browser, or has a new one itself. */
static bool change_address(IdxCatalogue *cat, const IdxMeetLeg *leg, const char *url,
                           int64_t now_us, GError **error)
{
    g_autofree char *old = idx_stream_url(cat, leg->stream_id, error);
    if (!old || strcmp(old, url) == 0)
        return old != NULL;
    return idx_camera_set(cat, leg->camera, url, NULL, NULL, NULL, NULL, now_us, error);
}

static bool open_leg(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg, const char *url,
                     int64_t now_us, GError **error)
{
    if (!idx_meet_must_last(meet, error))
        return false;
    if (!leg->consent_us)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "the party of leg %s has not agreed to the recording yet", leg->code);
    if (leg->camera)
        return change_address(cat, leg, url, now_us, error);
    g_autofree char *camera = g_strdup_printf("%s-%s", meet->session, leg->code);
    g_autofree char *name = g_strdup_printf("%s %s", meet->session, leg->role);
    return begin(cat, meet, now_us, error) &&
           idx_camera_add(cat, camera, url, NULL, name, "session", "original", now_us, error) &&
           idx_coverage_add(cat, meet->place, camera, now_us, INT64_MAX, now_us, error) &&
           idx_db_run(cat, SQL_CAMERA, error, "it", leg->id, camera);
}

bool idx_meet_open_at(IdxCatalogue *cat, const char *session, const char *code, const char *url,
                      int64_t now_us, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    return leg && open_leg(cat, meet, leg, url, now_us, error);
}

static bool must_be_browser(const IdxMeetLeg *leg, GError **error)
{
    return !leg->terminal ||
           mj_error_set(error, MJ_ERROR_CONFLICT,
                        "the party of leg %s is the room terminal %s, which sends "
                        "by itself; with this link the others are seen",
                        leg->code, leg->terminal);
}

bool idx_meet_link(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    return idx_place_link_run(cat, now_us, NULL, NULL, NULL, error);
}

bool idx_meet_open_leg(IdxCatalogue *cat, const char *session, const char *code, int64_t now_us,
                       GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    bool opens = leg && !leg->camera;
    g_autofree char *url = g_strdup_printf(IDX_URL_LEG "%s/%s", session, code);
    bool ok = leg && must_be_browser(leg, error) && open_leg(cat, meet, leg, url, now_us, error);
    return idx_db_scope_end(cat, ok, error) && (!opens || idx_meet_link(cat, now_us, error));
}

/* A terminal's password stays with the terminal. */
static bool forget_address(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg,
                           int64_t now_us, GError **error)
{
    g_autofree char *browser = g_strdup_printf(IDX_URL_LEG "%s/%s", meet->session, leg->code);
    return !leg->pulled ||
           idx_camera_set(cat, leg->camera, browser, NULL, NULL, NULL, NULL, now_us, error);
}

static bool close_leg(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg, int64_t now_us,
                      GError **error)
{
    g_autoptr(IdxCamera) camera = leg->camera ? idx_camera_get(cat, leg->camera, error) : NULL;
    if (!leg->camera || !camera)
        return !leg->camera;
    g_autoptr(GPtrArray) places = idx_coverage_places_of(cat, camera->id, now_us, error);
    if (!places)
        return false;
    for (guint i = 0; i < places->len; i++) {
        const IdxPlaceSeen *seen = places->pdata[i];
        if (!idx_coverage_end(cat, seen->hall, seen->code, leg->camera, now_us, now_us, error))
            return false;
    }
    return forget_address(cat, meet, leg, now_us, error) &&
           (camera->removed_us != 0 || idx_camera_remove(cat, leg->camera, now_us, error));
}

static bool end(IdxCatalogue *cat, const IdxMeet *meet, const char *reason, int64_t now_us,
                GError **error)
{
    g_autoptr(json_t) detail = reason ? json_pack("{s:s}", "reason", reason) : NULL;
    IdxMeetNote note = {
        .session = meet->session, .kind = "ended", .detail = detail, .at_us = now_us};
    if (!idx_db_run(cat, SQL_ENDED, error, "ii", meet->id, now_us) ||
        !idx_meet_note(cat, &note, error))
        return false;
    for (guint i = 0; i < meet->legs->len; i++)
        if (!close_leg(cat, meet, meet->legs->pdata[i], now_us, error))
            return false;
    return tell(cat, "session.end", meet->session, NULL, error);
}

bool idx_meet_end(IdxCatalogue *cat, const char *session, const char *reason, int64_t now_us,
                  GError **error)
{
    if ((reason && !mj_text_check("a reason", reason, error)) || !idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    bool ok = meet && (meet->ended_us || end(cat, meet, reason, now_us, error));
    return idx_db_scope_end(cat, ok, error) &&
           idx_place_link_run(cat, now_us, NULL, NULL, NULL, error);
}

static bool find_overdue(IdxCatalogue *cat, int64_t now_us, char **ret_session, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OVERDUE, error, "i", now_us);
    int row = idx_db_step(cat, q, error);
    *ret_session = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}

bool idx_meet_end_overdue(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    for (;;) {
        g_autofree char *session = NULL;
        if (!find_overdue(cat, now_us, &session, error))
            return false;
        if (!session)
            return true;
        if (!idx_meet_end(cat, session, "nobody ended it in its time", now_us, error))
            return false;
    }
}
