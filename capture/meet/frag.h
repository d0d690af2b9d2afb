// SPDX-License-Identifier: GPL-3.0-or-later
/* Candidates that come after the offer: application/trickle-ice-sdpfrag (RFC 8840), as PATCH brings
 * it.
 *
 * A candidate belongs to the media that "a=mid:" before it names, else to the m-line before it, else
 * to the first. Candidates that say nothing here are passed over, as in offers (offer.h). A fragment
 * with another ice-ufrag than the offer's would be an ICE restart, which is refused (leg.h): whoever lost its
 * network makes a new offer, into the same leg.
 *
 * Pure. The bytes may be any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CAP_FRAG_BYTES_MAX 16384
#define CAP_FRAG_CANDIDATES_MAX 64

typedef struct CapFrag {
    char *ufrag;           // NULL if it names none
    GPtrArray *mids;       // char *: of each candidate; "" = of the first media
    GPtrArray *candidates; // char *: "candidate:…"
} CapFrag;

/* MJ_ERROR_INVALID. Caller frees. */
CapFrag *cap_frag_parse(const char *text, size_t size, GError **error);
void cap_frag_free(CapFrag *frag);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapFrag, cap_frag_free)
