// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/leg_own.h"

#include <string.h>

#include "index/base/error.h"

#define RECORDER_MS 50 // between looks for the recorder

/* --- connections ------------------------------------------------------------------------------- */

static void party_free(void *data)
{
    Party *party = data;
    if (!party)
        return;
    if (party->waiting) {
        g_source_destroy(party->waiting);
        g_source_unref(party->waiting);
    }
    cap_feed_free(party->feed);
    cap_peer_free(party->peer);
    if (party->answered) {
        g_autoptr(GError) error = NULL;
        mj_error_set(&error, MJ_ERROR_CANCELLED, "another offer took its place");
        party->answered(party->data, party->id, NULL, error);
    }
    cap_offer_free(party->offer);
    idx_ice_free(party->ice);
    g_free(party->who);
    g_free(party);
}

static void name_it(Party *party)
{
    for (int i = 0; i < CAP_LEG_ID_BYTES / 4; i++)
        g_snprintf(party->id + 8 * i, 9, "%08x", g_random_int());
}

void cap_leg_note(CapLeg *leg, const char *kind, json_t *detail)
{
    cap_journal_add(leg->config.journal, leg->config.session, leg->config.leg, kind, detail);
}

static json_t *counts(CapLeg *leg)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    leg->told_lost = leg->lost;
    json_t *counts = json_pack("{s:I, s:I}", "packets", (json_int_t)leg->packets, "packets_lost",
                               (json_int_t)leg->lost);
    if (leg->round_trip_us >= 0)
        json_object_set_new(counts, "round_trip_ms", json_integer(leg->round_trip_us / 1000));
    return counts;
}

static void answer(Party *party, const char *text, const GError *error)
{
    CapLegAnswered answered = party->answered;
    party->answered = NULL;
    if (answered)
        answered(party->data, party->id, text, error);
}

/* Not in the middle of its own callbacks: its memory goes with the next tick. */
void cap_leg_set_aside(CapLeg *leg, Party *party)
{
    bool sends = leg->party == party;
    guint at = 0;
    if (sends)
        leg->party = NULL;
    g_mutex_lock(&leg->lock);
    party->over = true;
    if (!sends && g_ptr_array_find(leg->viewers, party, &at))
        g_ptr_array_steal_index(leg->viewers, at);
    g_mutex_unlock(&leg->lock);
    g_ptr_array_add(leg->ended, party);
}

/* @broken: how; NULL = it left. */
void cap_leg_end_party(CapLeg *leg, Party *party, const char *broken)
{
    bool sends = leg->party == party;
    cap_leg_set_aside(leg, party);
    if (!sends)
        return;
    cap_inlet_end(leg->inlet, broken);
    if (!party->joined)
        return;
    json_t *detail = counts(leg);
    if (broken)
        json_object_set_new(detail, "reason", json_string(broken));
    cap_leg_note(leg, broken ? "lost" : "left", detail);
}

void cap_leg_want_key(CapLeg *leg)
{
    if (!leg->party || !leg->party->peer)
        return;
    leg->key_us = g_get_monotonic_time();
    g_mutex_lock(&leg->lock);
    leg->wanted_us = leg->key_us; // until it comes: the request may be lost
    g_mutex_unlock(&leg->lock);
    cap_peer_want_key(leg->party->peer);
}

/* --- offers ------------------------------------------------------------------------------------ */

static void on_answered(void *data, const char *text, const GError *error)
{
    Party *party = data;
    party->since_us = g_get_monotonic_time();
    answer(party, text, error);
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
    else if (state == CAP_PEER_INTERRUPTED && party->role == CAP_OFFER_SENDS)
        cap_leg_note(party->leg, "interrupted", NULL);
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

static bool make_peer(CapLeg *leg, Party *party, GError **error)
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

static void take_place(CapLeg *leg, Party *party)
{
    if (party->role == CAP_OFFER_SENDS) {
        leg->party = party;
        drop_other_viewers(leg, party->offer->video.vp8);
        g_mutex_lock(&leg->lock);
        cap_rtp_track_init(&leg->tracks[0].rtp, 90000);
        cap_rtp_track_init(&leg->tracks[1].rtp, 48000);
        leg->tracks[0].reported_us = leg->tracks[1].reported_us = 0;
        leg->relays = true;
        leg->round_trip_us = -1;
        leg->sound_us = g_get_monotonic_time();
        for (guint i = 0; i < leg->viewers->len; i++)
            for (int k = 0; k < 2; k++)
                cap_relay_break(&((Party *)leg->viewers->pdata[i])->relays[k]);
        g_mutex_unlock(&leg->lock);
        leg->not_read_us = 0;
        leg->muted = false;
        announce(leg, party->offer);
        return;
    }
    g_mutex_lock(&leg->lock);
    g_ptr_array_add(leg->viewers, party);
    g_mutex_unlock(&leg->lock);
}

static Party *viewer_called(const CapLeg *leg, const char *who)
{
    for (guint i = 0; i < leg->viewers->len; i++)
        if (strcmp(((Party *)leg->viewers->pdata[i])->who, who) == 0)
            return leg->viewers->pdata[i];
    return NULL;
}

static void end_before(CapLeg *leg)
{
    if (leg->party)
        cap_leg_end_party(leg, leg->party, "the party came back with another connection");
}

static bool make_room(CapLeg *leg, const Party *party, GError **error)
{
    if (party->role == CAP_OFFER_SENDS) {
        end_before(leg); // two offers may have waited together
        return true;
    }
    Party *before = viewer_called(leg, party->who);
    if (before)
        cap_leg_set_aside(leg, before);
    if (!leg->party && !cap_leg_terminal_is_here(leg)) {
        const char *why = leg->terminal ? cap_terminal_why(leg->terminal) : NULL;
        return mj_error_set(error, MJ_ERROR_CONFLICT, "leg %s of session %s is not there yet%s%s",
                            leg->config.leg, leg->config.session, why ? ": " : "", why ? why : "");
    }
    if (leg->viewers->len >= CAP_LEG_VIEWERS_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY, "leg %s has %d viewers, which is all it may",
                            leg->config.leg, CAP_LEG_VIEWERS_MAX);
    return true;
}

void cap_leg_drop_ended(CapLeg *leg)
{
    GPtrArray *ended = g_steal_pointer(&leg->ended);
    leg->ended = g_ptr_array_new_with_free_func(party_free);
    g_ptr_array_unref(ended);
}

/* The recorder is there, if it has to be. */
static void go_on(CapLeg *leg, Party *party)
{
    g_autoptr(GError) error = NULL;
    if (make_room(leg, party, &error)) {
        cap_leg_drop_ended(leg);
        take_place(leg, party);
        if (make_peer(leg, party, &error))
            return;
        answer(party, NULL, error);
        cap_leg_end_party(leg, party, error->message);
        return;
    }
    answer(party, NULL, error);
    g_ptr_array_add(leg->ended, party);
}

static bool disk_takes_it(const CapLeg *leg, GError **error)
{
    CapStore *store = leg->config.store;
    if (!store || cap_disks_pick(cap_store_disks(store), leg->config.stream_id, error))
        return true;
    g_prefix_error(error, "the meeting cannot be recorded: ");
    return false;
}

static gboolean look_for_recorder(void *data)
{
    Party *party = data;
    CapLeg *leg = party->leg;
    bool there = cap_inlet_is_awaited(leg->inlet);
    if (!there && g_get_monotonic_time() - party->offered_us < CAP_LEG_RECORDER_US)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&party->waiting, g_source_unref);
    guint at = 0;
    if (g_ptr_array_find(leg->waiting, party, &at))
        g_ptr_array_steal_index(leg->waiting, at);
    g_autoptr(GError) error = NULL;
    if (!there)
        mj_error_set(&error, MJ_ERROR_BUSY,
                     "the meeting cannot be recorded: the recorder of leg %s is not ready",
                     leg->config.leg);
    if (there && disk_takes_it(leg, &error)) {
        go_on(leg, party);
        return G_SOURCE_REMOVE;
    }
    answer(party, NULL, error);
    g_ptr_array_add(leg->ended, party);
    return G_SOURCE_REMOVE;
}

/* Which, if it still reads what the party sent before, has to see that end first. */
static void wait_for_recorder(CapLeg *leg, Party *party)
{
    end_before(leg);
    g_ptr_array_add(leg->waiting, party);
    party->waiting = g_timeout_source_new(RECORDER_MS);
    g_source_set_callback(party->waiting, look_for_recorder, party, NULL);
    g_source_attach(party->waiting, leg->config.context);
}

/* Somebody who takes no H.264 is to see a party that sends it, and could send VP8: it is to come back with
 * that, which browsers do by themselves. */
static bool turn_to_vp8(CapLeg *leg, const char *sdp, GError **error)
{
    const Party *party = leg->party;
    if (!party || leg->wants_vp8 || party->offer->video.vp8 || !party->offer->could_vp8)
        return false; // it was asked once, and came back with what it has
    g_autoptr(CapOffer) offer =
        cap_offer_parse(sdp, strlen(sdp), CAP_OFFER_RECEIVES, CAP_OFFER_VP8, NULL);
    if (!offer)
        return false;
    leg->wants_vp8 = true;
    cap_leg_end_party(leg, leg->party, "it is seen by somebody who takes VP8 alone");
    g_clear_error(error);
    mj_error_set(error, MJ_ERROR_CONFLICT, "leg %s of session %s is coming back with VP8",
                 leg->config.leg, leg->config.session);
    return true;
}

static CapOffer *parse_offer(CapLeg *leg, CapOfferRole role, const char *sdp, GError **error)
{
    CapOfferVideo wanted = CAP_OFFER_ANY;
    if (role == CAP_OFFER_RECEIVES && cap_leg_terminal_is_here(leg))
        return cap_leg_terminal_offer(leg, sdp, error);
    if (role == CAP_OFFER_SENDS && leg->terminal) {
        mj_error_set(error, MJ_ERROR_CONFLICT, "a room terminal sends leg %s of session %s",
                     leg->config.leg, leg->config.session);
        return NULL;
    }
    if (role == CAP_OFFER_RECEIVES && leg->party)
        wanted = leg->party->offer->video.vp8 ? CAP_OFFER_VP8 : CAP_OFFER_H264;
    g_autoptr(CapOffer) vp8 = role == CAP_OFFER_SENDS && leg->wants_vp8
                                  ? cap_offer_parse(sdp, strlen(sdp), role, CAP_OFFER_VP8, NULL)
                                  : NULL;
    if (vp8)
        return g_steal_pointer(&vp8);
    CapOffer *offer = cap_offer_parse(sdp, strlen(sdp), role, wanted, error);
    if (!offer && role == CAP_OFFER_RECEIVES)
        turn_to_vp8(leg, sdp, error);
    return offer;
}

void cap_leg_offer(CapLeg *leg, CapOfferRole role, const char *who, const char *sdp,
                   const IdxIce *ice, CapLegAnswered answered, void *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer = parse_offer(leg, role, sdp, &error);
    if (!offer) {
        answered(data, NULL, NULL, error);
        return;
    }
    Party *party = g_new0(Party, 1);
    *party = (Party){.leg = leg,
                     .role = role,
                     .who = g_strdup(who),
                     .offer = g_steal_pointer(&offer),
                     .ice = idx_ice_copy(ice),
                     .answered = answered,
                     .data = data,
                     .since_us = g_get_monotonic_time(),
                     .offered_us = g_get_monotonic_time()};
    name_it(party);
    if (role == CAP_OFFER_SENDS)
        wait_for_recorder(leg, party);
    else
        go_on(leg, party);
}

static Party *connection(const CapLeg *leg, const char *id, GError **error)
{
    if (leg->party && strcmp(leg->party->id, id) == 0)
        return leg->party;
    for (guint i = 0; i < leg->viewers->len; i++)
        if (strcmp(((Party *)leg->viewers->pdata[i])->id, id) == 0)
            return leg->viewers->pdata[i];
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "leg %s has no such connection (any more)",
                 leg->config.leg);
    return NULL;
}

static unsigned media_of(const CapOffer *offer, const char *mid)
{
    bool audio = offer->audio.index >= 0 && strcmp(mid, offer->audio.mid) == 0;
    int index = audio ? offer->audio.index : mid[0] ? offer->video.index : 0;
    return (unsigned)index;
}

static bool is_of_offer(const CapFrag *frag, const CapOffer *offer)
{
    g_autofree char *line = g_strdup_printf("a=ice-ufrag:%s\r\n", frag->ufrag ? frag->ufrag : "");
    return !frag->ufrag || strstr(offer->text, line) != NULL;
}

bool cap_leg_candidates(CapLeg *leg, const char *id, const CapFrag *frag, GError **error)
{
    Party *party = connection(leg, id, error);
    if (!party)
        return false;
    if (!is_of_offer(frag, party->offer))
        return mj_error_set(
            error, MJ_ERROR_UNSUPPORTED,
            "ICE is not restarted here: offer anew; for %d s that goes on in the same leg",
            (int)(CAP_LEG_LOST_US / G_USEC_PER_SEC));
    for (guint i = 0; i < frag->candidates->len; i++)
        cap_peer_add_candidate(party->peer, media_of(party->offer, frag->mids->pdata[i]),
                               frag->candidates->pdata[i]);
    return true;
}

bool cap_leg_hang_up(CapLeg *leg, const char *id, GError **error)
{
    Party *party = connection(leg, id, error);
    if (party)
        cap_leg_end_party(leg, party, NULL);
    return party != NULL;
}

/* --- its life ---------------------------------------------------------------------------------- */

int cap_leg_connections(const CapLeg *leg)
{
    bool terminal = leg->terminal && cap_terminal_stream(leg->terminal);
    return (leg->party != NULL || terminal) + (int)leg->viewers->len + (int)leg->waiting->len;
}

bool cap_leg_has_terminal(const CapLeg *leg)
{
    return leg->terminal != NULL;
}

json_t *cap_leg_json(CapLeg *leg)
{
    bool sends = (leg->party && leg->party->joined) || cap_leg_terminal_is_here(leg);
    const char *why = leg->failing    ? leg->failing
                      : leg->terminal ? cap_terminal_why(leg->terminal)
                                      : NULL;
    bool recorded = sends && !leg->failing && (!leg->terminal || leg->relays);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    return json_pack("{s:s, s:s, s:b, s:b, s:o, s:i, s:I, s:I}", "session", leg->config.session,
                     "leg", leg->config.leg, "sends", sends, "recorded", recorded, "why",
                     mj_json_string(why), "viewers", (int)leg->viewers->len, "packets",
                     (json_int_t)leg->packets, "lost", (json_int_t)leg->lost);
}

CapLeg *cap_leg_new(const CapLegConfig *config)
{
    CapLeg *leg = g_new0(CapLeg, 1);
    leg->config = *config;
    leg->round_trip_us = -1;
    leg->config.session = g_strdup(config->session);
    leg->config.leg = g_strdup(config->leg);
    leg->config.camera = g_strdup(config->camera);
    g_autofree char *name = g_strdup_printf("%s/%s", config->session, config->leg);
    leg->inlet = cap_inlet_get(name);
    leg->ended = g_ptr_array_new_with_free_func(party_free);
    leg->waiting = g_ptr_array_new_with_free_func(party_free);
    leg->viewers = g_ptr_array_new();
    if (config->terminal && config->live)
        leg->terminal = cap_terminal_new(config->live, config->camera);
    g_mutex_init(&leg->lock);
    return leg;
}

void cap_leg_free(CapLeg *leg)
{
    if (!leg)
        return;
    g_ptr_array_unref(leg->waiting);
    while (leg->viewers->len > 0)
        cap_leg_set_aside(leg, leg->viewers->pdata[leg->viewers->len - 1]);
    if (leg->party)
        cap_leg_end_party(leg, leg->party, NULL);
    g_ptr_array_unref(leg->ended);
    g_ptr_array_unref(leg->viewers);
    cap_leg_terminal_leaves(leg);
    cap_terminal_free(leg->terminal);
    cap_inlet_unref(leg->inlet);
    g_mutex_clear(&leg->lock);
    g_free((char *)leg->config.session);
    g_free((char *)leg->config.leg);
    g_free((char *)leg->config.camera);
    g_free(leg->failing);
    g_free(leg);
}
