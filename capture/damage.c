// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/damage.h"

#include "index/segment/damage.h"

#define WAVER_US INT64_C(5000) // by which cameras time their pictures unevenly

static bool tell(CapDamage *damage, int64_t to_us, CapDamageSpan *ret)
{
    if (to_us <= damage->told_us)
        return false;
    *ret = (CapDamageSpan){damage->told_us, to_us};
    damage->told_us = to_us;
    return true;
}

bool cap_damage_picture(CapDamage *damage, const CapPacket *picture, int64_t start_us,
                        int64_t end_us, CapDamageSpan *ret)
{
    int64_t due_us = damage->start_us + MIN(damage->step_us, damage->end_us - damage->start_us);
    bool missing = picture->after_gap && damage->has_last && due_us < start_us - WAVER_US;
    if (!damage->lasts && (picture->damaged || missing)) {
        damage->lasts = true;
        damage->told_us = missing ? due_us : start_us;
    }
    damage->step_us = damage->end_us - damage->start_us;
    damage->has_last = true;
    damage->start_us = start_us;
    damage->end_us = end_us;
    if (!damage->lasts)
        return false;
    if (picture->key && !picture->damaged) {
        damage->lasts = false;
        return tell(damage, start_us, ret);
    }
    return end_us - damage->told_us >= CAP_DAMAGE_TELL_US && tell(damage, end_us, ret);
}

bool cap_damage_sound(CapDamage *damage, const CapPacket *sound, int64_t at_us, CapDamageSpan *ret)
{
    int64_t last_us = damage->sound_us;
    damage->sound_us = at_us;
    if (!sound->after_gap || last_us == 0 || last_us >= at_us)
        return false;
    *ret = (CapDamageSpan){last_us, at_us};
    return true;
}

bool cap_damage_end(CapDamage *damage, CapDamageSpan *ret)
{
    bool told = damage->lasts && tell(damage, damage->end_us, ret);
    *damage = (CapDamage){0};
    return told;
}

void cap_damage_note(CapDamage *damage, CapStore *store, int64_t stream_id, const CapPacket *packet,
                     int64_t start_us, int64_t length_us)
{
    CapDamageSpan span;
    bool video = packet->kind == CAP_VIDEO;
    bool due = video ? cap_damage_picture(damage, packet, start_us, start_us + length_us, &span)
                     : cap_damage_sound(damage, packet, start_us, &span);
    if (due)
        cap_store_damage(store, stream_id, video ? IDX_TRACK_VIDEO : IDX_TRACK_AUDIO, span.from_us,
                         span.to_us);
}

void cap_damage_finish(CapDamage *damage, CapStore *store, int64_t stream_id)
{
    CapDamageSpan span;
    if (cap_damage_end(damage, &span))
        cap_store_damage(store, stream_id, IDX_TRACK_VIDEO, span.from_us, span.to_us);
}
