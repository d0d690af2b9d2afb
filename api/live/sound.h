// SPDX-License-Identifier: GPL-3.0-or-later
/* G.711, which many cameras send and no browser plays in MP4, made into AAC.
 *
 * A piece of AAC is 1024 samples, so it comes an eighth of a second late, and stands where it was heard.
 * One thread; nothing waits. */
#pragma once

#include "index/wire.h"

typedef struct ApiSound ApiSound;

/* Whether it can be made of sound that is coded so. */
bool api_sound_takes(const char *codec);

/* @stream: whose sound it is. NULL: this machine's libavcodec cannot. */
ApiSound *api_sound_new(const IdxWireStream *stream);
void api_sound_free(ApiSound *sound); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSound, api_sound_free)

/* Says in @stream how what is made is coded; borrows from @sound. */
void api_sound_describe(const ApiSound *sound, IdxWireStream *stream);

/* Calls @made for each piece that @packet completes; it is valid during the call. */
typedef void (*ApiSoundMade)(void *data, const IdxWirePacket *packet);
void api_sound_put(ApiSound *sound, const IdxWirePacket *packet, ApiSoundMade made, void *data);
