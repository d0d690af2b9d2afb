// SPDX-License-Identifier: GPL-3.0-or-later
/* What is looked at from time to time: whether the leg is recorded, who is away, whether a key frame is due. */
#include "capture/meet/leg_own.h"

#include "capture/source.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/state.h"

#define AGAIN_US INT64_C(1000000)   // between requests for a key frame that does not come
#define FIRST_US INT64_C(3000000)   // from the connection to the first picture
#define FAILING_US INT64_C(1000000) // that nobody reads, before it is called so

/* Its packets come, and none of its picture: the recorder stores no sound by itself. */
static bool lacks_picture(CapLeg *leg)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    int64_t from_us = MAX(leg->picture_us, leg->party->since_us);
    return leg->packet_us - from_us > (leg->picture_us ? CAP_SOURCE_STALL_US : FIRST_US);
}

/* Why nothing of the leg is stored though its party sends; NULL if it is, or the party is why. */
static const char *find_failing(CapLeg *leg, int64_t now_us)
{
    static const char *const OURS[] = {IDX_STATE_DISK, IDX_STATE_CAPTURE_DOWN, IDX_STATE_REFUSED,
                                       IDX_STATE_UNSUPPORTED, IDX_STATE_DISABLED};
    if (lacks_picture(leg))
        return CAP_LEG_NO_PICTURE;
    bool read = cap_inlet_is_read(leg->inlet);
    if (read && leg->not_read_us)
        cap_leg_want_key(leg); // whoever begins to read needs one
    leg->not_read_us = read ? 0 : leg->not_read_us ? leg->not_read_us : now_us;
    if (!read && now_us - leg->not_read_us > FAILING_US)
        return "its recorder does not take it";
    CapLiveStream *live =
        leg->config.live ? cap_live_find(leg->config.live, leg->config.camera, "main") : NULL;
    if (!live)
        return NULL;
    g_autoptr(json_t) meter = cap_meter_json(live->meter);
    cap_live_stream_unref(live);
    const char *state = json_string_value(json_object_get(meter, "state"));
    for (size_t i = 0; i < G_N_ELEMENTS(OURS); i++)
        if (g_strcmp0(state, OURS[i]) == 0)
            return OURS[i];
    return NULL;
}

static void watch_recording(CapLeg *leg, int64_t now_us)
{
    bool sends = leg->party && leg->party->joined;
    const char *failing = sends ? find_failing(leg, now_us) : NULL;
    if (g_strcmp0(failing, leg->failing) == 0)
        return;
    g_free(leg->failing);
    leg->failing = g_strdup(failing);
    leg->failing_us = now_us;
    g_mutex_lock(&leg->lock);
    leg->relays = !failing;
    for (guint i = 0; i < leg->viewers->len; i++)
        cap_gate_close(&((Party *)leg->viewers->pdata[i])->gate);
    g_mutex_unlock(&leg->lock);
    cap_leg_note(leg, failing ? "not_recorded" : "recorded",
                 failing ? json_pack("{s:s}", "reason", failing) : NULL);
    cap_leg_want_key(leg);
}

/* When @mono_us was. */
static json_t *moment(int64_t mono_us, int64_t now_us)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    return mj_json_time(mj_clock_utc_us(mj_clock_system()) - (now_us - mono_us), utc);
}

/* ICE notices a line that is dead after a minute, or never. */
static void watch_line(CapLeg *leg, int64_t now_us)
{
    if (!leg->party || !leg->party->joined)
        return;
    g_mutex_lock(&leg->lock);
    int64_t packet_us = leg->packet_us;
    g_mutex_unlock(&leg->lock);
    bool silent = now_us - packet_us > CAP_LEG_SILENT_US;
    if (silent == leg->silent)
        return;
    leg->silent = silent;
    cap_leg_note(leg, silent ? "interrupted" : "returned",
                 silent ? json_pack("{s:o}", "last_packet", moment(packet_us, now_us)) : NULL);
    cap_leg_want_key(leg);
}

/* A network that brings nothing is no microphone that is off. */
static void watch_sound(CapLeg *leg, int64_t now_us)
{
    if (!leg->party || !leg->party->joined || leg->party->offer->audio.index < 0)
        return;
    g_mutex_lock(&leg->lock);
    bool comes = now_us - leg->packet_us < CAP_LEG_OUTAGE_US;
    bool muted = now_us - leg->sound_us > CAP_LEG_MUTE_US;
    g_mutex_unlock(&leg->lock);
    if (!comes || muted == leg->muted)
        return;
    leg->muted = muted;
    cap_leg_note(leg, muted ? "muted" : "unmuted", json_pack("{s:s}", "by", "media"));
}

/* Since when the sending @party has not done what is asked of it again and again. */
static int64_t key_since(const CapLeg *leg, const Party *party)
{
    return MAX(leg->key_came_us, party->since_us);
}

static const char *find_overdue(CapLeg *leg, const Party *party, int64_t now_us)
{
    if (!party->joined)
        return now_us - party->since_us > CAP_LEG_CONNECT_US ? "its connection never came about"
                                                             : NULL;
    if (party->role == CAP_OFFER_SENDS && leg->failing &&
        now_us - leg->failing_us > CAP_LEG_LOST_US)
        return "it could not be recorded";
    bool broken = party->peer && cap_peer_state(party->peer) != CAP_PEER_CONNECTED &&
                  now_us - party->since_us > CAP_LEG_LOST_US;
    g_mutex_lock(&leg->lock);
    bool sends = party->role == CAP_OFFER_SENDS;
    bool silent = sends && now_us - leg->packet_us > CAP_LEG_LOST_US;
    bool deaf = sends && now_us - key_since(leg, party) > CAP_LEG_LOST_US;
    g_mutex_unlock(&leg->lock);
    if (broken || silent)
        return "the party was away for too long";
    return deaf ? "it sent no key frame though it was asked" : NULL;
}

static void end_overdue(CapLeg *leg, int64_t now_us)
{
    const char *why = leg->party ? find_overdue(leg, leg->party, now_us) : NULL;
    if (why && !leg->party->joined)
        cap_leg_note(leg, "failed", json_pack("{s:s}", "reason", why));
    if (why)
        cap_leg_end_party(leg, leg->party, why);
    for (guint i = leg->viewers->len; i > 0; i--) {
        Party *viewer = leg->viewers->pdata[i - 1];
        if (find_overdue(leg, viewer, now_us))
            cap_leg_set_aside(leg, viewer);
    }
}

static bool key_is_due(CapLeg *leg, int64_t now_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    bool wanted = leg->wanted_us > leg->key_came_us && now_us - leg->key_us > AGAIN_US;
    return wanted || now_us - leg->key_us > CAP_LEG_KEY_US;
}

/* A viewer whose gate is closed waits for a key frame; but as long as its network is not through with what was before,
 * another one would only be more. */
static void watch_gates(CapLeg *leg, int64_t now_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    for (guint i = 0; i < leg->viewers->len && leg->relays; i++) {
        const Party *viewer = leg->viewers->pdata[i];
        if (viewer->joined && cap_gate_wants_key(&viewer->gate, cap_peer_waiting(viewer->peer)))
            leg->wanted_us = now_us;
    }
}

void cap_leg_tick(CapLeg *leg)
{
    int64_t now_us = g_get_monotonic_time();
    cap_leg_drop_ended(leg);
    if (leg->terminal)
        cap_leg_watch_terminal(leg, now_us);
    else
        watch_recording(leg, now_us);
    watch_line(leg, now_us);
    watch_sound(leg, now_us);
    end_overdue(leg, now_us);
    watch_gates(leg, now_us);
    cap_leg_watch_turn(leg, now_us);
    if (leg->party && leg->party->joined && key_is_due(leg, now_us))
        cap_leg_want_key(leg);
}
