// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/leg_own.h"

#include <string.h>

#include "index/base/error.h"

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
    g_free(party->sdp);
    g_free(party);
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

void cap_leg_drop_ended(CapLeg *leg)
{
    GPtrArray *ended = g_steal_pointer(&leg->ended);
    leg->ended = g_ptr_array_new_with_free_func(party_free);
    g_ptr_array_unref(ended);
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

/* --- named ------------------------------------------------------------------------------------- */

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

static json_t *slow_locked(const CapLeg *leg)
{
    json_t *slow = json_array();
    int64_t since_us = g_get_monotonic_time() - CAP_LEG_SLOW_US;
    for (guint i = 0; i < leg->viewers->len; i++) {
        const Party *viewer = leg->viewers->pdata[i];
        if (viewer->slow_us != 0 && viewer->slow_us > since_us)
            json_array_append_new(slow, json_string(viewer->who));
    }
    return slow;
}

/* Before its first picture it does not, unless none comes. */
static bool is_sending(CapLeg *leg)
{
    if (!leg->party || !leg->party->joined || leg->silent)
        return false;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    return leg->picture_us || leg->failing;
}

json_t *cap_leg_json(CapLeg *leg)
{
    bool sends = is_sending(leg) || cap_leg_terminal_is_here(leg);
    const char *why = leg->failing    ? leg->failing
                      : leg->terminal ? cap_terminal_why(leg->terminal)
                                      : NULL;
    bool recorded = sends && !leg->failing && (!leg->terminal || leg->relays);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    json_t *json = json_pack(
        "{s:s, s:s, s:b, s:b, s:b, s:o, s:i, s:o, s:I, s:I}", "session", leg->config.session, "leg",
        leg->config.leg, "sends", sends, "interrupted", leg->party && leg->silent, "recorded",
        recorded, "why", mj_json_string(why), "viewers", (int)leg->viewers->len, "slow",
        slow_locked(leg), "packets", (json_int_t)leg->packets, "lost", (json_int_t)leg->lost);
    cap_leg_tell_coding(leg, json);
    return json;
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
    cap_leg_coding_init(leg);
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
    cap_leg_coding_clear(leg);
    cap_inlet_unref(leg->inlet);
    g_mutex_clear(&leg->lock);
    g_free((char *)leg->config.session);
    g_free((char *)leg->config.leg);
    g_free((char *)leg->config.camera);
    g_free(leg->failing);
    g_free(leg->page);
    g_free(leg);
}
