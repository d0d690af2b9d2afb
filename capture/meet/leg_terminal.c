// SPDX-License-Identifier: GPL-3.0-or-later
/* A leg whose party is a room terminal: what viewers get of it, and what is told of it. */
#include "capture/meet/leg_own.h"

#include <string.h>

#include "index/base/error.h"
#include "index/base/json.h"
#include "index/state.h"

#define START_US                                                                                   \
    INT64_C(3000000) // given to a recorder between its first picture and its first file

bool cap_leg_terminal_is_here(const CapLeg *leg)
{
    return leg->terminal && cap_terminal_is_here(leg->terminal) && !cap_terminal_why(leg->terminal);
}

static bool lacks_h264(const char *sdp, size_t size)
{
    g_autoptr(CapOffer) any = cap_offer_parse(sdp, size, CAP_OFFER_RECEIVES, CAP_OFFER_ANY, NULL);
    return any && !any->could_h264;
}

CapOffer *cap_leg_terminal_offer(const CapLeg *leg, const char *sdp, GError **error)
{
    CapOfferSent sent = cap_terminal_sent(leg->terminal);
    size_t size = strlen(sdp);
    CapOffer *offer = cap_offer_parse_for(sdp, size, &sent, error);
    if (!offer && lacks_h264(sdp, size)) {
        g_clear_error(error);
        mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                     "leg %s of session %s is in H.264, which this offer does not take; a room "
                     "terminal sends it, which cannot turn to VP8",
                     leg->config.leg, leg->config.session);
    }
    return offer;
}

static void put_out(void *data, bool sound, const CapRtp *packet)
{
    Party *viewer = data;
    if (!viewer->over)
        cap_leg_pass_on(viewer, sound, packet, g_get_monotonic_time());
}

/* Nothing is relayed that is not recorded: then no viewer has a feed, and afterwards one from a key frame on. */
void cap_leg_feed(CapLeg *leg, Party *viewer)
{
    CapLiveStream *stream =
        leg->terminal && leg->relays ? cap_terminal_stream(leg->terminal) : NULL;
    if (viewer->feed && !(stream && cap_feed_is_of(viewer->feed, stream)))
        g_clear_pointer(&viewer->feed, cap_feed_free);
    if (!stream || viewer->feed)
        return;
    cap_leg_break(viewer);
    CapFeedConfig config = {.context = leg->config.context,
                            .stream = stream,
                            .sound = viewer->offer->audio.sound,
                            .has_sound = viewer->offer->audio.index >= 0,
                            .out = put_out,
                            .data = viewer};
    viewer->feed = cap_feed_new(&config);
}

static json_t *counts(const CapLeg *leg)
{
    return json_pack("{s:I, s:I}", "packets", (json_int_t)leg->packets, "packets_lost",
                     (json_int_t)leg->lost);
}

static void tell(CapLeg *leg)
{
    if (cap_terminal_is_here(leg->terminal)) {
        cap_leg_note(leg, leg->was_here ? "returned" : "joined", cap_terminal_json(leg->terminal));
        leg->was_here = true;
        return;
    }
    json_t *detail = counts(leg);
    bool left = cap_terminal_left(leg->terminal);
    if (!left)
        json_object_set_new(detail, "reason", mj_json_string(cap_terminal_why(leg->terminal)));
    cap_leg_note(leg, left ? "left" : "lost", detail);
}

void cap_leg_terminal_leaves(CapLeg *leg)
{
    if (leg->terminal && cap_terminal_is_here(leg->terminal))
        cap_leg_note(leg, "left", counts(leg));
}

/* Why nothing of it is stored though it sends; NULL = it is, or is just beginning to be. */
static char *find_failing(CapLeg *leg, bool *ret_recorded, int64_t now_us)
{
    g_autoptr(json_t) meter = cap_meter_json(cap_terminal_stream(leg->terminal)->meter);
    const char *state = json_string_value(json_object_get(meter, "state"));
    leg->lost = json_integer_value(json_object_get(meter, "packets_lost"));
    *ret_recorded = g_strcmp0(state, IDX_STATE_RECORDING) == 0;
    if (*ret_recorded || leg->not_read_us == 0)
        leg->not_read_us = now_us;
    return now_us - leg->not_read_us > START_US ? g_strdup(state) : NULL;
}

static void watch_recorded(CapLeg *leg, int64_t now_us)
{
    bool here = cap_terminal_is_here(leg->terminal), recorded = false;
    g_autofree char *failing = here ? find_failing(leg, &recorded, now_us) : NULL;
    leg->relays = recorded && !cap_terminal_why(leg->terminal);
    if (!here)
        leg->not_read_us = 0;
    if (g_strcmp0(failing, leg->failing) == 0)
        return;
    if (failing || recorded) // and not, if it is merely gone
        cap_leg_note(leg, failing ? "not_recorded" : "recorded",
                     failing ? json_pack("{s:s}", "reason", failing) : NULL);
    g_free(leg->failing);
    leg->failing = g_steal_pointer(&failing);
}

/* Who agreed to G.711 hears nothing of a terminal that turned to other sound: they are to ask anew. */
static void drop_deaf(CapLeg *leg)
{
    CapOfferSound sent = cap_terminal_sent(leg->terminal).sound;
    for (guint i = leg->viewers->len; i > 0; i--) {
        Party *viewer = leg->viewers->pdata[i - 1];
        if (viewer->offer->audio.index >= 0 && viewer->offer->audio.sound != CAP_OFFER_OPUS &&
            viewer->offer->audio.sound != sent)
            cap_leg_set_aside(leg, viewer);
    }
}

void cap_leg_watch_terminal(CapLeg *leg, int64_t now_us)
{
    bool was = cap_terminal_is_here(leg->terminal);
    cap_terminal_look(leg->terminal);
    leg->packets = cap_terminal_packets(leg->terminal);
    if (was != cap_terminal_is_here(leg->terminal))
        tell(leg);
    watch_recorded(leg, now_us);
    if (cap_terminal_is_here(leg->terminal))
        drop_deaf(leg);
    for (guint i = 0; i < leg->viewers->len; i++) {
        Party *viewer = leg->viewers->pdata[i];
        if (viewer->joined)
            cap_leg_feed(leg, viewer);
    }
}
