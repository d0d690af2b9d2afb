// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "index/base/error.h"
#include "index/base/json.h"
#include "index/db.h"
#include "index/meet/meet.h"

static const char SQL_GET[] =
    "SELECT id, session, place, topic, coalesce(slot_start_us, 0), coalesce(slot_end_us, 0),"
    " created_us, coalesce(opened_us, 0), coalesce(ended_us, 0) FROM meeting WHERE session = ?";
static const char SQL_LEGS[] =
    "SELECT l.id, l.code, l.role, l.camera, coalesce(s.id, 0), coalesce(l.consent_us, 0),"
    " l.consent_text_ver, l.terminal, coalesce(s.url LIKE 'rtsp%', 0) FROM meeting_leg l LEFT JOIN "
    "camera c ON c.code = l.camera"
    " LEFT JOIN stream s ON s.camera_id = c.id AND s.name = 'main'"
    " WHERE l.meeting_id = ? ORDER BY l.id";

static void leg_free(void *data)
{
    IdxMeetLeg *leg = data;
    g_free(leg->code);
    g_free(leg->role);
    g_free(leg->camera);
    g_free(leg->consent_ver);
    g_free(leg->terminal);
    g_free(leg);
}

void idx_meet_free(IdxMeet *meet)
{
    if (!meet)
        return;
    g_free(meet->session);
    g_free(meet->place);
    g_free(meet->topic);
    g_clear_pointer(&meet->legs, g_ptr_array_unref);
    g_free(meet);
}

static bool read_legs(IdxCatalogue *cat, IdxMeet *meet, GError **error)
{
    meet->legs = g_ptr_array_new_with_free_func(leg_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LEGS, error, "i", meet->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxMeetLeg *leg = g_new0(IdxMeetLeg, 1);
        *leg = (IdxMeetLeg){.id = idx_db_int(q, 0),
                            .code = g_strdup(idx_db_text(q, 1)),
                            .role = g_strdup(idx_db_text(q, 2)),
                            .camera = g_strdup(idx_db_text(q, 3)),
                            .stream_id = idx_db_int(q, 4),
                            .consent_us = idx_db_int(q, 5),
                            .consent_ver = g_strdup(idx_db_text(q, 6)),
                            .terminal = g_strdup(idx_db_text(q, 7)),
                            .pulled = idx_db_int(q, 8) != 0};
        g_ptr_array_add(meet->legs, leg);
    }
    return row == 0;
}

static IdxMeet *read_row(IdxCatalogue *cat, const char *session, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "t", session);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no session %.64s is planned here", session);
    if (row <= 0)
        return NULL;
    IdxMeet *meet = g_new0(IdxMeet, 1);
    *meet = (IdxMeet){.id = idx_db_int(q, 0),
                      .session = g_strdup(idx_db_text(q, 1)),
                      .place = g_strdup(idx_db_text(q, 2)),
                      .topic = g_strdup(idx_db_text(q, 3)),
                      .slot_start_us = idx_db_int(q, 4),
                      .slot_end_us = idx_db_int(q, 5),
                      .created_us = idx_db_int(q, 6),
                      .opened_us = idx_db_int(q, 7),
                      .ended_us = idx_db_int(q, 8)};
    return meet;
}

IdxMeet *idx_meet_get(IdxCatalogue *cat, const char *session, GError **error)
{
    g_autoptr(IdxMeet) meet = read_row(cat, session, error);
    return meet && read_legs(cat, meet, error) ? g_steal_pointer(&meet) : NULL;
}

const IdxMeetLeg *idx_meet_leg(const IdxMeet *meet, const char *code)
{
    for (guint i = 0; i < meet->legs->len; i++)
        if (strcmp(((const IdxMeetLeg *)meet->legs->pdata[i])->code, code) == 0)
            return meet->legs->pdata[i];
    return NULL;
}

static json_t *time_or_null(int64_t us, GTimeZone *zone)
{
    return us ? mj_json_time(us, zone) : json_null();
}

static json_t *leg_json(const IdxMeetLeg *leg, GTimeZone *zone)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "leg", leg->code, "role", leg->role,
                     "camera", mj_json_string(leg->camera), "consented",
                     time_or_null(leg->consent_us, zone), "consent_text_ver",
                     mj_json_string(leg->consent_ver), "terminal", mj_json_string(leg->terminal));
}

json_t *idx_meet_json(const IdxMeet *meet, GTimeZone *zone)
{
    json_t *legs = json_array();
    for (guint i = 0; i < meet->legs->len; i++)
        json_array_append_new(legs, leg_json(meet->legs->pdata[i], zone));
    const char *state = meet->ended_us ? "ended" : meet->opened_us ? "open" : "scheduled";
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "session", meet->session,
                     "place", meet->place, "topic", mj_json_string(meet->topic), "state", state,
                     "slot_start", time_or_null(meet->slot_start_us, zone), "slot_end",
                     time_or_null(meet->slot_end_us, zone), "opened",
                     time_or_null(meet->opened_us, zone), "ended",
                     time_or_null(meet->ended_us, zone), "legs", legs);
}
