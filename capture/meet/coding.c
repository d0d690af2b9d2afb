// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/coding.h"

#include "index/base/error.h"

#define WATCHES 10000 // a leg has fewer seats than the ratio between two of these
#define WAITS 100
#define HAS 2
#define FIRST 1

static int grade(bool vp8, const CapCodingSeat *seats, guint n)
{
    int grade = vp8 ? 0 : FIRST;
    bool has = false;
    for (guint i = 0; i < n; i++) {
        const CapCodingSeat *seat = &seats[i];
        has |= seat->watches && seat->vp8 == vp8;
        if (cap_can(seat->can, vp8))
            grade += seat->watches ? WATCHES : WAITS;
    }
    return grade + (has ? HAS : 0);
}

bool cap_coding_choose(CapCan sends, const CapCodingSeat *seats, guint n)
{
    if (!sends.h264 || !sends.vp8)
        return sends.vp8;
    return grade(true, seats, n) > grade(false, seats, n);
}

bool cap_coding_may_turn(CapCan sends, bool vp8, const CapCodingSeat *seats, guint n,
                         GError **error)
{
    if (!cap_can(sends, !vp8))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "its party has no %s",
                            cap_coding_name(!vp8));
    for (guint i = 0; i < n; i++)
        if (seats[i].watches && !cap_can(seats[i].can, !vp8))
            return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "%s, who sees it, takes no %s",
                                seats[i].who, cap_coding_name(!vp8));
    return true;
}
