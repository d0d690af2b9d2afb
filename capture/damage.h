// SPDX-License-Identifier: GPL-3.0-or-later
/* From when to when what is recorded is damaged (index/segment/damage.h): pictures, from the first that
 * packets are missing of, or that may be missing itself, to the next key frame that is whole; sound,
 * between the pieces about what is missing.
 *
 * Told piece by piece, so that a process that is killed has told most of it. Times are of any one
 * clock. One thread. */
#pragma once

#include "capture/packet.h"
#include "capture/store.h"

#define CAP_DAMAGE_TELL_US INT64_C(1000000) // while it lasts

typedef struct CapDamageSpan {
    int64_t from_us, to_us;
} CapDamageSpan;

typedef struct CapDamage { // starts as zeros
    bool lasts;
    bool has_last;    // a picture was before
    int64_t start_us; // of that
    int64_t end_us;
    int64_t step_us; // length of the one before it, which pictures missing after it do not lengthen
    int64_t told_us; // damage is told up to here
    int64_t sound_us; // of the last piece of sound; 0 = none
} CapDamage;

/* --- pure: true if *ret is to be told --- */

/* A picture that is shown in [start, end). */
bool cap_damage_picture(CapDamage *damage, const CapPacket *picture, int64_t start_us,
                        int64_t end_us, CapDamageSpan *ret);
bool cap_damage_sound(CapDamage *damage, const CapPacket *sound, int64_t at_us, CapDamageSpan *ret);
/* Nothing follows for now. */
bool cap_damage_end(CapDamage *damage, CapDamageSpan *ret);

/* --- the same, told to @store --- */

void cap_damage_note(CapDamage *damage, CapStore *store, int64_t stream_id, const CapPacket *packet,
                     int64_t start_us, int64_t length_us);
void cap_damage_finish(CapDamage *damage, CapStore *store, int64_t stream_id);
