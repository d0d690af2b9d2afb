// SPDX-License-Identifier: GPL-3.0-or-later
/* What becomes of a camera's sound on its way into the file.
 *
 *   AAC               as it is
 *   G.711 and others  decoded and coded again as AAC ("aac"), kept as it is if MP4 or QuickTime
 *                     can hold it ("original": G.711, Opus), or left out ("none")
 *   any               decoded and coded again as Opus of one channel, 20 ms a piece ("opus"): for viewers of a
 *                     meeting, never for a file
 *
 * Times are kept: sound lies where the camera put it. A camera counts its samples by a clock of its
 * own, so their number and their times drift apart; sound that is coded again is stretched or
 * pressed by as little, without a click. Holes are filled with silence up to CAP_AUDIO_FILL_US, and
 * the coder starts anew after longer ones.
 *
 * Order: new → push, push … → end → free. One thread. */
#pragma once

#include "capture/libav.h"

#define CAP_AUDIO_OFF_US INT64_C(40000) // timestamps may be off the count of samples by this
#define CAP_AUDIO_SLOWLY 200 // sound is stretched or pressed by one part in so many at most
#define CAP_AUDIO_FILL_US INT64_C(1000000)

typedef struct CapAudio CapAudio;

/* Called for each piece of sound that is ready; the bytes are borrowed. False stops, with @error
 * set. */
typedef bool (*CapAudioSink)(void *data, const uint8_t *bytes, size_t size, int64_t pts_us,
                             int64_t duration_us, GError **error);

/* @input is copied. @mode as in IdxStream.audio, or "opus". NULL without error if there is to be no sound;
 * MJ_ERROR_UNSUPPORTED if this sound cannot be stored. */
CapAudio *cap_audio_new(const AVCodecParameters *input, const char *mode, CapAudioSink sink,
                        void *data, GError **error);
void cap_audio_free(CapAudio *audio);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapAudio, cap_audio_free)

/* As it is stored. Owned by @audio. */
const AVCodecParameters *cap_audio_parameters(const CapAudio *audio);

/* MJ_ERROR_INVALID: the camera's bytes make no sense and are left out; any other error is the
 * sink's. */
bool cap_audio_push(CapAudio *audio, const uint8_t *bytes, size_t size, int64_t pts_us,
                    GError **error);

/* Hands over what the coder still holds. Nothing may be pushed after. */
bool cap_audio_end(CapAudio *audio, GError **error);
