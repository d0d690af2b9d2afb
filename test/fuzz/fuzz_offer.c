// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as what a party of a meeting sends: its offer, later candidates, its reports; and as the file that tells how
 * parties are reached. What is taken of an offer is an offer itself, and says the same again. The first byte
 * chooses. */
#include <stdint.h>
#include <string.h>

#include "capture/meet/frag.h"
#include "capture/meet/offer.h"
#include "capture/meet/round_trip.h"
#include "index/meet/ice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_media(const CapOfferMedia *a, const CapOfferMedia *b)
{
    g_assert(a->index == b->index && a->type == b->type && a->again == b->again);
    g_assert(a->counts == b->counts && a->vp8 == b->vp8);
    g_assert_cmpstr(a->mid, ==, b->mid);
    g_assert_cmpstr(a->format, ==, b->format);
}

static void check_again(const CapOffer *offer, CapOfferRole role)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) again =
        cap_offer_parse(offer->text, strlen(offer->text), role, CAP_OFFER_ANY, &error);
    g_assert_no_error(error);
    check_media(&offer->video, &again->video);
    check_media(&offer->audio, &again->audio);
    g_assert_cmpstr(offer->text, ==, again->text);
}

/* As a viewer of a room terminal. */
static void try_sent(const char *text, size_t size, const CapOfferSent *sent)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer = cap_offer_parse_for(text, size, sent, &error);
    g_assert((offer == NULL) == (error != NULL));
    if (!offer)
        return;
    g_assert(!offer->video.vp8);
    g_assert(offer->audio.sound == CAP_OFFER_OPUS || offer->audio.sound == sent->sound);
    g_autoptr(CapOffer) again = cap_offer_parse_for(offer->text, strlen(offer->text), sent, &error);
    g_assert_no_error(error);
    check_media(&offer->video, &again->video);
    check_media(&offer->audio, &again->audio);
}

static CapOffer *try_wanted(const char *text, size_t size, CapOfferRole role, CapOfferVideo wanted)
{
    g_autoptr(GError) error = NULL;
    CapOffer *offer = cap_offer_parse(text, size, role, wanted, &error);
    g_assert((offer == NULL) == (error != NULL));
    if (!offer)
        return NULL;
    g_assert(offer->video.index >= 0 && offer->video.type >= 0 && offer->video.type < 128);
    g_assert(!offer->video.vp8 || (offer->could_vp8 && wanted != CAP_OFFER_H264));
    g_assert(offer->video.vp8 || wanted != CAP_OFFER_VP8);
    check_again(offer, role);
    return offer;
}

/* Who could send VP8 is answered with it when it is wanted. */
static void try_offer(const char *text, size_t size, CapOfferRole role)
{
    g_autoptr(CapOffer) any = try_wanted(text, size, role, CAP_OFFER_ANY);
    g_autoptr(CapOffer) h264 = try_wanted(text, size, role, CAP_OFFER_H264);
    g_autoptr(CapOffer) vp8 = try_wanted(text, size, role, CAP_OFFER_VP8);
    g_assert((any != NULL) == (h264 || vp8));
    g_assert((any && any->could_vp8) == (vp8 != NULL));
}

static void try_frag(const char *text, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapFrag) frag = cap_frag_parse(text, size, &error);
    g_assert((frag == NULL) == (error != NULL));
    g_assert(!frag || (frag->mids->len == frag->candidates->len &&
                       frag->candidates->len <= CAP_FRAG_CANDIDATES_MAX));
}

static void try_ice(const char *text, size_t size)
{
    g_autofree char *copy = g_strndup(text, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxIce) ice = g_utf8_validate(copy, -1, NULL) ? idx_ice_parse(copy, &error) : NULL;
    g_autoptr(GPtrArray) links = ice ? idx_ice_links(ice) : NULL;
    for (guint i = 0; links && i < links->len; i++)
        g_assert(strpbrk(links->pdata[i], "\r\n") == NULL);
}

/* Asked a moment that is all zeros, as seeds know it. */
static void try_reports(const uint8_t *data, size_t size)
{
    CapRoundTrip trip;
    cap_round_trip_init(&trip);
    uint8_t question[CAP_ROUND_TRIP_BYTES];
    int64_t least_us = -1;
    g_assert(cap_round_trip_ask(&trip, 1, 0, question));
    g_autofree uint8_t *copy = g_memdup2(data, size); // sanitizers see its end
    bool told = cap_round_trip_take(&trip, copy, size, G_USEC_PER_SEC);
    g_assert(told == cap_round_trip_least(&trip, &least_us));
    g_assert(!told || (least_us >= 0 && least_us <= CAP_ROUND_TRIP_MAX_US));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    switch ((uint8_t)(data[0] - '0') % 5) {
    case 0:
        try_offer(text, size - 1, CAP_OFFER_SENDS);
        break;
    case 1:
        try_offer(text, size - 1, CAP_OFFER_RECEIVES);
        try_sent(text, size - 1, &(CapOfferSent){0x64, CAP_OFFER_PCMA});
        try_sent(text, size - 1, &(CapOfferSent){0x42, CAP_OFFER_OPUS});
        break;
    case 2:
        try_frag(text, size - 1);
        break;
    case 4:
        try_reports(data + 1, size - 1);
        break;
    default:
        try_ice(text, size - 1);
    }
    return 0;
}
