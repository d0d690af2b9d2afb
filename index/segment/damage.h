// SPDX-License-Identifier: GPL-3.0-or-later
/* Damage: from when to when footage is there and not whole, because packets were lost on the way.
 *
 * A picture that lost packets is kept: what it still shows may be what matters. But from there to
 * the next whole key frame pictures may be missing, torn, or refer to what never came, and nobody is
 * to take them for what the camera saw. Damage is recorded time: a timeline's covered + gaps = asked
 * holds without it. Where nothing came for longer there is a gap ("lost") instead. */
#pragma once

#include "index/catalogue.h"

#define IDX_TRACK_VIDEO "video"
#define IDX_TRACK_AUDIO "audio"

/* Damage that begins so soon after the last is told as one with it: a bad line for an hour is a
 * row, not thousands. */
#define IDX_DAMAGE_JOIN_US INT64_C(2000000)

typedef struct IdxDamage {
    int64_t from_us, to_us;
    char *track; // IDX_TRACK_…
} IdxDamage;

void idx_damage_free(IdxDamage *damage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxDamage, idx_damage_free)

/* Adds a span, or lengthens the one before it. Nothing is stored if it would be empty. */
bool idx_damage_add(IdxCatalogue *cat, int64_t stream_id, const char *track, int64_t from_us,
                    int64_t to_us, GError **error);

/* What touches [from_us, to_us), cut to it, by from_us. Element type IdxDamage *. */
GPtrArray *idx_damage_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                            GError **error);
