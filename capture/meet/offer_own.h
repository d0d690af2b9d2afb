// SPDX-License-Identifier: GPL-3.0-or-later
/* An offer that is being read, for offer.c (its lines) and offer_choose.c (which payload type of them), and nobody
 * else. */
#pragma once

#include "capture/meet/offer.h"

#define MEDIA_MAX 2

typedef struct Media {
    char **lines; // its m-line first; borrowed
    int n;
    CapOfferMedia found;
} Media;

typedef struct Wanted {
    CapOfferRole role;
    CapOfferVideo video;
    const CapOfferSent *sent; // NULL: of no terminal
} Wanted;

typedef struct Parsed {
    char **lines;
    int n_session; // lines before the first m-line
    Media media[MEDIA_MAX];
    int n_media;
} Parsed;

/* The payload type that a line "a=NAME:TYPE …" is about, and what follows it; -1 if it is no such line. */
int cap_offer_type_of(const char *line, const char *name, const char **ret_rest);
/* @video, H.264 or VP8, is among what @media offers. */
bool cap_offer_has(const Media *media, CapOfferVideo video);
/* Chooses the payload type, in the order of the m-line among equals. */
bool cap_offer_choose(Media *media, bool video, const Wanted *wanted, GError **error);
