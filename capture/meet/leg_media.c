// SPDX-License-Identifier: GPL-3.0-or-later
/* What the party of a leg sends: counted, to the recorder, and to each viewer. Streaming threads. */
#include "capture/meet/leg_own.h"
#include "capture/rtsp/video.h"
#include "index/base/log.h"

#define REPORT_US INT64_C(1000000)
#define NTP_UNIX_S UINT64_C(2208988800)

void cap_leg_restart_sound(CapLeg *leg, int64_t mono_us)
{
    bool was_silent = leg->packet_us - leg->sound_us > CAP_LEG_MUTE_US; // and still is
    if (!was_silent)
        leg->sound_us = mono_us;
}

static void count_picture(CapLeg *leg, bool vp8, const CapRtp *packet, bool lost, int64_t mono_us)
{
    if (lost)
        leg->wanted_us = mono_us;
    if (cap_rtp_video_begins_key(vp8 ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264, packet->payload,
                                 packet->size))
        leg->key_came_us = mono_us; // which mends what was lost before
}

static void count(CapLeg *leg, bool sound, bool vp8, const CapRtp *packet, int64_t mono_us)
{
    unsigned missing = 0;
    cap_rtp_track_add(&leg->tracks[sound].rtp, packet, mono_us, &missing);
    leg->packets++;
    leg->lost += missing;
    bool outage = mono_us - leg->packet_us > CAP_LEG_OUTAGE_US;
    if (outage)
        cap_leg_restart_sound(leg, mono_us);
    if (!sound || (outage && leg->picture_us))
        leg->picture_us = mono_us; // what nothing came of did not lack pictures
    leg->packet_us = mono_us;
    if (sound && packet->size > CAP_LEG_MUTE_BYTES)
        leg->sound_us = mono_us;
    if (!sound)
        count_picture(leg, vp8, packet, missing > 0, mono_us);
}

CapGateStep cap_leg_gate(Party *viewer, const CapRtp *packet, size_t waiting, int64_t mono_us)
{
    CapGateStep step = cap_gate_step(&viewer->gate, viewer->offer->video.vp8, packet, waiting);
    if (viewer->gate.full)
        viewer->slow_us = mono_us;
    return step;
}

void cap_leg_pass_on(Party *viewer, bool sound, const CapRtp *packet, int64_t mono_us)
{
    CapRelay *relay = &viewer->relays[sound];
    if (relay->clock == 0)
        return;
    CapGateStep step = sound
                           ? CAP_GATE_GOES
                           : cap_leg_gate(viewer, packet, cap_peer_waiting(viewer->peer), mono_us);
    if (step == CAP_GATE_STAYS)
        return;
    if (step != CAP_GATE_GOES && viewer->gate.anew)
        cap_relay_break(relay);
    if (step != CAP_GATE_GOES)
        cap_relay_close_up(relay, step == CAP_GATE_MENDS);
    size_t size = CAP_RTP_HEADER_BYTES + packet->size;
    uint8_t *bytes = g_malloc(size);
    cap_relay_write(relay, packet, mono_us, bytes);
    cap_peer_send(viewer->peer, sound, bytes, size);
}

void cap_leg_break(Party *viewer)
{
    for (int k = 0; k < 2; k++)
        cap_relay_break(&viewer->relays[k]);
    cap_gate_forget(&viewer->gate);
}

static void relay_locked(CapLeg *leg, bool sound, const CapRtp *packet, int64_t mono_us)
{
    for (guint i = 0; leg->relays && leg->picture_us && i < leg->viewers->len; i++) {
        Party *viewer = leg->viewers->pdata[i];
        if (viewer->joined)
            cap_leg_pass_on(viewer, sound, packet, mono_us);
    }
}

typedef struct Reported { // what a packet's report is to be told as
    bool is, doubted;     // to the recorder; of the party, once
    uint64_t ntp;
} Reported;

/* What the sender's report says, about once a second. */
static Reported report_locked(CapLeg *leg, bool sound, uint64_t ntp_ns, int64_t mono_us)
{
    Track *track = &leg->tracks[sound];
    uint64_t s = ntp_ns / UINT64_C(1000000000), ns = ntp_ns % UINT64_C(1000000000);
    Reported reported = {.ntp = s << 32 | (ns << 32) / UINT64_C(1000000000)};
    if (s <= NTP_UNIX_S || (track->reported_us != 0 && mono_us - track->reported_us < REPORT_US))
        return reported;
    track->reported_us = mono_us;
    CapClaimed said = {(int64_t)(ntp_ns / 1000), cap_rtp_track_us(&track->rtp, 0), mono_us};
    reported.is = cap_claim_take(&track->claim, &said);
    reported.doubted = !reported.is && !leg->doubted;
    leg->doubted |= reported.doubted;
    return reported;
}

static void tell_of(CapLeg *leg, bool sound, const char *kind, const char *what)
{
    mj_log_warning(NULL, "session %s, leg %s: %s", leg->config.session, leg->config.leg, what);
    cap_leg_note(leg, kind, json_pack("{s:s}", "track", sound ? "audio" : "video"));
}

/* False: it is too much, and left out. */
static bool let_in(CapLeg *leg, bool sound, size_t size, int64_t mono_us)
{
    g_mutex_lock(&leg->lock);
    bool good = cap_flow_take(&leg->tracks[sound].flow, sound ? CAP_FLOW_SOUND : CAP_FLOW_PICTURE,
                              size, mono_us);
    bool told = good || leg->flooded;
    leg->flooded |= !good;
    g_mutex_unlock(&leg->lock);
    if (!told)
        tell_of(leg, sound, "flooded", "its party sends too much; what is over is left out");
    return good;
}

void cap_leg_on_packet(void *data, bool sound, const uint8_t *bytes, size_t size, bool has_ntp,
                       uint64_t ntp_ns)
{
    const Party *party = data;
    CapLeg *leg = party->leg;
    int64_t mono_us = g_get_monotonic_time();
    Reported reported = {0};
    CapRtp packet;
    if (!cap_rtp_parse(bytes, size, &packet) || !let_in(leg, sound, size, mono_us))
        return;
    cap_inlet_packet(leg->inlet, sound, bytes, size);
    g_mutex_lock(&leg->lock);
    if (!party->over) { // else its recording has ended, and nothing is relayed that is not recorded
        count(leg, sound, party->offer->video.vp8, &packet, mono_us);
        if (has_ntp)
            reported = report_locked(leg, sound, ntp_ns, mono_us);
        relay_locked(leg, sound, &packet, mono_us);
    }
    g_mutex_unlock(&leg->lock);
    if (reported.is)
        cap_inlet_report(leg->inlet, sound, packet.ssrc, reported.ntp, packet.time);
    if (reported.doubted)
        tell_of(leg, sound, "clock_doubted",
                "its reports say times that cannot be; they are left out");
}

/* Half of it is taken for the way that its packets come (clock_map.h). */
void cap_leg_on_round_trip(void *data, int64_t least_us)
{
    const Party *party = data;
    CapLeg *leg = party->leg;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    if (party->over) // another one is measured now
        return;
    cap_inlet_path(leg->inlet, least_us / 2);
    leg->round_trip_us = least_us;
}

void cap_leg_on_key_wanted(void *data)
{
    CapLeg *leg = ((Party *)data)->leg;
    g_mutex_lock(&leg->lock);
    leg->wanted_us = g_get_monotonic_time(); // the tick asks
    g_mutex_unlock(&leg->lock);
}
