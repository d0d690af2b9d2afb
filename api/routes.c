// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"

#define V1(path) "/api/v1" path
#define KB 1024
#define MB                                                                                         \
    (1024 * 1024) // of events: about 5000, so that another that waits to write waits about a second

#define NONE API_PERMIT_NONE
#define USER API_PERMIT_USER
#define LOOK API_PERMIT_READ
#define EVENTS API_PERMIT_EVENTS
#define AUDIT API_PERMIT_AUDIT

/* What of it the audit log is told; or why nothing. */
#define TELLS(what)                                                                                \
    {                                                                                              \
        what, NULL                                                                                 \
    }
#define SILENT(because)                                                                            \
    {                                                                                              \
        NULL, because                                                                              \
    }
#define STATE "shows settings and states, no footage and nobody's case"

#define JSON                                                                                       \
    {                                                                                              \
        "application/json"                                                                         \
    }
#define CLOUDEVENTS                                                                                \
    {                                                                                              \
        "application/cloudevents+json", "application/json", "application/cloudevents-batch+json",  \
            "application/x-ndjson"                                                                 \
    }

// clang-format off
const ApiRoute API_ROUTES[] = {
    {"POST", V1("/login"),                       NONE,   API_LANE_LOGIN, 4 * KB, JSON,        api_post_login, TELLS("login")},
    {"POST", V1("/logout"),                      USER,   API_LANE_WRITE, 4 * KB, JSON,        api_post_logout, TELLS("logout")},
    {"GET",  V1("/me"),                          USER,   API_LANE_READ,  0,      {0},         api_get_me, SILENT("tells the caller of the caller")},
    {"GET",  V1("/status"),                      LOOK,   API_LANE_READ,  0,      {0},         api_get_status, SILENT(STATE)},
    {"GET",  V1("/health"),                      NONE,   API_LANE_READ,  0,      {0},         api_get_health, SILENT("for probes: says nothing that needs a login")},
    {"GET",  V1("/cameras"),                     LOOK,   API_LANE_READ,  0,      {0},         api_get_cameras, SILENT(STATE)},
    {"GET",  V1("/streams"),                     LOOK,   API_LANE_READ,  0,      {0},         api_get_streams, SILENT(STATE)},
    {"GET",  V1("/places"),                      LOOK,   API_LANE_READ,  0,      {0},         api_get_places, SILENT(STATE)},
    {"POST", V1("/events"),                      EVENTS, API_LANE_WRITE, 1 * MB, CLOUDEVENTS, api_post_events, TELLS("event.add"), true},
    {"GET",  V1("/tickets/{day}/{number}"),      LOOK,   API_LANE_READ,  0,      {0},         api_get_ticket, TELLS("find")},
    {"GET",  V1("/approvals/{id}"),              LOOK,   API_LANE_READ,  0,      {0},         api_get_approval, TELLS("find")},
    {"GET",  V1("/sessions/{id}"),               LOOK,   API_LANE_READ,  0,      {0},         api_get_session, TELLS("find")},
    {"GET",  V1("/search"),                      LOOK,   API_LANE_READ,  0,      {0},         api_get_search, TELLS("find")},
    {"GET",  V1("/places/{code}/footage"),       LOOK,   API_LANE_READ,  0,      {0},         api_get_place_footage, TELLS("find")},
    {"GET",  V1("/find"),                        LOOK,   API_LANE_READ,  0,      {0},         api_get_find, TELLS("find")},
    {"GET",  V1("/cameras/{id}/timeline"),       LOOK,   API_LANE_READ,  0,      {0},         api_get_timeline, SILENT("says when something is recorded, and shows none of it")},
    {"GET",  V1("/cameras/{id}/calendar"),       LOOK,   API_LANE_READ,  0,      {0},         api_get_calendar, SILENT("says on which days something is recorded, and shows none of it")},
    {"GET",  V1("/cameras/{id}/outline"),        LOOK,   API_LANE_READ,  0,      {0},         api_get_outline, SILENT("says when something is recorded, and shows none of it")},
    {"GET",  V1("/cameras/{id}/frame.jpg"),      LOOK,   API_LANE_FRAME, 0,      {0},         api_get_frame, TELLS("view")},
    {"GET",  V1("/cameras/{id}/playlist.m3u8"),  LOOK,   API_LANE_READ,  0,      {0},         api_get_playlist, TELLS("view")},
    {"GET",  V1("/segments/{file}"),             LOOK,   API_LANE_READ,  0,      {0},         api_get_segment, TELLS("view")},
    {"POST", V1("/clips"),                       USER,   API_LANE_WRITE, 4 * KB, JSON,        api_post_clips, TELLS("clip.make")},
    {"GET",  V1("/clips/{id}"),                  USER,   API_LANE_READ,  0,      {0},         api_get_clip, SILENT("tells whoever asked for a clip how far it is")},
    {"GET",  V1("/clips/{id}/media"),            USER,   API_LANE_READ,  0,      {0},         api_get_clip_media, TELLS("clip")},
    {"DELETE", V1("/clips/{id}"),                USER,   API_LANE_READ,  0,      {0},         api_delete_clip, SILENT("gives up what was asked for, and deletes no footage")},
    {"GET",  V1("/live"),                        LOOK,   API_LANE_READ,  0,      {0},         api_get_live, TELLS("live")},
    {"GET",  V1("/holds"),                       LOOK,   API_LANE_READ,  0,      {0},         api_get_holds, TELLS("hold.list")},
    {"POST", V1("/holds"),                       USER,   API_LANE_WRITE, 64 * KB, JSON,       api_post_holds, TELLS("hold.add")},
    {"POST", V1("/holds/{id}/release"),          USER,   API_LANE_WRITE, 4 * KB, JSON,        api_post_release, TELLS("hold.release")},
    {"GET",  V1("/retention/report"),            LOOK,   API_LANE_READ,  0,      {0},         api_get_retention, SILENT(STATE)},
    {"GET",  V1("/audit"),                       AUDIT,  API_LANE_READ,  0,      {0},         api_get_audit, TELLS("audit.read")},
    {"GET",  V1("/alarms"),                      LOOK,   API_LANE_READ,  0,      {0},         api_get_alarms, SILENT("what every open page asks every other second; of cases it says their numbers")},
    {"POST", V1("/alarms/{id}/acknowledge"),     USER,   API_LANE_WRITE, 4 * KB, JSON,        api_post_acknowledge, TELLS("alarm.acknowledge")},
    {"GET",  V1("/marks"),                       LOOK,   API_LANE_READ,  0,      {0},         api_get_marks, TELLS("mark.list")},
    {"POST", V1("/marks"),                       USER,   API_LANE_MARK,  4 * KB, JSON,        api_post_marks, TELLS("mark.add")},
    {"GET",  V1("/marks/{id}/still.jpg"),        LOOK,   API_LANE_READ,  0,      {0},         api_get_still, TELLS("view")},
    {"GET",  "/metrics",                         LOOK,   API_LANE_READ,  0,      {0},         api_get_metrics, SILENT(STATE)},
    {"GET",  "/*",                               NONE,   API_LANE_LOOP,  0,      {0},         api_get_page, SILENT("the page itself, which is the same for everybody")},
    {0},
};
// clang-format on

size_t api_routes_count(void)
{
    return G_N_ELEMENTS(API_ROUTES) - 1;
}
