// SPDX-License-Identifier: GPL-3.0-or-later
/* How a connection takes its place in a leg: its peer, what is told of it, and the first key frame. */
#include "capture/meet/leg_own.h"

void cap_leg_answer(Party *party, const char *text, const GError *error)
{
    CapLegAnswered answered = party->answered;
    party->answered = NULL;
    if (answered)
        answered(party->data, party->id, text, error);
}

static void on_answered(void *data, const char *text, const GError *error)
{
    Party *party = data;
    party->since_us = g_get_monotonic_time();
    cap_leg_answer(party, text, error);
    if (!text && !party->over)
        cap_leg_end_party(party->leg, party, error->message);
}

static void join(CapLeg *leg, Party *party)
{
    g_mutex_lock(&leg->lock);
    bool first = !party->joined;
    party->joined = true;
    if (party->role == CAP_OFFER_SENDS) {
        int64_t now_us = g_get_monotonic_time();
        if (first)
            leg->sound_us = now_us; // connecting takes its time
        else
            cap_leg_restart_sound(leg, now_us);
        leg->packet_us = now_us;
    }
    g_mutex_unlock(&leg->lock);
    cap_leg_want_key(leg);
    cap_leg_feed(leg, party);
    if (!first || party->role != CAP_OFFER_SENDS)
        return;
    json_t *detail = json_pack("{s:s, s:s}", "video", party->offer->video.vp8 ? "vp8" : "h264",
                               "audio", party->offer->audio.index >= 0 ? "opus" : "none");
    cap_leg_note(leg, leg->was_here ? "returned" : "joined", detail);
    leg->was_here = true;
}

static void on_changed(void *data, CapPeerState state)
{
    Party *party = data;
    party->since_us = g_get_monotonic_time();
    if (party->over)
        return;
    if (state == CAP_PEER_CONNECTED)
        join(party->leg, party);
    else if (state == CAP_PEER_FAILED)
        cap_leg_end_party(party->leg, party, "the party's connection broke");
}

static void announce(CapLeg *leg, const CapOffer *offer)
{
    g_autoptr(GString) sdp = g_string_new("v=0\r\n");
    g_string_append_printf(sdp, "m=video 0 RTP/AVP %d\r\na=rtpmap:%d %s/90000\r\n",
                           offer->video.type, offer->video.type, offer->video.vp8 ? "VP8" : "H264");
    if (offer->video.format)
        g_string_append_printf(sdp, "a=fmtp:%d %s\r\n", offer->video.type, offer->video.format);
    if (offer->audio.index >= 0)
        g_string_append_printf(sdp, "m=audio 0 RTP/AVP %d\r\na=rtpmap:%d opus/48000/2\r\n",
                               offer->audio.type, offer->audio.type);
    cap_inlet_begin(leg->inlet, sdp->str);
}

bool cap_leg_make_peer(CapLeg *leg, Party *party, GError **error)
{
    const CapOffer *offer = party->offer;
    CapPeerConfig config = {
        .context = leg->config.context,
        .role = party->role,
        .offer = offer,
        .ice = party->ice,
        .video_ssrc = g_random_int() | 1,
        .audio_ssrc = g_random_int() | 1,
        .events = {on_answered, on_changed, cap_leg_on_packet, cap_leg_on_round_trip,
                   cap_leg_on_key_wanted},
        .data = party,
    };
    if (party->role == CAP_OFFER_RECEIVES)
        cap_relay_init(&party->relays[0], offer->video.type, 90000, config.video_ssrc);
    if (party->role == CAP_OFFER_RECEIVES && offer->audio.index >= 0)
        cap_relay_init(&party->relays[1], offer->audio.type, cap_offer_clock(&offer->audio, true),
                       config.audio_ssrc);
    party->peer = cap_peer_new(&config, error);
    return party->peer != NULL;
}

/* Those who agreed to another coding than what comes now: they offer anew. */
static void drop_other_viewers(CapLeg *leg, bool vp8)
{
    for (guint i = leg->viewers->len; i > 0; i--) {
        Party *viewer = leg->viewers->pdata[i - 1];
        if (viewer->offer->video.vp8 != vp8)
            cap_leg_set_aside(leg, viewer);
    }
}

void cap_leg_take_place(CapLeg *leg, Party *party)
{
    if (party->role == CAP_OFFER_SENDS) {
        leg->party = party;
        cap_leg_end_turn(leg);
        drop_other_viewers(leg, party->offer->video.vp8);
        g_mutex_lock(&leg->lock);
        cap_rtp_track_init(&leg->tracks[0].rtp, 90000);
        cap_rtp_track_init(&leg->tracks[1].rtp, 48000);
        for (int k = 0; k < 2; k++) {
            leg->tracks[k].reported_us = 0;
            leg->tracks[k].claim = (CapClaim){0};
            leg->tracks[k].flow = (CapFlow){0};
        }
        leg->doubted = leg->flooded = false;
        leg->relays = true;
        leg->round_trip_us = -1;
        leg->sound_us = g_get_monotonic_time();
        leg->picture_us = 0;
        for (guint i = 0; i < leg->viewers->len; i++)
            cap_leg_break(leg->viewers->pdata[i]);
        g_mutex_unlock(&leg->lock);
        leg->not_read_us = 0;
        leg->silent = false;
        if (leg->muted)
            cap_leg_note(leg, "unmuted", json_pack("{s:s}", "by", "media"));
        leg->muted = false;
        announce(leg, party->offer);
        return;
    }
    cap_leg_end_hope(leg, party->who);
    g_mutex_lock(&leg->lock);
    g_ptr_array_add(leg->viewers, party);
    g_mutex_unlock(&leg->lock);
}
