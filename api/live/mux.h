// SPDX-License-Identifier: GPL-3.0-or-later
/* Fragmented MP4 (ISO/IEC 14496-12) for Media Source Extensions out of what the capture socket says:
 * an init part for each track, and a fragment for each picture and each piece of sound, so that nothing
 * waits for the next one.
 *
 * The two tracks are files of their own: a page that wants no sound is not held up by it, and one that
 * does puts them into two buffers of one media source.
 *
 * Timeline: begins at 0 and only goes on. Where the source is opened anew or pictures were lost, what
 * follows stands API_MUX_LEAP_US or more behind what was before, so that a page can go on in the same
 * buffer and see the seam. Pictures are given in decoding order without decoding times; these are made
 * so that each is a little later than the one before (browsers take a leap of more than two pictures
 * for a seam, and then want a key frame): the presentation time is exact.
 *
 * Pure; one thread. The codec's configuration is checked as far as it is read. */
#pragma once

#include "index/wire.h"

#define API_MUX_LEAP_US INT64_C(1000000)
#define API_MUX_ORDER 4 // pictures that may overtake each other
#define API_MUX_MIME_MAX 96

typedef struct ApiMux ApiMux;

ApiMux *api_mux_new(void);
void api_mux_free(ApiMux *mux);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiMux, api_mux_free)

/* How what follows is coded; also after the source was opened anew with the same. @stream is copied.
 * MJ_ERROR_UNSUPPORTED for a codec that MP4 and browsers do not know, MJ_ERROR_INVALID for a
 * configuration that cannot be: then there is nothing to be written until the next call. Sound that no
 * browser plays in MP4 is left out. */
bool api_mux_begin(ApiMux *mux, const IdxWireStream *stream, GError **error);

/* Pictures were left out here. */
void api_mux_lost(ApiMux *mux);

bool api_mux_has(const ApiMux *mux, bool sound);

/* `video/mp4; codecs="avc1.64001f"`. NULL if there is no such track. */
const char *api_mux_mime(const ApiMux *mux, bool sound);

/* Appends ftyp and moov of the track, which must be there. */
void api_mux_put_init(const ApiMux *mux, bool sound, GByteArray *out);

/* Appends moof and mdat; *ret_media_us is where it stands on the timeline. False if there is no such
 * track, or pictures began without a key frame: nothing is appended. */
bool api_mux_put(ApiMux *mux, const IdxWirePacket *packet, GByteArray *out, int64_t *ret_media_us);
