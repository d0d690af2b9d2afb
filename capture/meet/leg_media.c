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
    if (mono_us - leg->packet_us > CAP_LEG_OUTAGE_US)
        cap_leg_restart_sound(leg, mono_us);
    leg->packet_us = mono_us;
    if (sound && packet->size > CAP_LEG_MUTE_BYTES)
        leg->sound_us = mono_us;
    if (!sound)
        count_picture(leg, vp8, packet, missing > 0, mono_us);
}

void cap_leg_pass_on(Party *viewer, bool sound, const CapRtp *packet, int64_t mono_us)
{
    CapRelay *relay = &viewer->relays[sound];
    if (relay->clock == 0)
        return;
    CapGateStep step = sound ? CAP_GATE_GOES
                             : cap_gate_step(&viewer->gate, viewer->offer->video.vp8, packet,
                                             cap_peer_waiting(viewer->peer));
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
    for (guint i = 0; leg->relays && i < leg->viewers->len; i++) {
        Party *viewer = leg->viewers->pdata[i];
        if (viewer->joined)
            cap_leg_pass_on(viewer, sound, packet, mono_us);
    }
}

/* Once of a party. */
static void doubt(CapLeg *leg, bool sound)
{
    if (!g_atomic_int_compare_and_exchange(&leg->doubted, 0, 1))
        return;
    mj_log_warning(NULL,
                   "session %s, leg %s: its reports say times that cannot be; they are left out",
                   leg->config.session, leg->config.leg);
    cap_leg_note(leg, "clock_doubted", json_pack("{s:s}", "track", sound ? "audio" : "video"));
}

/* Tells the recorder what the sender's report says, about once a second. */
static void report(CapLeg *leg, bool sound, const CapRtp *packet, uint64_t ntp_ns, int64_t mono_us)
{
    Track *track = &leg->tracks[sound];
    if (track->reported_us != 0 && mono_us - track->reported_us < REPORT_US)
        return;
    track->reported_us = mono_us;
    uint64_t s = ntp_ns / UINT64_C(1000000000), ns = ntp_ns % UINT64_C(1000000000);
    uint64_t ntp = s << 32 | (ns << 32) / UINT64_C(1000000000);
    CapClaimed said = {(int64_t)(ntp_ns / 1000), cap_rtp_track_us(&track->rtp, 0), mono_us};
    if (s <= NTP_UNIX_S)
        return;
    if (!cap_claim_take(&track->claim, &said))
        doubt(leg, sound);
    else
        cap_inlet_report(leg->inlet, sound, packet->ssrc, ntp, packet->time);
}

void cap_leg_on_packet(void *data, bool sound, const uint8_t *bytes, size_t size, bool has_ntp,
                       uint64_t ntp_ns)
{
    const Party *party = data;
    CapLeg *leg = party->leg;
    int64_t mono_us = g_get_monotonic_time();
    CapRtp packet;
    if (!cap_rtp_parse(bytes, size, &packet))
        return;
    cap_inlet_packet(leg->inlet, sound, bytes, size);
    g_mutex_lock(&leg->lock);
    bool over = party->over;
    if (!over) { // else its recording has ended, and nothing is relayed that is not recorded
        count(leg, sound, party->offer->video.vp8, &packet, mono_us);
        relay_locked(leg, sound, &packet, mono_us);
    }
    g_mutex_unlock(&leg->lock);
    if (has_ntp && !over)
        report(leg, sound, &packet, ntp_ns, mono_us);
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
