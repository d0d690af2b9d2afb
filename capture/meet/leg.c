// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/leg.h"

#include <string.h>

#include "capture/meet/inlet.h"
#include "capture/meet/relay.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/state.h"

#define RECORDER_MS 50 // between looks for the recorder
#define LOSS_KEY_US INT64_C(1000000)
#define REPORT_US INT64_C(1000000)
#define FAILING_US INT64_C(1000000) // that nobody reads, before it is called so
#define NTP_UNIX_S UINT64_C(2208988800)

/* One connection: the party's, or a viewer's. */
typedef struct Party {
    CapLeg *leg;
    CapOfferRole role;
    char *who;
    char id[2 * CAP_LEG_ID_BYTES + 1];
    CapOffer *offer;
    CapPeer *peer;
    IdxIce *ice;
    CapLegAnswered answered; // NULL once it was
    void *data;
    GSource *waiting; // for the recorder
    int64_t since_us; // monotonic: of its state
    int64_t offered_us;
    bool joined;
    bool over;          // set aside: what its peer still says is of no account
    CapRelay relays[2]; // a viewer's; by its streaming source's threads, under the leg's lock
} Party;

typedef struct Track { // of what the party sends; its streaming thread's
    CapRtpTrack rtp;
    int64_t reported_us;
} Track;

struct CapLeg {
    CapLegConfig config; // strings of our own
    CapInlet *inlet;
    Party *party;        // that sends; NULL = none
    int64_t key_us;      // monotonic: when one was asked for last
    int64_t not_read_us; // since when nobody reads; 0 = somebody does
    int64_t failing_us;  // monotonic: since when
    char *failing;       // why it is not recorded; NULL = it is
    bool was_here;       // a party was connected before
    GPtrArray *ended;    // Party *: to be freed by the next tick
    GPtrArray *waiting;  // Party *: for the recorder
    Track tracks[2];     // streaming threads, one each
    GMutex lock;
    /* under lock */
    GPtrArray *viewers; // Party *
    bool relays;        // it is recorded
    int64_t packets, lost;
    int64_t packet_us, loss_us; // monotonic: the newest
    int64_t told_lost;
};

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

static void journal(CapLeg *leg, const char *kind, json_t *detail)
{
    cap_journal_add(leg->config.journal, leg->config.session, leg->config.leg, kind, detail);
}

static json_t *counts(CapLeg *leg)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    leg->told_lost = leg->lost;
    return json_pack("{s:I, s:I}", "packets", (json_int_t)leg->packets, "packets_lost",
                     (json_int_t)leg->lost);
}

static void answer(Party *party, const char *text, const GError *error)
{
    CapLegAnswered answered = party->answered;
    party->answered = NULL;
    if (answered)
        answered(party->data, party->id, text, error);
}

/* Not in the middle of its own callbacks: its memory goes with the next tick. */
static void set_aside(CapLeg *leg, Party *party)
{
    party->over = true;
    if (leg->party == party) {
        leg->party = NULL;
    } else {
        g_mutex_lock(&leg->lock);
        guint at = 0;
        if (g_ptr_array_find(leg->viewers, party, &at))
            g_ptr_array_steal_index(leg->viewers, at);
        g_mutex_unlock(&leg->lock);
    }
    g_ptr_array_add(leg->ended, party);
}

/* @broken: how; NULL = it left. */
static void end_party(CapLeg *leg, Party *party, const char *broken)
{
    bool sends = leg->party == party;
    set_aside(leg, party);
    if (!sends)
        return;
    cap_inlet_end(leg->inlet, broken);
    if (!party->joined)
        return;
    json_t *detail = counts(leg);
    if (broken)
        json_object_set_new(detail, "reason", json_string(broken));
    journal(leg, broken ? "lost" : "left", detail);
}

/* --- what the party sends ---------------------------------------------------------------------- */

static void count(CapLeg *leg, bool sound, const CapRtp *packet, int64_t mono_us)
{
    unsigned missing = 0;
    cap_rtp_track_add(&leg->tracks[sound].rtp, packet, mono_us, &missing);
    leg->packets++;
    leg->lost += missing;
    leg->packet_us = mono_us;
    if (missing > 0 && !sound)
        leg->loss_us = mono_us;
}

static void relay_locked(CapLeg *leg, bool sound, const CapRtp *packet, int64_t mono_us)
{
    for (guint i = 0; leg->relays && i < leg->viewers->len; i++) {
        Party *viewer = leg->viewers->pdata[i];
        if (!viewer->joined || viewer->relays[sound].clock == 0)
            continue;
        size_t size = CAP_RTP_HEADER_BYTES + packet->size;
        uint8_t *bytes = g_malloc(size);
        cap_relay_write(&viewer->relays[sound], packet, mono_us, bytes);
        cap_peer_send(viewer->peer, sound, bytes, size);
    }
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
    if (s > NTP_UNIX_S)
        cap_inlet_report(leg->inlet, sound, packet->ssrc, ntp, packet->time);
}

static void on_packet(void *data, bool sound, const uint8_t *bytes, size_t size, bool has_ntp,
                      uint64_t ntp_ns)
{
    CapLeg *leg = ((Party *)data)->leg;
    int64_t mono_us = g_get_monotonic_time();
    CapRtp packet;
    if (!cap_rtp_parse(bytes, size, &packet))
        return;
    cap_inlet_packet(leg->inlet, sound, bytes, size);
    if (has_ntp)
        report(leg, sound, &packet, ntp_ns, mono_us);
    g_mutex_lock(&leg->lock);
    count(leg, sound, &packet, mono_us);
    relay_locked(leg, sound, &packet, mono_us);
    g_mutex_unlock(&leg->lock);
}

/* A viewer's thread. The party's peer may be another by the time this is looked at. */
static gboolean want_key(void *data)
{
    CapLeg *leg = data;
    if (leg->party && leg->party->peer) {
        leg->key_us = g_get_monotonic_time();
        cap_peer_want_key(leg->party->peer);
    }
    return G_SOURCE_REMOVE;
}

static void on_key_wanted(void *data)
{
    CapLeg *leg = ((Party *)data)->leg;
    g_mutex_lock(&leg->lock);
    leg->loss_us = g_get_monotonic_time(); // the tick asks
    g_mutex_unlock(&leg->lock);
}

/* --- offers ------------------------------------------------------------------------------------ */

static void on_answered(void *data, const char *text, const GError *error)
{
    Party *party = data;
    party->since_us = g_get_monotonic_time();
    answer(party, text, error);
    if (!text && !party->over)
        end_party(party->leg, party, error->message);
}

static void join(CapLeg *leg, Party *party)
{
    g_mutex_lock(&leg->lock);
    bool first = !party->joined;
    party->joined = true;
    if (party->role == CAP_OFFER_SENDS)
        leg->packet_us = g_get_monotonic_time();
    g_mutex_unlock(&leg->lock);
    want_key(leg);
    if (!first || party->role != CAP_OFFER_SENDS)
        return;
    json_t *detail = json_pack("{s:s, s:s}", "video", "h264", "audio",
                               party->offer->audio.index >= 0 ? "opus" : "none");
    journal(leg, leg->was_here ? "returned" : "joined", detail);
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
        end_party(party->leg, party, "the party's connection broke");
    else if (state == CAP_PEER_INTERRUPTED && party->role == CAP_OFFER_SENDS)
        journal(party->leg, "interrupted", NULL);
}

static void announce(CapLeg *leg, const CapOffer *offer)
{
    g_autoptr(GString) sdp = g_string_new("v=0\r\n");
    g_string_append_printf(sdp, "m=video 0 RTP/AVP %d\r\na=rtpmap:%d H264/90000\r\n",
                           offer->video.type, offer->video.type);
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
        .events = {on_answered, on_changed, on_packet, on_key_wanted},
        .data = party,
    };
    if (party->role == CAP_OFFER_RECEIVES)
        cap_relay_init(&party->relays[0], offer->video.type, 90000, config.video_ssrc);
    if (party->role == CAP_OFFER_RECEIVES && offer->audio.index >= 0)
        cap_relay_init(&party->relays[1], offer->audio.type, 48000, config.audio_ssrc);
    party->peer = cap_peer_new(&config, error);
    return party->peer != NULL;
}

static void take_place(CapLeg *leg, Party *party)
{
    if (party->role == CAP_OFFER_SENDS) {
        leg->party = party;
        g_mutex_lock(&leg->lock);
        cap_rtp_track_init(&leg->tracks[0].rtp, 90000);
        cap_rtp_track_init(&leg->tracks[1].rtp, 48000);
        leg->tracks[0].reported_us = leg->tracks[1].reported_us = 0;
        leg->relays = true;
        for (guint i = 0; i < leg->viewers->len; i++)
            for (int k = 0; k < 2; k++)
                cap_relay_break(&((Party *)leg->viewers->pdata[i])->relays[k]);
        g_mutex_unlock(&leg->lock);
        leg->not_read_us = 0;
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
        end_party(leg, leg->party, "the party came back with another connection");
}

static bool make_room(CapLeg *leg, const Party *party, GError **error)
{
    if (party->role == CAP_OFFER_SENDS) {
        end_before(leg); // two offers may have waited together
        return true;
    }
    Party *before = viewer_called(leg, party->who);
    if (before)
        set_aside(leg, before);
    if (!leg->party)
        return mj_error_set(error, MJ_ERROR_CONFLICT, "leg %s of session %s is not there yet",
                            leg->config.leg, leg->config.session);
    if (leg->viewers->len >= CAP_LEG_VIEWERS_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY, "leg %s has %d viewers, which is all it may",
                            leg->config.leg, CAP_LEG_VIEWERS_MAX);
    return true;
}

static void drop_ended(CapLeg *leg)
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
        drop_ended(leg);
        take_place(leg, party);
        if (make_peer(leg, party, &error))
            return;
        answer(party, NULL, error);
        end_party(leg, party, error->message);
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

void cap_leg_offer(CapLeg *leg, CapOfferRole role, const char *who, const char *sdp,
                   const IdxIce *ice, CapLegAnswered answered, void *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer = cap_offer_parse(sdp, strlen(sdp), role, &error);
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

bool cap_leg_candidates(CapLeg *leg, const char *id, const CapFrag *frag, GError **error)
{
    Party *party = connection(leg, id, error);
    if (!party)
        return false;
    for (guint i = 0; i < frag->candidates->len; i++)
        cap_peer_add_candidate(party->peer, media_of(party->offer, frag->mids->pdata[i]),
                               frag->candidates->pdata[i]);
    return true;
}

bool cap_leg_hang_up(CapLeg *leg, const char *id, GError **error)
{
    Party *party = connection(leg, id, error);
    if (party)
        end_party(leg, party, NULL);
    return party != NULL;
}

/* --- from time to time ------------------------------------------------------------------------- */

/* Why nothing of the leg is stored though its party sends; NULL if it is, or the party is why. */
static const char *find_failing(CapLeg *leg, int64_t now_us)
{
    static const char *const OURS[] = {IDX_STATE_DISK, IDX_STATE_CAPTURE_DOWN, IDX_STATE_REFUSED,
                                       IDX_STATE_UNSUPPORTED, IDX_STATE_DISABLED};
    bool read = cap_inlet_is_read(leg->inlet);
    if (read && leg->not_read_us)
        want_key(leg); // whoever begins to read needs one
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
    g_mutex_unlock(&leg->lock);
    journal(leg, failing ? "not_recorded" : "recorded",
            failing ? json_pack("{s:s}", "reason", failing) : NULL);
    want_key(leg);
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
    bool silent = party->role == CAP_OFFER_SENDS && now_us - leg->packet_us > CAP_LEG_LOST_US;
    g_mutex_unlock(&leg->lock);
    return broken || silent ? "the party was away for too long" : NULL;
}

static void end_overdue(CapLeg *leg, int64_t now_us)
{
    const char *why = leg->party ? find_overdue(leg, leg->party, now_us) : NULL;
    if (why && !leg->party->joined)
        journal(leg, "failed", json_pack("{s:s}", "reason", why));
    if (why)
        end_party(leg, leg->party, why);
    for (guint i = leg->viewers->len; i > 0; i--) {
        Party *viewer = leg->viewers->pdata[i - 1];
        if (find_overdue(leg, viewer, now_us))
            set_aside(leg, viewer);
    }
}

static bool key_is_due(CapLeg *leg, int64_t now_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    bool lost = leg->loss_us > leg->key_us && now_us - leg->key_us > LOSS_KEY_US;
    return lost || now_us - leg->key_us > CAP_LEG_KEY_US;
}

void cap_leg_tick(CapLeg *leg)
{
    int64_t now_us = g_get_monotonic_time();
    drop_ended(leg);
    watch_recording(leg, now_us);
    end_overdue(leg, now_us);
    if (leg->party && leg->party->joined && key_is_due(leg, now_us))
        want_key(leg);
}

/* --- its life ---------------------------------------------------------------------------------- */

int cap_leg_connections(const CapLeg *leg)
{
    return (leg->party != NULL) + (int)leg->viewers->len + (int)leg->waiting->len;
}

json_t *cap_leg_json(CapLeg *leg)
{
    bool sends = leg->party && leg->party->joined;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    return json_pack("{s:s, s:s, s:b, s:b, s:o, s:i, s:I, s:I}", "session", leg->config.session,
                     "leg", leg->config.leg, "sends", sends, "recorded", sends && !leg->failing,
                     "why", mj_json_string(leg->failing), "viewers", (int)leg->viewers->len,
                     "packets", (json_int_t)leg->packets, "lost", (json_int_t)leg->lost);
}

CapLeg *cap_leg_new(const CapLegConfig *config)
{
    CapLeg *leg = g_new0(CapLeg, 1);
    leg->config = *config;
    leg->config.session = g_strdup(config->session);
    leg->config.leg = g_strdup(config->leg);
    leg->config.camera = g_strdup(config->camera);
    g_autofree char *name = g_strdup_printf("%s/%s", config->session, config->leg);
    leg->inlet = cap_inlet_get(name);
    leg->ended = g_ptr_array_new_with_free_func(party_free);
    leg->waiting = g_ptr_array_new_with_free_func(party_free);
    leg->viewers = g_ptr_array_new();
    g_mutex_init(&leg->lock);
    return leg;
}

void cap_leg_free(CapLeg *leg)
{
    if (!leg)
        return;
    g_ptr_array_unref(leg->waiting);
    while (leg->viewers->len > 0)
        set_aside(leg, leg->viewers->pdata[leg->viewers->len - 1]);
    if (leg->party)
        end_party(leg, leg->party, NULL);
    g_ptr_array_unref(leg->ended);
    g_ptr_array_unref(leg->viewers);
    cap_inlet_unref(leg->inlet);
    g_mutex_clear(&leg->lock);
    g_free((char *)leg->config.session);
    g_free((char *)leg->config.leg);
    g_free((char *)leg->config.camera);
    g_free(leg->failing);
    g_free(leg);
}
