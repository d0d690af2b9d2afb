// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/auth.h"
#include "api/endpoint/endpoint.h"

#define V1(path) "/api/v1" path
#define KB 1024
#define MB                                                                                         \
    (1024 * 1024) // of events: about 5000, so that another that waits to write waits about a second

#define MAY(permit) IDX_MAY_##permit

/* What of it the audit log is told; or why nothing. */
#define TELLS(what)                                                                                \
    {                                                                                              \
        what, NULL                                                                                 \
    }
#define SILENT(because)                                                                            \
    {                                                                                              \
        NULL, because                                                                              \
    }
#define CALLER "tells the caller of the caller"
#define STATE "shows settings and states, no footage and nobody's case"

#define JSON                                                                                       \
    {                                                                                              \
        "application/json"                                                                         \
    }
#define SDP                                                                                        \
    {                                                                                              \
        "application/sdp"                                                                          \
    }
#define SDPFRAG                                                                                    \
    {                                                                                              \
        "application/trickle-ice-sdpfrag"                                                          \
    }
#define CLOUDEVENTS                                                                                \
    {                                                                                              \
        "application/cloudevents+json", "application/json", "application/cloudevents-batch+json",  \
            "application/x-ndjson"                                                                 \
    }

// clang-format off
const ApiRoute API_ROUTES[] = {
    {"POST", V1("/login"),                       MAY(ANYBODY),  API_LANE_LOGIN, 4 * KB, JSON,        api_post_login, TELLS("login"), .rate = API_RATE_LOGIN},
    {"POST", V1("/logout"),                      MAY(SELF),     API_LANE_WRITE, 4 * KB, JSON,        api_post_logout, TELLS("logout"), .given = true, .rate = API_RATE_CHANGE},
    {"GET",  V1("/me"),                          MAY(SELF),     API_LANE_READ,  0,      {0},         api_get_me, SILENT(CALLER), .given = true},
    {"GET",  V1("/status"),                      MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_status, SILENT(STATE)},
    {"GET",  V1("/health"),                      MAY(ANYBODY),  API_LANE_READ,  0,      {0},         api_get_health, SILENT("for probes: says nothing that needs a login")},
    {"GET",  V1("/cameras"),                     MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_cameras, SILENT(STATE), .query = "limit cursor"},
    {"GET",  V1("/streams"),                     MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_streams, SILENT(STATE), .query = "limit cursor"},
    {"GET",  V1("/places"),                      MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_places, SILENT(STATE), .query = "limit cursor"},
    {"POST", V1("/events"),                      MAY(EVENTS),   API_LANE_WRITE, 1 * MB, CLOUDEVENTS, api_post_events, TELLS("event.add"), true, .rate = API_RATE_EVENTS},
    {"GET",  V1("/tickets/{day}/{number}"),      MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_ticket, TELLS("find"), .query = "hall ticket_id source"},
    {"GET",  V1("/approvals/{id}"),              MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_approval, TELLS("find"), .query = "hall"},
    {"GET",  V1("/sessions/{id}"),               MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_session, TELLS("find"), .query = "hall"},
    {"GET",  V1("/looks"),                       MAY(LOOKS),    API_LANE_READ,  0,      {0},         api_get_looks, TELLS("look.list"), .query = "kind key day hall ticket_id source limit cursor"},
    {"GET",  V1("/search"),                      MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_search, TELLS("find"), .query = "q day limit cursor"},
    {"GET",  V1("/places/{code}/footage"),       MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_place_footage, TELLS("find"), .query = "hall from to"},
    {"GET",  V1("/find"),                        MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_find, TELLS("find"), .query = "staff business matter place hall day from to limit after"},
    {"GET",  V1("/cameras/{id}/timeline"),       MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_timeline, SILENT("says when something is recorded, and shows none of it"), .query = "from to stream"},
    {"GET",  V1("/cameras/{id}/calendar"),       MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_calendar, SILENT("says on which days something is recorded, and shows none of it"), .query = "month stream"},
    {"GET",  V1("/cameras/{id}/outline"),        MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_outline, SILENT("says when something is recorded, and shows none of it"), .query = "from to resolution_ms stream"},
    {"GET",  V1("/cameras/{id}/frame.jpg"),      MAY(VIEW),     API_LANE_FRAME, 0,      {0},         api_get_frame, TELLS("view"), .rate = API_RATE_FRAME, .query = "reason at width stream"},
    {"GET",  V1("/cameras/{id}/playlist.m3u8"),  MAY(VIEW),     API_LANE_READ,  0,      {0},         api_get_playlist, TELLS("view"), .rate = API_RATE_FOOTAGE, .query = "reason from to stream"},
    {"GET",  V1("/segments/{file}"),             MAY(VIEW),     API_LANE_READ,  0,      {0},         api_get_segment, TELLS("view"), .rate = API_RATE_FOOTAGE, .again = api_get_segment_again, .query = "reason"},
    {"POST", V1("/clips"),                       MAY(CLIP),     API_LANE_WRITE, 4 * KB, JSON,        api_post_clips, TELLS("clip.make"), .rate = API_RATE_CHANGE, .query = "reason"},
    {"GET",  V1("/clips/{id}"),                  MAY(CLIP),     API_LANE_READ,  0,      {0},         api_get_clip, SILENT("tells whoever asked for a clip how far it is")},
    {"GET",  V1("/clips/{id}/media"),            MAY(CLIP),     API_LANE_READ,  0,      {0},         api_get_clip_media, TELLS("clip"), .rate = API_RATE_FOOTAGE, .query = "reason"},
    {"DELETE", V1("/clips/{id}"),                MAY(CLIP),     API_LANE_READ,  0,      {0},         api_delete_clip, SILENT("gives up what was asked for, and deletes no footage")},
    {"GET",  V1("/live"),                        MAY(LIVE),     API_LANE_READ,  0,      {0},         api_get_live, TELLS("live")},
    {"GET",  V1("/holds"),                       MAY(HOLDS),    API_LANE_READ,  0,      {0},         api_get_holds, TELLS("hold.list"), .query = "all limit cursor"},
    {"POST", V1("/holds"),                       MAY(HOLD),     API_LANE_WRITE, 64 * KB, JSON,       api_post_holds, TELLS("hold.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/holds/{id}/release"),          MAY(RELEASE),  API_LANE_WRITE, 4 * KB, JSON,        api_post_release, TELLS("hold.release"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/retention/report"),            MAY(STATE),    API_LANE_LONG,  0,      {0},         api_get_retention, SILENT(STATE), .whole = true, .query = "format"},
    {"GET",  V1("/audit"),                       MAY(AUDIT),    API_LANE_READ,  0,      {0},         api_get_audit, TELLS("audit.read"), .query = "who what object object_kind case camera result from to limit cursor format"},
    {"GET",  V1("/alarms"),                      MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_alarms, SILENT("what every open page asks every other second; of cases it says their numbers, to those who may search for them"), .query = "all limit cursor"},
    {"POST", V1("/alarms/{id}/acknowledge"),     MAY(ALARM),    API_LANE_WRITE, 4 * KB, JSON,        api_post_acknowledge, TELLS("alarm.acknowledge"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/marks"),                       MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_marks, TELLS("mark.list"), .query = "q camera from to limit cursor"},
    {"POST", V1("/marks"),                       MAY(MARK),     API_LANE_MARK,  4 * KB, JSON,        api_post_marks, TELLS("mark.add"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/marks/places"),                MAY(MARK),     API_LANE_READ,  0,      {0},         api_get_mark_places, TELLS("find"), .query = "camera at"},
    {"GET",  V1("/marks/{id}/still.jpg"),        MAY(VIEW),     API_LANE_READ,  0,      {0},         api_get_still, TELLS("view"), .rate = API_RATE_FRAME, .query = "reason"},
    {"POST", V1("/reasons"),                     MAY(VIEW),     API_LANE_WRITE, 8 * KB, JSON,  api_post_reasons, TELLS("reason"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/reasons"),                     MAY(VIEW),     API_LANE_READ,  0,      {0},   api_get_reasons, SILENT(CALLER), .query = "limit cursor"},
    {"POST", V1("/me/password"),                 MAY(SELF),     API_LANE_LOGIN, 4 * KB, JSON,  api_post_me_password, TELLS("user.passwd"), .rate = API_RATE_LOGIN, .given = true},
    {"POST", V1("/me/logout"),                   MAY(SELF),     API_LANE_WRITE, 4 * KB, JSON,  api_post_me_logout, TELLS("logout"), .rate = API_RATE_CHANGE, .given = true},
    {"POST", V1("/me/second"),                   MAY(SELF),     API_LANE_LOGIN, 4 * KB, JSON,  api_post_me_second, TELLS("user.second"), .rate = API_RATE_LOGIN},
    {"POST", V1("/me/second/confirm"),           MAY(SELF),     API_LANE_LOGIN, 4 * KB, JSON,  api_post_me_second_confirm, TELLS("user.second"), .rate = API_RATE_LOGIN},
    {"POST", V1("/me/second/end"),               MAY(SELF),     API_LANE_LOGIN, 4 * KB, JSON,  api_post_me_second_end, TELLS("user.second"), .rate = API_RATE_LOGIN},
    {"GET",  V1("/users"),                       MAY(ADMIN_USERS), API_LANE_READ,  0,      {0},  api_get_users, TELLS("user.list"), .query = "limit cursor"},
    {"POST", V1("/users"),                       MAY(ADMIN_USERS), API_LANE_LOGIN, 64 * KB, JSON, api_post_users, TELLS("user.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/users/{name}"),                MAY(ADMIN_USERS), API_LANE_WRITE, 64 * KB, JSON, api_post_user, TELLS("user.change"), .rate = API_RATE_CHANGE},
    {"POST", V1("/users/{name}/password"),       MAY(ADMIN_USERS), API_LANE_LOGIN, 4 * KB, JSON, api_post_user_password, TELLS("user.passwd"), .rate = API_RATE_CHANGE},
    {"POST", V1("/users/{name}/second/reset"),   MAY(ADMIN_USERS), API_LANE_WRITE, 4 * KB, JSON, api_post_user_second, TELLS("user.second"), .rate = API_RATE_CHANGE},
    {"POST", V1("/users/{name}/logout"),         MAY(ADMIN_USERS), API_LANE_WRITE, 4 * KB, JSON, api_post_user_logout, TELLS("logout"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/login-rules"),                 MAY(ADMIN_USERS), API_LANE_READ,  0,      {0},  api_get_login_rules, SILENT(STATE)},
    {"POST", V1("/login-rules/{role}"),          MAY(ADMIN_USERS), API_LANE_WRITE, 4 * KB, JSON, api_post_login_rule, TELLS("user.session"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/tokens"),                      MAY(ADMIN_TOKENS), API_LANE_READ,  0,      {0}, api_get_tokens, TELLS("token.list"), .query = "limit cursor"},
    {"POST", V1("/tokens"),                      MAY(ADMIN_TOKENS), API_LANE_WRITE, 4 * KB, JSON, api_post_tokens, TELLS("token.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/tokens/{name}/revoke"),        MAY(ADMIN_TOKENS), API_LANE_WRITE, 4 * KB, JSON, api_post_token_revoke, TELLS("token.revoke"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/layouts"),                     MAY(LIVE),     API_LANE_READ,  0,      {0},         api_get_layouts, SILENT(STATE), .query = "limit cursor"},
    {"PUT",  V1("/layouts/{name}"),              MAY(LIVE),     API_LANE_WRITE, 32 * KB, JSON,       api_put_layout, SILENT("how somebody sets up her own wall"), .rate = API_RATE_CHANGE},
    {"DELETE", V1("/layouts/{name}"),            MAY(LIVE),     API_LANE_WRITE, 0,      {0},         api_delete_layout, SILENT("how somebody sets up her own wall"), .rate = API_RATE_CHANGE},
    {"PUT",  V1("/layouts/shared/{name}"),       MAY(SHARE),    API_LANE_WRITE, 32 * KB, JSON,       api_put_shared_layout, TELLS("layout.share"), .rate = API_RATE_CHANGE},
    {"DELETE", V1("/layouts/shared/{name}"),     MAY(SHARE),    API_LANE_WRITE, 0,      {0},         api_delete_shared_layout, TELLS("layout.unshare"), .rate = API_RATE_CHANGE},
    {"POST", V1("/probe"),                       MAY(ADMIN_CAMERAS), API_LANE_LONG,  8 * KB, JSON, api_post_probe, TELLS("camera.probe"), .rate = API_RATE_CHANGE},
    {"POST", V1("/cameras"),                     MAY(ADMIN_CAMERAS), API_LANE_LONG,  8 * KB, JSON, api_post_cameras, TELLS("camera.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/cameras/{id}"),                MAY(ADMIN_CAMERAS), API_LANE_LONG,  8 * KB, JSON, api_post_camera, TELLS("camera.change"), .rate = API_RATE_CHANGE},
    {"POST", V1("/cameras/{id}/remove"),         MAY(ADMIN_CAMERAS), API_LANE_WRITE, 4 * KB, JSON, api_post_camera_remove, TELLS("camera.remove"), .rate = API_RATE_CHANGE},
    {"POST", V1("/cameras/{id}/move"),           MAY(ADMIN_PLACES), API_LANE_LONG,  4 * KB, JSON, api_post_camera_move, TELLS("coverage.change"), .rate = API_RATE_CHANGE},
    {"POST", V1("/places"),                      MAY(ADMIN_PLACES), API_LANE_WRITE, 4 * KB, JSON, api_post_places, TELLS("place.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/places/{code}"),               MAY(ADMIN_PLACES), API_LANE_WRITE, 4 * KB, JSON, api_post_place, TELLS("place.rename"), .rate = API_RATE_CHANGE},
    {"POST", V1("/places/{code}/coverage"),      MAY(ADMIN_PLACES), API_LANE_LONG,  4 * KB, JSON, api_post_coverage, TELLS("coverage.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/places/{code}/coverage/end"),  MAY(ADMIN_PLACES), API_LANE_LONG,  4 * KB, JSON, api_post_coverage_end, TELLS("coverage.change"), .rate = API_RATE_CHANGE},
    {"POST", V1("/places/{code}/coverage/remove"), MAY(ADMIN_PLACES), API_LANE_LONG, 4 * KB, JSON, api_post_coverage_remove, TELLS("coverage.remove"), .rate = API_RATE_CHANGE},
    {"POST", V1("/renumber"),                    MAY(ADMIN_PLACES), API_LANE_LONG,  64 * KB, JSON, api_post_renumber, TELLS("place.renumber"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/retention/rules"),             MAY(STATE),        API_LANE_READ,  0,      {0},  api_get_rules, SILENT(STATE), .whole = true},
    {"POST", V1("/retention/rules"),             MAY(ADMIN_RULES),  API_LANE_WRITE, 4 * KB, JSON, api_post_rules, TELLS("retention.set"), .rate = API_RATE_CHANGE},
    {"POST", V1("/retention/rules/preview"),     MAY(ADMIN_RULES),  API_LANE_READ,  4 * KB, JSON, api_post_rules_preview, SILENT("says what a change would do, and does not do it"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/volumes"),                     MAY(STATE),        API_LANE_READ,  0,      {0},  api_get_volumes, SILENT(STATE), .whole = true},
    {"POST", V1("/volumes"),                     MAY(ADMIN_CAMERAS), API_LANE_LONG, 8 * KB, JSON, api_post_volumes, TELLS("volume.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/volumes/remove"),              MAY(ADMIN_CAMERAS), API_LANE_WRITE, 8 * KB, JSON, api_post_volumes_remove, TELLS("volume.remove"), .rate = API_RATE_CHANGE},
    {"POST", V1("/volumes/policy"),              MAY(ADMIN_RULES),  API_LANE_WRITE, 8 * KB, JSON, api_post_volumes_policy, TELLS("retention.policy"), .rate = API_RATE_CHANGE},
    {"POST", V1("/audit/verify"),                MAY(AUDIT),        API_LANE_LONG,  4 * KB, JSON, api_post_audit_verify, TELLS("audit.verify"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/system"),                      MAY(STATE),        API_LANE_READ,  0,      {0},  api_get_system, SILENT(STATE), .whole = true},
    {"GET",  V1("/sources"),                     MAY(STATE),        API_LANE_READ,  0,      {0},  api_get_sources, SILENT(STATE), .whole = true},
    {"POST", V1("/sessions"),                    MAY(SESSION),  API_LANE_WRITE, 16 * KB, JSON,       api_post_sessions, TELLS("session.add"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/sessions/{id}/end"),           MAY(SESSION),  API_LANE_WRITE, 4 * KB, JSON,        api_post_session_end, TELLS("session.end"), .rate = API_RATE_CHANGE, .whole = true},
    {"GET",  V1("/sessions/{id}/meeting"),       MAY(SESSION),  API_LANE_READ,  0,      {0},         api_get_meeting, SILENT(STATE), .whole = true},
    {"GET",  V1("/sessions/{id}/party"),         MAY(JOIN),     API_LANE_MEET,  0,      {0},         api_get_party, SILENT("tells a party of its own meeting what its page asks every few seconds")},
    {"POST", V1("/sessions/{id}/legs/{leg}/consent"), MAY(JOIN), API_LANE_MEET, 4 * KB, JSON,        api_post_consent, TELLS("session.consent"), .rate = API_RATE_CHANGE},
    {"POST", V1("/sessions/{id}/legs/{leg}/whip"), MAY(JOIN),   API_LANE_MEET, 32 * KB, SDP,         api_post_whip, TELLS("session.join"), .rate = API_RATE_OFFER},
    {"POST", V1("/sessions/{id}/legs/{leg}/whep"), MAY(JOIN),   API_LANE_MEET, 32 * KB, SDP,         api_post_whep, TELLS("session.watch"), .rate = API_RATE_OFFER},
    {"PATCH", V1("/sessions/{id}/legs/{leg}/connections/{connection}"), MAY(JOIN), API_LANE_MEET, 16 * KB, SDPFRAG, api_patch_connection, SILENT("where a party that was let in can be reached")},
    {"DELETE", V1("/sessions/{id}/legs/{leg}/connections/{connection}"), MAY(JOIN), API_LANE_MEET, 0, {0}, api_delete_connection, TELLS("session.leave")},
    {"GET",  V1("/sessions"),                    MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_sessions, TELLS("session.list"), .whole = true, .query = "session topic dept official node day limit cursor"},
    {"POST", V1("/sessions/{id}/cancel"),        MAY(SESSION),  API_LANE_WRITE, 4 * KB, JSON,        api_post_session_cancel, TELLS("session.cancel"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/sessions/{id}/move"),          MAY(SESSION),  API_LANE_WRITE, 4 * KB, JSON,        api_post_session_move, TELLS("session.move"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/sessions/{id}/legs/{leg}/token"), MAY(SESSION), API_LANE_WRITE, 4 * KB, JSON,      api_post_session_token, TELLS("session.token"), .rate = API_RATE_CHANGE, .whole = true},
    {"GET",  V1("/slots"),                       MAY(SESSION),  API_LANE_READ,  0,      {0},         api_get_slots, SILENT(STATE), .whole = true, .query = "from to dept"},
    {"POST", V1("/slots"),                       MAY(SESSION),  API_LANE_WRITE, 16 * KB, JSON,       api_post_slots, TELLS("slot.add"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/slots/{id}/withdraw"),         MAY(SESSION),  API_LANE_WRITE, 4 * KB, JSON,        api_post_slot_withdraw, TELLS("slot.withdraw"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/slots/{id}/book"),             MAY(SESSION),  API_LANE_WRITE, 4 * KB, JSON,        api_post_slot_book, TELLS("session.book"), .rate = API_RATE_CHANGE, .whole = true},
    {"GET",  V1("/slots/{id}/link"),             MAY(ANYBODY),  API_LANE_READ,  0,      {0},         api_get_slot_link, SILENT("tells whoever has a slot's link of that slot, and of nobody"), .rate = API_RATE_CHANGE, .admit = api_auth_slot_link},
    {"POST", V1("/slots/{id}/link"),             MAY(ANYBODY),  API_LANE_WRITE, 4 * KB, JSON,        api_post_slot_link, TELLS("session.book"), .rate = API_RATE_CHANGE, .admit = api_auth_slot_link},
    {"GET",  V1("/promises"),                    MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_promises, TELLS("promise.list"), .whole = true, .query = "session dept owner state format limit cursor"},
    {"POST", V1("/sessions/{id}/promises"),      MAY(SESSION),  API_LANE_WRITE, 8 * KB, JSON,        api_post_promises, TELLS("promise.add"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/promises/{id}/done"),          MAY(SESSION),  API_LANE_WRITE, 8 * KB, JSON,        api_post_promise_done, TELLS("promise.done"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/sessions/{id}/legs/{leg}/promises"), MAY(JOIN), API_LANE_WRITE, 8 * KB, JSON,      api_post_party_promises, TELLS("promise.add"), .rate = API_RATE_CHANGE},
    {"POST", V1("/sessions/{id}/legs/{leg}/notes"), MAY(JOIN),  API_LANE_WRITE, 4 * KB, JSON,        api_post_notes, TELLS("session.note"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/sessions/{id}/record"),        MAY(FIND),     API_LANE_READ,  0,      {0},         api_get_record, TELLS("session.record"), .whole = true},
    {"POST", V1("/sessions/{id}/rating"),        MAY(ANYBODY),  API_LANE_WRITE, 4 * KB, JSON,        api_post_rating, TELLS("session.rate"), .rate = API_RATE_CHANGE, .admit = api_auth_rater},
    {"GET",  V1("/cameras/{id}/retention"),      MAY(STATE),    API_LANE_LONG,  0,      {0},         api_get_camera_retention, SILENT(STATE), .whole = true},
    {"GET",  V1("/mark-kinds"),                  MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_mark_kinds, SILENT(STATE)},
    {"POST", V1("/mark-kinds"),                  MAY(ADMIN_RULES),  API_LANE_WRITE, 4 * KB, JSON,    api_post_mark_kinds, TELLS("mark_kind.set"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/notices"),                     MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_notices, SILENT(STATE)},
    {"POST", V1("/notices"),                     MAY(ADMIN_RULES),  API_LANE_WRITE, 64 * KB, JSON,   api_post_notices, TELLS("session.notice"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/workdays"),                    MAY(ANYBODY),  API_LANE_READ,  0,      {0},         api_get_work_days, SILENT("which days are worked, as it was announced to everybody"), .rate = API_RATE_CHANGE},
    {"GET",  V1("/terminals"),                   MAY(SESSION),  API_LANE_READ,  0,      {0},         api_get_terminals, SILENT(STATE), .whole = true, .query = "place node"},
    {"POST", V1("/sessions/{id}/legs/{leg}/terminal"), MAY(SESSION), API_LANE_WRITE, 4 * KB, JSON,   api_post_terminal, TELLS("session.terminal"), .rate = API_RATE_CHANGE, .whole = true},
    {"POST", V1("/sessions/{id}/legs/{leg}/terminal/join"), MAY(SESSION), API_LANE_LONG, 4 * KB, JSON, api_post_terminal_join, TELLS("session.join"), .rate = API_RATE_CHANGE, .whole = true},
    {"GET",  "/metrics",                         MAY(STATE),    API_LANE_READ,  0,      {0},         api_get_metrics, SILENT(STATE), .whole = true},
    {"GET",  "/*",                               MAY(ANYBODY),  API_LANE_LOOP,  0,      {0},         api_get_page, SILENT("the page itself, which is the same for everybody"), .rate = API_RATE_FOOTAGE, .query = API_QUERY_ANY},
    {0},
};
// clang-format on

size_t api_routes_count(void)
{
    return G_N_ELEMENTS(API_ROUTES) - 1;
}
