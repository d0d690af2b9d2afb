// SPDX-License-Identifier: GPL-3.0-or-later
/* What is offered to a leg: read, and let in once the recorder waits for it. */
#include "capture/meet/leg_own.h"

#include <string.h>

#include "index/base/error.h"

#define RECORDER_MS 50 // between looks for the recorder

static Party *viewer_called(const CapLeg *leg, const char *who)
{
    for (guint i = 0; i < leg->viewers->len; i++)
        if (strcmp(((Party *)leg->viewers->pdata[i])->who, who) == 0)
            return leg->viewers->pdata[i];
    return NULL;
}

static void end_before(CapLeg *leg)
{
    if (!leg->party)
        return;
    g_autofree char *why = cap_leg_why_again(leg);
    cap_leg_end_party(leg, leg->party, why);
    cap_leg_turned(leg);
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

/* What is missing here is no matter of what a viewer takes, of which alone UNSUPPORTED tells it. */
static bool make_peer(CapLeg *leg, Party *party, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (cap_leg_make_peer(leg, party, &failed))
        return true;
    if (party->role == CAP_OFFER_RECEIVES && mj_error_is(failed, MJ_ERROR_UNSUPPORTED))
        failed->code = MJ_ERROR_CONFLICT;
    g_propagate_error(error, g_steal_pointer(&failed));
    return false;
}

/* The recorder is there, if it has to be. */
static void go_on(CapLeg *leg, Party *party)
{
    g_autoptr(GError) error = NULL;
    if (make_room(leg, party, &error)) {
        cap_leg_drop_ended(leg);
        if (party->role == CAP_OFFER_SENDS)
            cap_leg_settle_coding(leg, party);
        cap_leg_take_place(leg, party);
        if (make_peer(leg, party, &error))
            return;
        cap_leg_answer(party, NULL, error);
        cap_leg_end_party(leg, party, error->message);
        return;
    }
    cap_leg_answer(party, NULL, error);
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
    cap_leg_answer(party, NULL, error);
    g_ptr_array_add(leg->ended, party);
    return G_SOURCE_REMOVE;
}

/* Which, if it still reads what the party sent before, has to see that end first. */
static void wait_for_recorder(CapLeg *leg, Party *party)
{
    end_before(leg);
    g_ptr_array_set_size(leg->waiting, 0); // which they are told: one leg is not to fill the hub
    g_ptr_array_add(leg->waiting, party);
    party->waiting = g_timeout_source_new(RECORDER_MS);
    g_source_set_callback(party->waiting, look_for_recorder, party, NULL);
    g_source_attach(party->waiting, leg->config.context);
}

static CapOffer *parse_offer(CapLeg *leg, CapOfferRole role, const char *who, const char *sdp,
                             GError **error)
{
    if (role == CAP_OFFER_RECEIVES)
        return cap_leg_terminal_is_here(leg) ? cap_leg_terminal_offer(leg, sdp, error)
                                             : cap_leg_viewer_offer(leg, who, sdp, error);
    if (!leg->terminal)
        return cap_offer_parse(sdp, strlen(sdp), role, CAP_OFFER_ANY, error);
    mj_error_set(error, MJ_ERROR_CONFLICT, "a room terminal sends leg %s of session %s",
                 leg->config.leg, leg->config.session);
    return NULL;
}

static void name_it(Party *party)
{
    for (int i = 0; i < CAP_LEG_ID_BYTES / 4; i++)
        g_snprintf(party->id + 8 * i, 9, "%08x", g_random_int());
}

void cap_leg_throw_out(CapLeg *leg, const char *who)
{
    Party *viewer = viewer_called(leg, who);
    if (viewer)
        cap_leg_set_aside(leg, viewer);
    if (strcmp(who, leg->config.leg) != 0)
        return;
    g_ptr_array_set_size(leg->waiting, 0);
    if (leg->party)
        cap_leg_end_party(leg, leg->party, "its join link was replaced");
}

static bool is_lively(CapLeg *leg)
{
    if (!leg->party || !leg->party->joined)
        return false;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&leg->lock);
    return g_get_monotonic_time() - leg->packet_us < CAP_LEG_LIVELY_US;
}

bool cap_leg_claim(CapLeg *leg, const char *page, bool takes, GError **error)
{
    bool taken = g_strcmp0(page, leg->page) != 0 && is_lively(leg);
    if (taken && !takes)
        return mj_error_set(error, MJ_ERROR_EXISTS,
                            "this seat is taken: somebody is in the meeting with this link");
    if (taken)
        cap_leg_end_party(leg, leg->party, "the party joined from another place");
    g_free(leg->page);
    leg->page = g_strdup(page);
    return true;
}

void cap_leg_offer(CapLeg *leg, CapOfferRole role, const char *who, const char *sdp,
                   const IdxIce *ice, CapLegAnswered answered, void *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer = parse_offer(leg, role, who, sdp, &error);
    if (!offer) {
        answered(data, NULL, NULL, error);
        return;
    }
    Party *party = g_new0(Party, 1);
    *party = (Party){.leg = leg,
                     .role = role,
                     .who = g_strdup(who),
                     .sdp = role == CAP_OFFER_SENDS ? g_strdup(sdp) : NULL,
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
