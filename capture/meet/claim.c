// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/claim.h"

#include <glib.h>

#define DRIFT 1000 // clocks differ by less than a part of so many

static int64_t drift_since(const CapClaimed *said, const CapClaimed *before)
{
    return MAX(said->mono_us - before->mono_us, 0) / DRIFT;
}

static int64_t off(const CapClaimed *said)
{
    return said->mono_us - said->told_us;
}

static bool is_step(const CapClaimed *said, const CapClaimed *before)
{
    int64_t step_us = (said->told_us - before->told_us) - (said->media_us - before->media_us);
    return ABS(step_us) > CAP_CLAIM_STEP_US + drift_since(said, before);
}

static bool is_near(const CapClaimed *said, const CapClaimed *before, int64_t off_us)
{
    int64_t drift_us = drift_since(said, before);
    return off(said) >= off_us - CAP_CLAIM_AHEAD_US - drift_us &&
           off(said) <= off_us + CAP_CLAIM_BEHIND_US + drift_us;
}

static bool begin_anew(CapClaim *claim, const CapClaimed *said)
{
    claim->known = true;
    claim->odd = false;
    claim->off_us = off(said);
    claim->last = *said;
    return true;
}

/* What cannot be: unless it is what was told for long. */
static bool take_odd(CapClaim *claim, const CapClaimed *said)
{
    const CapClaimed *first = &claim->odd_last;
    if (!claim->odd || is_step(said, first) || !is_near(said, first, off(first))) {
        claim->odd = true;
        claim->odd_last = *said;
    }
    return said->mono_us - first->mono_us >= CAP_CLAIM_AGAIN_US && begin_anew(claim, said);
}

bool cap_claim_take(CapClaim *claim, const CapClaimed *said)
{
    if (!claim->known) {
        claim->began_us = said->mono_us;
        return begin_anew(claim, said);
    }
    if (is_step(said, &claim->last))
        return take_odd(claim, said);
    if (said->mono_us - claim->began_us < CAP_CLAIM_AGAIN_US)
        claim->off_us = MIN(claim->off_us, off(said));
    if (!is_near(said, &claim->last, claim->off_us))
        return take_odd(claim, said);
    int64_t drift_us = drift_since(said, &claim->last);
    claim->off_us += CLAMP(off(said) - claim->off_us, -drift_us, drift_us);
    claim->last = *said;
    claim->odd = false;
    return true;
}
