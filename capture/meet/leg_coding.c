// SPDX-License-Identifier: GPL-3.0-or-later
/* In which coding a leg goes (coding.h): who is there and can what, and asking the party to turn. */
#include "capture/meet/leg_own.h"

#include <string.h>

#include "index/base/error.h"

#define SEATS_MAX (2 * CAP_LEG_VIEWERS_MAX)

typedef struct Hope { // one who was told to ask again
    char *who;
    CapCan can;
    int64_t since_us; // monotonic
} Hope;

static void hope_free(void *data)
{
    Hope *hope = data;
    g_free(hope->who);
    g_free(hope);
}

void cap_leg_coding_init(CapLeg *leg)
{
    leg->hopes = g_ptr_array_new_with_free_func(hope_free);
}

void cap_leg_coding_clear(CapLeg *leg)
{
    g_ptr_array_unref(leg->hopes);
    g_free(leg->turn_for);
}

static CapCan can_of(const CapOffer *offer)
{
    return (CapCan){.h264 = offer->could_h264, .vp8 = offer->could_vp8};
}

static bool vp8_now(const CapLeg *leg)
{
    return leg->party->offer->video.vp8;
}

/* --- who is there ------------------------------------------------------------------------------ */

static void forget(CapLeg *leg, const char *who)
{
    for (guint i = leg->hopes->len; i > 0; i--)
        if (strcmp(((Hope *)leg->hopes->pdata[i - 1])->who, who) == 0)
            g_ptr_array_remove_index(leg->hopes, i - 1);
}

static void remember(CapLeg *leg, const char *who, CapCan can)
{
    forget(leg, who);
    if (leg->hopes->len >= CAP_LEG_VIEWERS_MAX)
        g_ptr_array_remove_index(leg->hopes, 0); // the oldest
    Hope *hope = g_new(Hope, 1);
    *hope = (Hope){g_strdup(who), can, g_get_monotonic_time()};
    g_ptr_array_add(leg->hopes, hope);
}

/* All but @who; @seats has SEATS_MAX. How many. */
static guint fill_seats(const CapLeg *leg, const char *who, CapCodingSeat *seats)
{
    guint n = 0;
    for (guint i = 0; i < leg->viewers->len && n < SEATS_MAX; i++) {
        const Party *viewer = leg->viewers->pdata[i];
        if (g_strcmp0(viewer->who, who) != 0)
            seats[n++] = (CapCodingSeat){.who = viewer->who,
                                         .can = can_of(viewer->offer),
                                         .watches = true,
                                         .vp8 = viewer->offer->video.vp8};
    }
    int64_t since_us = g_get_monotonic_time() - CAP_CODING_WAIT_US;
    for (guint i = 0; i < leg->hopes->len && n < SEATS_MAX; i++) {
        const Hope *hope = leg->hopes->pdata[i];
        if (hope->since_us > since_us && g_strcmp0(hope->who, who) != 0)
            seats[n++] = (CapCodingSeat){.who = hope->who, .can = hope->can};
    }
    return n;
}

/* --- the party turns --------------------------------------------------------------------------- */

void cap_leg_turned(CapLeg *leg)
{
    if (leg->turn_for)
        leg->turned_us = g_get_monotonic_time();
    cap_leg_end_turn(leg);
}

void cap_leg_end_turn(CapLeg *leg)
{
    g_clear_pointer(&leg->turn_for, g_free);
}

/* What @who wished for it has, or has not waited for. */
void cap_leg_end_hope(CapLeg *leg, const char *who)
{
    forget(leg, who);
    if (g_strcmp0(who, leg->turn_for) == 0)
        cap_leg_end_turn(leg);
}

static bool hopes(const CapLeg *leg, const char *who)
{
    for (guint i = 0; i < leg->hopes->len; i++)
        if (strcmp(((Hope *)leg->hopes->pdata[i])->who, who) == 0)
            return true;
    return false;
}

void cap_leg_watch_turn(CapLeg *leg, int64_t now_us)
{
    for (guint i = leg->hopes->len; i > 0; i--)
        if (now_us - ((Hope *)leg->hopes->pdata[i - 1])->since_us > CAP_CODING_WAIT_US)
            g_ptr_array_remove_index(leg->hopes, i - 1);
    if (leg->turn_for && (!leg->party || !hopes(leg, leg->turn_for)))
        cap_leg_end_turn(leg);
}

void cap_leg_tell_coding(const CapLeg *leg, json_t *json)
{
    static const char *const NAMES[] = {"h264", "vp8"};
    bool known = leg->party != NULL, vp8 = known && vp8_now(leg);
    json_object_set_new(json, "video", mj_json_string(known ? NAMES[vp8] : NULL));
    json_object_set_new(json, "turns_to",
                        mj_json_string(known && leg->turn_for ? NAMES[!vp8] : NULL));
}

char *cap_leg_why_again(const CapLeg *leg)
{
    if (!leg->turn_for)
        return g_strdup("the party came back with another connection");
    const char *other = cap_coding_name(!vp8_now(leg));
    return g_strdup_printf("it turns to %s, which %s takes alone", other, leg->turn_for);
}

/* @who has come, and does not take what the leg speaks. Always false. */
static bool ask_to_turn(CapLeg *leg, const char *who, GError **error)
{
    CapCodingSeat seats[SEATS_MAX];
    guint n = fill_seats(leg, who, seats);
    const char *now = cap_coding_name(vp8_now(leg)), *other = cap_coding_name(!vp8_now(leg));
    g_autoptr(GError) why = NULL;
    if (!cap_coding_may_turn(can_of(leg->party->offer), vp8_now(leg), seats, n, &why)) {
        cap_leg_end_turn(leg);
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "leg %s of session %s is in %s, which this offer does not take; it "
                            "cannot turn to %s: %s",
                            leg->config.leg, leg->config.session, now, other, why->message);
    }
    int64_t now_us = g_get_monotonic_time();
    if (cap_coding_rests(leg->turned_us, now_us))
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "leg %s of session %s is in %s, which this offer does not take; it "
                            "turned a moment ago, and does not turn again yet; ask again",
                            leg->config.leg, leg->config.session, now);
    if (!leg->turn_for) {
        leg->turn_for = g_strdup(who);
        leg->turn_us = now_us;
    }
    if (now_us - leg->turn_us > CAP_CODING_TURN_US)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "leg %s of session %s is in %s, which this offer does not take; its "
                            "party was asked to turn to %s, and has not done it yet",
                            leg->config.leg, leg->config.session, now, other);
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "leg %s of session %s is asked to turn to %s; ask again", leg->config.leg,
                        leg->config.session, other);
}

/* --- offers ------------------------------------------------------------------------------------ */

CapOffer *cap_leg_viewer_offer(CapLeg *leg, const char *who, const char *sdp, GError **error)
{
    size_t size = strlen(sdp);
    g_autoptr(CapOffer) any = cap_offer_parse(sdp, size, CAP_OFFER_RECEIVES, CAP_OFFER_ANY, error);
    if (!any)
        return NULL;
    remember(leg, who, can_of(any));
    if (!leg->party)
        return g_steal_pointer(&any); // there is no room for it yet
    bool vp8 = vp8_now(leg);
    if (!cap_can(can_of(any), vp8)) {
        ask_to_turn(leg, who, error);
        return NULL;
    }
    return cap_offer_parse(sdp, size, CAP_OFFER_RECEIVES, vp8 ? CAP_OFFER_VP8 : CAP_OFFER_H264,
                           error);
}

void cap_leg_settle_coding(CapLeg *leg, Party *party)
{
    CapCodingSeat seats[SEATS_MAX];
    guint n = fill_seats(leg, NULL, seats);
    bool vp8 = cap_coding_choose(can_of(party->offer), seats, n);
    if (vp8 == party->offer->video.vp8)
        return;
    CapOffer *other = cap_offer_parse(party->sdp, strlen(party->sdp), CAP_OFFER_SENDS,
                                      vp8 ? CAP_OFFER_VP8 : CAP_OFFER_H264, NULL);
    if (!other) // it said that it could
        return;
    cap_offer_free(party->offer);
    party->offer = other;
}
