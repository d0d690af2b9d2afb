// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/meeting.h"

#include "api/audit.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/link/link.h"
#include "index/state.h"

#include <string.h>

#define CONNECT_US INT64_C(2000000)

const char *api_meeting_party(ApiRequest *request)
{
    api_audit_object(request, "session", request->values[0], 0);
    return strrchr(request->identity.name, '/') + 1;
}

const char *api_meeting_own(ApiRequest *request, GError **error)
{
    const char *party = api_meeting_party(request);
    if (strcmp(party, request->values[1]) == 0)
        return party;
    mj_error_set(error, MJ_ERROR_DENIED, "this join link is of leg %s", party);
    return NULL;
}

const char *api_meeting_staff(ApiRequest *request, GError **error)
{
    const char *party = api_meeting_own(request, error);
    g_autoptr(IdxMeet) meet =
        party != NULL ? idx_meet_get(request->cat, request->values[0], error) : NULL;
    const IdxMeetLeg *leg = meet != NULL ? idx_meet_leg(meet, party) : NULL;
    if (leg == NULL)
        return NULL;
    if (strcmp(leg->role, "citizen") != 0)
        return party;
    mj_error_set(error, MJ_ERROR_DENIED, "only the official or the clerk may do this");
    return NULL;
}

/* One question over a connection of its own. */
static json_t *ask_shard(ApiRequest *request, int shard, json_t *ask, int64_t timeout_us,
                         GError **error)
{
    g_autoptr(json_t) taken = ask;
    g_autofree char *path = idx_link_path(request->context->home, shard);
    g_autoptr(IdxLink) link = idx_link_open(path, CONNECT_US, error);
    IdxWireFrame frame;
    if (link == NULL || !idx_link_request(link, 1, json_incref(taken), CONNECT_US, error) ||
        !idx_link_next(link, timeout_us, &frame, error))
        return NULL;
    if (frame.type == IDX_WIRE_ANSWER)
        return idx_wire_get_json(&frame, error);
    if (frame.type == IDX_WIRE_ERROR)
        idx_wire_get_error(&frame, error);
    else
        mj_error_set(error, MJ_ERROR_FAILED, "the recorder answers with something else");
    return NULL;
}

/* @stream_id 0: of any. */
static int shard_of(ApiRequest *request, int64_t stream_id, GError **error)
{
    g_autoptr(GPtrArray) recorders = idx_recorder_list(request->cat, error);
    for (guint i = 0; recorders != NULL && i < recorders->len; i++) {
        const IdxRecorder *recorder = recorders->pdata[i];
        bool alive = recorder->stopped_us == 0 &&
                     request->now_us - recorder->heartbeat_us < IDX_HEARTBEAT_LATE_US;
        if (alive &&
            (stream_id == 0 || idx_shard_has(recorder->shard, recorder->shards, stream_id)))
            return recorder->shard;
    }
    if (recorders != NULL)
        mj_error_set(error, MJ_ERROR_BUSY,
                     "the meeting cannot be recorded: no recorder runs; try again");
    return 0;
}

bool api_meeting_recorder_runs(ApiRequest *request, GError **error)
{
    return shard_of(request, 0, error) != 0;
}

json_t *api_meeting_ask(ApiRequest *request, int64_t stream_id, json_t *ask, GError **error)
{
    g_autoptr(json_t) taken = ask;
    g_autoptr(GError) failed = NULL;
    int shard = shard_of(request, stream_id, error);
    if (shard == 0)
        return NULL;
    json_t *answer = ask_shard(request, shard, json_incref(taken), API_MEETING_ANSWER_US, &failed);
    bool away = mj_error_is(failed, MJ_ERROR_IO) || mj_error_is(failed, MJ_ERROR_TIMEOUT) ||
                (mj_error_is(failed, MJ_ERROR_NOT_FOUND) &&
                 g_str_has_prefix(failed->message, "no recorder"));
    if (away)
        mj_error_set(error, MJ_ERROR_BUSY, "the recorder does not answer now; try again");
    else if (failed != NULL)
        g_propagate_error(error, g_steal_pointer(&failed));
    return answer;
}

static json_t *terminals_of(const IdxMeet *meet)
{
    json_t *terminals = json_array();
    for (guint i = 0; i < meet->legs->len; i++) {
        const IdxMeetLeg *leg = meet->legs->pdata[i];
        if (leg->pulled && meet->ended_us == 0)
            json_array_append_new(terminals,
                                  json_pack("{s:s, s:s, s:I}", "leg", leg->code, "camera",
                                            leg->camera, "stream_id", (json_int_t)leg->stream_id));
    }
    return terminals;
}

json_t *api_meeting_legs(ApiRequest *request, const IdxMeet *meet)
{
    json_t *legs = json_array();
    g_autoptr(json_t) terminals = terminals_of(meet);
    g_autoptr(GPtrArray) recorders = idx_recorder_list(request->cat, NULL);
    for (guint i = 0; recorders != NULL && i < recorders->len; i++) {
        const IdxRecorder *recorder = recorders->pdata[i];
        json_t *ask = json_pack("{s:s, s:s, s:O}", "do", "legs", "session", meet->session,
                                "terminals", terminals);
        g_autoptr(json_t) answer =
            ask_shard(request, recorder->shard, ask, IDX_LINK_QUICK_US, NULL);
        json_t *theirs = json_object_get(answer, "legs");
        if (json_is_array(theirs))
            json_array_extend(legs, theirs);
    }
    return legs;
}

static void add_live(json_t *legs, const json_t *live)
{
    static const char *const MEMBERS[] = {"sends", "interrupted", "recorded", "why",   "viewers",
                                          "slow",  "packets",     "lost",     "video", "turns_to"};
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(legs, i, leg)
    {
        const char *code = json_string_value(json_object_get(leg, "leg"));
        size_t k = 0;
        json_t *one = NULL;
        json_object_set_new(leg, "sends", json_false());
        json_array_foreach(live, k,
                           one) if (strcmp(code, json_string_value(json_object_get(one, "leg"))) ==
                                    0) for (size_t m = 0; m < G_N_ELEMENTS(MEMBERS); m++)
            json_object_set(leg, MEMBERS[m], json_object_get(one, MEMBERS[m]));
    }
}

json_t *api_meeting_json(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    if (meet == NULL)
        return NULL;
    json_t *json = idx_meet_json(meet, idx_catalogue_timezone(request->cat));
    g_autoptr(json_t) live = api_meeting_legs(request, meet);
    add_live(json_object_get(json, "legs"), live);
    return json;
}
