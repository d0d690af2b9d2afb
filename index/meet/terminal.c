// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/terminal.h"

#include <string.h>

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/meet/meet_own.h"

static const char SQL_LIST[] =
    "SELECT c.code, c.name, p.code FROM place p JOIN coverage v ON v.place_id = p.id"
    " JOIN camera c ON c.id = v.camera_id JOIN stream s ON s.camera_id = c.id AND s.name = 'main'"
    " WHERE p.hall_id = ?4 AND p.code IN (?1, ?2) AND c.kind = 'room' AND c.removed_us IS NULL"
    " AND (v.from_us IS NULL OR v.from_us <= ?3) AND (v.to_us IS NULL OR v.to_us > ?3)"
    " AND (s.url LIKE 'rtsp://%' OR s.url LIKE 'rtsps://%') ORDER BY p.code = ?1 DESC, c.code";
static const char SQL_NODE[] = "SELECT coalesce((SELECT node_code FROM meeting_booking"
                               " WHERE meeting_id = ?), '')";
/* Who agreed sat at the one, and was not asked for the other. */
static const char SQL_SET[] =
    "UPDATE meeting_leg SET terminal = ?2,"
    " consent_us = CASE WHEN terminal IS ?2 THEN consent_us END,"
    " consent_text_ver = CASE WHEN terminal IS ?2 THEN consent_text_ver END WHERE id = ?1";
static const char SQL_TAKEN[] =
    "SELECT m.session FROM meeting_leg l JOIN meeting m ON m.id = l.meeting_id"
    " JOIN camera c ON c.code = l.camera JOIN stream s ON s.camera_id = c.id AND s.name = 'main'"
    " WHERE l.terminal = ?1 AND l.id <> ?2 AND m.ended_us IS NULL AND s.url LIKE 'rtsp%' LIMIT 1";

json_t *idx_terminal_list_json(IdxCatalogue *cat, const char *place, const char *node,
                               int64_t now_us, GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LIST, error, "ttii", place, node, now_us, cat->hall_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "camera", idx_db_text(q, 0), "name",
                                        idx_db_text(q, 1), "place", idx_db_text(q, 2)));
    return row == 0 ? json_pack("{s:O}", "terminals", list) : NULL;
}

static char *node_of(IdxCatalogue *cat, const IdxMeet *meet, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NODE, error, "i", meet->id);
    return idx_db_step(cat, q, error) > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

static bool must_be_there(IdxCatalogue *cat, const IdxMeet *meet, const char *camera, MjError code,
                          int64_t now_us, GError **error)
{
    g_autofree char *node = node_of(cat, meet, error);
    g_autoptr(json_t) found =
        node ? idx_terminal_list_json(cat, meet->place, node, now_us, error) : NULL;
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(found, "terminals"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "camera")), camera) == 0)
            return true;
    }
    return found && mj_error_set(error, code,
                                 "%.64s is no room terminal at place %s%s%s now: that is a camera "
                                 "of kind room, of RTSP, which covers the place",
                                 camera, meet->place, node[0] ? " or " : "", node);
}

static bool tell(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg, const char *what,
                 const char *camera, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:s, s:o}", "leg", leg->code, "terminal", mj_json_string(camera));
    return idx_audit(
        cat,
        &(IdxAudit){
            .what = what, .object_kind = "session", .object = meet->session, .detail = detail},
        error);
}

static bool set(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg, const char *camera,
                int64_t now_us, GError **error)
{
    if (!idx_meet_must_last(meet, error) ||
        (camera && !must_be_there(cat, meet, camera, MJ_ERROR_INVALID, now_us, error)))
        return false;
    g_autofree char *browser = g_strdup_printf(IDX_URL_LEG "%s/%s", meet->session, leg->code);
    bool gives_back = leg->camera && leg->pulled && g_strcmp0(camera, leg->terminal) != 0;
    return idx_db_run(cat, SQL_SET, error, "it", leg->id, camera) &&
           (!gives_back ||
            idx_camera_set(cat, leg->camera, browser, NULL, NULL, NULL, NULL, now_us, error)) &&
           tell(cat, meet, leg, "session.terminal", camera, error);
}

bool idx_terminal_set(IdxCatalogue *cat, const char *session, const char *code, const char *camera,
                      int64_t now_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    return idx_db_scope_end(cat, leg && set(cat, meet, leg, camera, now_us, error), error);
}

/* With its password. */
static char *address_of(IdxCatalogue *cat, const char *code, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    const IdxStream *stream = camera && camera->streams->len ? camera->streams->pdata[0] : NULL;
    return stream ? idx_stream_url(cat, stream->id, error) : NULL;
}

/* In two sessions at once, the parties of each would see and hear the other's. */
static bool must_be_free(IdxCatalogue *cat, const IdxMeetLeg *leg, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TAKEN, error, "ti", leg->terminal, leg->id);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0;
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "room terminal %.64s is in session %s, which is not over; end that first",
                        leg->terminal, idx_db_text(q, 0));
}

static bool join(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg, const char *version,
                 const char *by, int64_t now_us, GError **error)
{
    if (!leg->terminal)
        return mj_error_set(error, MJ_ERROR_CONFLICT, "leg %s has no room terminal; choose one",
                            leg->code);
    if (!idx_meet_must_last(meet, error) ||
        !must_be_there(cat, meet, leg->terminal, MJ_ERROR_CONFLICT, now_us, error) ||
        !must_be_free(cat, leg, error) ||
        !idx_meet_consent_by(cat, meet, leg, version, by, now_us, error))
        return false;
    g_autofree char *url = address_of(cat, leg->terminal, error);
    return url && idx_meet_open_at(cat, meet->session, leg->code, url, now_us, error) &&
           tell(cat, meet, leg, "session.join", leg->terminal, error);
}

bool idx_terminal_join(IdxCatalogue *cat, const char *session, const char *code,
                       const char *version, const char *by, int64_t now_us, GError **error)
{
    if (!idx_meet_check_version(version, error) || !idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    const IdxMeetLeg *leg = meet ? idx_meet_need_leg(meet, code, error) : NULL;
    bool opens = leg && !leg->camera;
    bool ok = leg && join(cat, meet, leg, version, by, now_us, error);
    return idx_db_scope_end(cat, ok, error) && (!opens || idx_meet_link(cat, now_us, error));
}
